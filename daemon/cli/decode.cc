// newsfeedd decode: published Protobuf as JSON lines.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/file/input_bytes.h"
#include "daemon/file/json_writer.h"
#include "newsfeed/v1/article.pb.h"

namespace newsfeed::cli {
namespace {

constexpr char kExample[] = R"(
Examples:
  newsfeedd process --format protobuf --output-dir out config/samples/
  newsfeedd decode out/articles.enriched.binpb | head -1)";

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

absl::Status DecodeFile(const std::string& path) {
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
    file::AppendJson(article, line);
    fmt::print("{}\n", line);
  }
}

ExitCode CodeOf(const absl::Status& status) {
  if (absl::IsNotFound(status)) return kExitNoInput;
  return absl::IsDataLoss(status) ? kExitDamaged : kExitIo;
}

}  // namespace

void AddDecode(CLI::App& app, int& exit_code) {
  auto files = std::make_shared<std::vector<std::string>>();
  app.add_option("FILE", *files,
                 "files of delimited EnrichedArticle messages (.binpb, also .gz), or - for "
                 "standard input")
      ->required();
  app.footer(kExample);
  app.callback([files, &exit_code] {
    for (const std::string& path : *files) {
      if (absl::Status status = DecodeFile(path); !status.ok()) {
        exit_code = Fail(status, CodeOf(status));
      }
    }
  });
}

}  // namespace newsfeed::cli
