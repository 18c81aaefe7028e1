// newsfeedd explain: what cleanup keeps of records and what it removes, with the rule beside each
// line.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/file_inputs.h"
#include "daemon/tools/explain.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Examples:
  newsfeedd explain page.html
  newsfeedd explain --id a1 news.ndjson.gz
  newsfeedd explain --html explained.html config/samples/

Removed lines begin with "-" and the rule that removed them; cleanup.disabled_rules switches it off.
In colour on a terminal, unless NO_COLOR is set.)";

struct Arguments {
  std::vector<std::string> inputs;
  std::string config;
  std::string data_dir;
  std::string html;
  std::string id;
};

bool WantsColour() {
  const char* none = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && (none == nullptr || *none == '\0') &&
         (terminal == nullptr || std::strcmp(terminal, "dumb") != 0);
}

bool IsWanted(const tools::Explanation& explanation, const std::string& id) {
  if (id.empty()) return true;
  for (const auto& [name, value] : explanation.fields) {
    if (name == "id") return value == id;
  }
  return false;
}

// Where explanations go: the screen, or a page.
class Output {
 public:
  explicit Output(const std::string& path) : path_(path), colour_(WantsColour()) {}

  // Before any record is read: nobody waits for a page that cannot be written.
  absl::Status Open() {
    if (path_.empty()) return absl::OkStatus();
    errno = 0;
    file_.open(path_, std::ios::binary);
    file_ << tools::HtmlHead() << std::flush;
    return Written();
  }

  void Add(const tools::Explanation& explanation) {
    if (path_.empty()) {
      PrintText(tools::TextOf(explanation, colour_));
    } else {
      file_ << tools::HtmlOf(explanation);
    }
  }

  int Close(int code) {
    if (path_.empty()) return PrintedOr(code);
    file_ << tools::HtmlFoot();
    file_.close();
    const absl::Status status = Written();
    return status.ok() ? code : Fail(status, kExitIo);
  }

 private:
  absl::Status Written() const {
    if (file_) return absl::OkStatus();
    return absl::UnknownError(fmt::format("{}: {}", path_, std::strerror(errno)));
  }

  const std::string path_;
  const bool colour_;
  std::ofstream file_;
};

int Explain(const Arguments& arguments) {
  auto config = ConfigFrom(arguments.config);
  if (!config.ok()) return Fail(config.status(), kExitConfig);
  if (!InChain(*config, "cleanup")) {
    return Fail(
        absl::InvalidArgumentError(fmt::format(
            "{}: pipeline.processors has no cleanup: nothing is removed", arguments.config)),
        kExitConfig);
  }
  // Names are not asked for.
  config->mutable_pipeline()->clear_processors();
  for (const char* name : {"decode", "cleanup"}) config->mutable_pipeline()->add_processors(name);
  auto folder = FindDataFolder(arguments.data_dir);
  if (!folder.ok()) return Fail(folder.status(), kExitConfig);
  auto data = LoadData(*config, *folder);
  if (!data.ok()) return Fail(data.status(), kExitConfig);
  auto explainer = tools::Explainer::Create(*config, data->shared);
  if (!explainer.ok()) return Fail(explainer.status(), kExitConfig);
  auto source = OpenInputs(arguments.inputs, *config);
  if (!source.ok()) return Fail(source.status(), kExitNoInput);
  Output output(arguments.html);
  if (absl::Status status = output.Open(); !status.ok()) return Fail(status, kExitIo);
  bool found = false;
  ExitCode fault = kExitIo;
  const absl::Status status = ForEachBatch(**source, [&](Batch& batch) {
    auto explanations = (*explainer)->Explain(batch);
    if (!explanations.ok()) {
      fault = kExitFatal;
      return explanations.status();
    }
    for (const tools::Explanation& explanation : *explanations) {
      if (!IsWanted(explanation, arguments.id)) continue;
      found = true;
      output.Add(explanation);
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return Fail(status, fault);
  if (const int code = output.Close(kExitOk); code != kExitOk) return code;
  if (const int code = TellInputs(**source, kExitOk); code != kExitOk) return code;
  if (found || arguments.id.empty()) return kExitOk;
  return Fail(absl::NotFoundError(fmt::format("no record has the id {}", arguments.id)),
              kExitFailed);
}

}  // namespace

void AddExplain(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  app.add_option("INPUT", arguments->inputs,
                 "files, folders, or - for standard input, as in process")
      ->required();
  app.add_option("-c,--config", arguments->config, "configuration file; default: all defaults");
  app.add_option("--html", arguments->html, "write a standalone page instead");
  app.add_option("--id", arguments->id, "only the article of this id");
  app.add_option("--data-dir", arguments->data_dir,
                 "folder of rules; default: found beside the program");
  app.footer(kExample);
  app.callback([arguments, &exit_code] { exit_code = Explain(*arguments); });
}

}  // namespace newsfeed::cli
