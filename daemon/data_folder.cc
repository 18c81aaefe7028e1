#include "daemon/data_folder.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <vector>

#include "daemon/config_loader.h"
#include "processors/text/hash.h"

namespace newsfeed {
namespace {

namespace fs = std::filesystem;

constexpr char kShippedGazetteers[] = "gazetteer/*.tsv";

// Files that a pattern with * or ? in its last part names, in the order of their names; else the
// name itself.
std::vector<std::string> Expanded(const std::string& data_folder, const std::string& name) {
  const fs::path path(name);
  const std::string pattern = path.filename().string();
  if (pattern.find_first_of("*?") == std::string::npos) return {name};
  std::vector<std::string> names;
  std::error_code error;
  // Not a range: that throws where the folder cannot be read any further.
  for (fs::directory_iterator entry(fs::path(data_folder) / path.parent_path(), error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string file = entry->path().filename().string();
    if (fnmatch(pattern.c_str(), file.c_str(), FNM_PERIOD) == 0) {
      names.push_back(path.parent_path() / file);
    }
  }
  std::ranges::sort(names);
  // A pattern without a file is a mistake, told as a file that is not there.
  if (names.empty() && name != kShippedGazetteers) return {name};
  return names;
}

std::vector<std::string> GazetteerNames(const config::v1::Config& config,
                                        const std::string& data_folder) {
  const auto& given = config.entities().gazetteers();
  if (given.empty()) return Expanded(data_folder, kShippedGazetteers);
  std::vector<std::string> names;
  for (const std::string& name : given) {
    std::ranges::copy(Expanded(data_folder, name), std::back_inserter(names));
  }
  return names;
}

// `entities.model` where there is to be none.
constexpr std::string_view kNoModel = "none";

// Joins unless `name` is absolute.
std::string PathIn(const std::string& folder, const std::string& name) {
  return fs::path(folder) / name;
}

class Digest {
 public:
  void Add(std::string_view bytes) { value_ = text::Hash(bytes, value_); }
  std::string Hex() const { return fmt::format("{:016x}", value_); }

 private:
  uint64_t value_ = 0;
};

// Only what decides what comes out; neither how much is worked on at once nor where from and where
// to.
std::string DecidingConfig(const config::v1::Config& config) {
  config::v1::Config deciding;
  if (config.has_pipeline()) *deciding.mutable_pipeline() = config.pipeline();
  if (config.has_limits()) *deciding.mutable_limits() = config.limits();
  if (config.has_decode()) *deciding.mutable_decode() = config.decode();
  if (config.has_cleanup()) *deciding.mutable_cleanup() = config.cleanup();
  if (config.has_dedup()) *deciding.mutable_dedup() = config.dedup();
  if (config.has_entities()) *deciding.mutable_entities() = config.entities();
  return deciding.SerializeAsString();  // no maps: the same bytes each time
}

}  // namespace

absl::StatusOr<std::string> FindDataFolder(const std::string& given) {
  std::vector<fs::path> candidates;
  std::error_code error;
  if (!given.empty()) {
    candidates = {given};
  } else {
    if (const char* folder = std::getenv("NEWSFEED_DATA_DIR")) candidates.push_back(folder);
    const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
    candidates.push_back(program.parent_path() / "share" / "newsfeed");
    // build/<preset>/daemon and deeper: the source tree is a few folders up.
    fs::path above = program;
    for (int i = 0; i < 5 && above.has_relative_path(); ++i) {
      above = above.parent_path();
      candidates.push_back(above / "config");
    }
  }
  std::vector<std::string> tried;
  for (const fs::path& candidate : candidates) {
    if (fs::is_directory(candidate / "gazetteer", error)) return candidate.string();
    tried.push_back(candidate.string());
  }
  return absl::NotFoundError(
      fmt::format("no data folder (rules, gazetteers) found; tried {}; --data-dir names it",
                  fmt::join(tried, ", ")));
}

absl::StatusOr<LoadedData> LoadData(const config::v1::Config& config,
                                    const std::string& data_folder) {
  LoadedData data;
  Digest digest;
  digest.Add(DecidingConfig(config));
  if (InChain(config, "cleanup")) {
    const std::string path = PathIn(data_folder, config.cleanup().line_rules());
    auto rules = LoadLineRules(path);
    if (!rules.ok()) return rules.status();
    digest.Add(rules->SerializeAsString());
    auto compiled = cleanup::LineRules::Create(*rules);
    if (!compiled.ok()) {
      return absl::InvalidArgumentError(
          fmt::format("{}: {}", path, std::string(compiled.status().message())));
    }
    data.shared.line_rules = *std::move(compiled);
    if (const std::string& name = config.cleanup().source_furniture(); !name.empty()) {
      const std::string file = PathIn(data_folder, name);
      auto table = ReadFile(file);
      if (!table.ok()) return table.status();
      digest.Add(*table);
      auto furniture = cleanup::SourceFurniture::Create(*table, file);
      if (!furniture.ok()) return furniture.status();
      data.shared.source_furniture = *std::move(furniture);
    }
  }
  if (InChain(config, "entities")) {
    std::vector<entities::GazetteerFile> files;
    for (const std::string& name : GazetteerNames(config, data_folder)) {
      auto contents = ReadFile(PathIn(data_folder, name));
      if (!contents.ok()) return contents.status();
      digest.Add(*contents);
      files.push_back({name, *std::move(contents)});
    }
    auto gazetteer = entities::Gazetteer::Create(files);
    if (!gazetteer.ok()) return gazetteer.status();
    data.shared.gazetteer = *std::move(gazetteer);
    if (const std::string& name = config.entities().model(); name != kNoModel) {
      auto bytes = ReadFile(PathIn(data_folder, name));
      if (!bytes.ok()) return bytes.status();
      digest.Add(*bytes);
      auto model = entities::TaggerModel::Create(*bytes, name);
      if (!model.ok()) return model.status();
      data.shared.tagger_model = *std::move(model);
    }
  }
  data.config_digest = digest.Hex();
  return data;
}

}  // namespace newsfeed
