// newsfeedd decode: published Protobuf, of files or of a topic, as JSON lines: newsfeed's own, or
// in a format of the trade.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/cli/kafka_command.h"
#include "daemon/file/input_bytes.h"
#include "daemon/tools/record_json.h"
#include "daemon/tools/trade_format.h"
#include "newsfeed/v1/article.pb.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Examples:
  newsfeedd process --format protobuf --output-dir out config/samples/
  newsfeedd decode out/articles.enriched.binpb | head -1
  newsfeedd decode --as schema.org out/articles.enriched.binpb | head -1
  newsfeedd decode -c newsfeed.yaml --topic articles.enriched --last 10 --as ninjs
  newsfeedd decode -c newsfeed.yaml --topic newsfeed-index --last 1)";

// A published message is far below; a larger length is damage.
constexpr uint64_t kMaxMessageBytes = uint64_t{256} << 20;

struct Length {
  uint64_t value = 0;
  size_t bytes = 0;  // of the varint itself
};

// Nothing where the varint is not whole yet.
std::optional<Length> ReadLength(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < std::min<size_t>(bytes.size(), 10); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    value |= uint64_t{byte & 0x7FU} << (7 * i);
    if (byte < 0x80) return Length{value, i + 1};
  }
  return std::nullopt;
}

// Reads until at least `size` bytes are unread; false if the input ends before.
absl::StatusOr<bool> ReadUntil(file::InputBytes& input, size_t size) {
  while (input.unread().size() < size) {
    auto more = input.ReadMore();
    if (!more.ok() || !*more) return more;
  }
  return true;
}

absl::Status DecodeFile(const std::string& path, tools::ArticleFormat format) {
  auto input = file::InputBytes::Open(path);
  if (!input.ok()) return input.status();
  v1::EnrichedArticle article;
  std::string line;
  for (uint64_t ordinal = 0;; ++ordinal) {
    const auto damaged = [&] {
      return absl::DataLossError(
          fmt::format("{}: message {} is damaged or cut short", path, ordinal));
    };
    if (auto more = ReadUntil(**input, 10); !more.ok()) return more.status();
    if ((*input)->unread().empty()) {
      return (*input)->damage().empty() ? absl::OkStatus()
                                        : absl::DataLossError((*input)->damage());
    }
    const auto length = ReadLength((*input)->unread());
    if (!length || length->value > kMaxMessageBytes) return damaged();
    (*input)->Skip(length->bytes);
    auto whole = ReadUntil(**input, length->value);
    if (!whole.ok()) return whole.status();
    if (!*whole || !article.ParseFromArray((*input)->unread().data(),
                                           static_cast<int>(length->value))) {
      return damaged();
    }
    (*input)->Skip(length->value);
    line.clear();
    tools::AppendArticle(article, format, line);
    Print("{}\n", line);
    if (std::ferror(stdout) != 0) return absl::OkStatus();  // PrintedOr tells
  }
}

ExitCode CodeOf(const absl::Status& status) {
  if (absl::IsNotFound(status)) return kExitNoInput;
  return absl::IsDataLoss(status) ? kExitDamaged : kExitIo;
}

struct Arguments {
  std::vector<std::string> files;
  std::string config;
  std::string topic;
  int32_t partition = -1;
  int64_t last = 0;
  std::string as = tools::kArticleFormats[0].name;

  tools::ArticleFormat format() const { return tools::ArticleFormatByName(as).value(); }
};

int DecodeFiles(const Arguments& arguments) {
  int exit_code = kExitOk;
  for (const std::string& path : arguments.files) {
    absl::Status status = DecodeFile(path, arguments.format());
    if (!status.ok()) exit_code = Fail(status, CodeOf(status));
  }
  return PrintedOr(exit_code);
}

absl::StatusOr<ExitCode> DecodeTopic(Cluster& cluster, const Arguments& arguments) {
  const bool articles = tools::HoldsArticles(arguments.topic, cluster.config);
  if (arguments.format() != tools::ArticleFormat::kNewsfeed && !articles) {
    return absl::InvalidArgumentError(
        fmt::format("decode: --as needs articles, and {} holds none", arguments.topic));
  }
  auto ranges = cluster.reader->RangesOf({arguments.topic});
  if (!ranges.ok()) return ranges.status();
  if (arguments.partition >= 0) {
    std::erase_if(*ranges,
                  [&](const auto& range) { return range.where.partition != arguments.partition; });
  }
  if (ranges->empty()) {
    return absl::NotFoundError(
        fmt::format("{}: there is no partition {}", arguments.topic, arguments.partition));
  }
  absl::Status status;
  if (arguments.last > 0) status = cluster.reader->KeepLast(*ranges, arguments.last);
  if (!status.ok()) return status;
  status = cluster.reader->Read(
      *ranges, absl::ZeroDuration(), [&](const kafka::PolledRecord& record) {
        Print("{}\n", tools::ToJson(record, cluster.config, arguments.format()));
        return std::ferror(stdout) == 0;
      });
  if (!status.ok()) return status;
  TellOpenTransactions(tools::OpenTransactions(*ranges));
  return kExitOk;
}

int Decode(const Arguments& arguments) {
  if (arguments.topic.empty() == arguments.files.empty()) {
    return Fail(absl::InvalidArgumentError("decode: give either files or --topic with --config"),
                kExitUsage);
  }
  if (arguments.topic.empty()) return DecodeFiles(arguments);
  return RunOn(arguments.config, [&](Cluster& cluster) { return DecodeTopic(cluster, arguments); });
}

}  // namespace

void AddDecode(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  app.add_option(
      "FILE", arguments->files,
      "files of delimited EnrichedArticle messages (.binpb, also .gz), or - for standard input");
  CLI::Option* config =
      app.add_option("-c,--config", arguments->config, "configuration file: names the cluster");
  CLI::Option* topic =
      app.add_option("--topic", arguments->topic, "a topic of newsfeed, instead of files")
          ->needs(config);
  app.add_option("--partition", arguments->partition, "only this partition of the topic")
      ->needs(topic)
      ->check(CLI::NonNegativeNumber);
  app.add_option("--last", arguments->last,
                 "only the last N messages of each partition")
      ->needs(topic)
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 40));
  std::vector<std::string> names;
  for (const auto& row : tools::kArticleFormats) names.emplace_back(row.name);
  app.add_option("--as", arguments->as,
                 "format of articles: newsfeed's own, IPTC ninjs 3.0, or a schema.org NewsArticle")
      ->capture_default_str()
      ->check(CLI::IsMember(names));
  app.footer(kExample);
  app.callback([arguments, &exit_code] { exit_code = Decode(*arguments); });
}

}  // namespace newsfeed::cli
