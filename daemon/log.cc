#include "daemon/log.h"

#include <absl/time/clock.h>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <utility>

#include "processors/text/utf8.h"

namespace newsfeed::log {
namespace {

std::atomic<Format> chosen_format = Format::kLogfmt;
std::atomic<Level> least_level = Level::kInfo;

spdlog::logger& Logger() {
  static spdlog::logger& logger = *[] {
    auto* made = new spdlog::logger("newsfeed", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return logger;
}

RepeatLimit& Repeats() {
  static auto& limit = *new RepeatLimit();
  return limit;
}

std::string_view LevelName(Level level) {
  switch (level) {
    case Level::kDebug: return "debug";
    case Level::kInfo: return "info";
    case Level::kWarn: return "warn";
    case Level::kError: return "error";
  }
  return "";
}

// The inside of a string literal, as JSON has it.
void AppendEscaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
}

void AppendQuoted(std::string_view text, std::string& out) {
  out += '"';
  AppendEscaped(Readable(text), out);
  out += '"';
}

bool IsBare(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
  });
}

void AppendField(Format format, std::string_view name, std::string_view value, std::string& out) {
  if (format == Format::kJson) {
    if (out.size() > 1) out += ',';
    AppendQuoted(name, out);
    out += ':';
    AppendQuoted(value, out);
    return;
  }
  if (!out.empty()) out += ' ';
  out += name;
  out += '=';
  if (IsBare(value)) {
    out += value;
  } else {
    AppendQuoted(value, out);
  }
}

}  // namespace

std::string Readable(std::string_view text) {
  std::string readable(text);
  if (text::IsValidUtf8(text)) return readable;
  for (char& c : readable) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return readable;
}

void Init(const config::v1::Log& config) {
  chosen_format = config.format() == config::v1::Log::JSON ? Format::kJson : Format::kLogfmt;
  switch (config.level()) {
    case config::v1::Log::DEBUG: least_level = Level::kDebug; break;
    case config::v1::Log::WARN: least_level = Level::kWarn; break;
    case config::v1::Log::ERROR: least_level = Level::kError; break;
    default: least_level = Level::kInfo;
  }
}

std::string FormatLine(Format format, absl::Time time, Level level, std::string_view message,
                       Fields fields, uint64_t suppressed) {
  std::string line = format == Format::kJson ? "{" : "";
  AppendField(format, "ts", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()),
              line);
  AppendField(format, "level", LevelName(level), line);
  AppendField(format, "msg", message, line);
  for (const Field& field : fields) AppendField(format, field.name, field.value, line);
  if (suppressed > 0) AppendField(format, "suppressed", std::to_string(suppressed), line);
  if (format == Format::kJson) line += '}';
  return line;
}

bool RepeatLimit::Pass(Level level, std::string_view message, absl::Time now,
                       uint64_t& suppressed) {
  const std::lock_guard lock(mutex_);
  std::string key = fmt::format("{}{}", LevelName(level), message);
  if (counts_.size() >= kMaxMessages && !counts_.contains(key)) counts_.clear();
  Count& count = counts_[std::move(key)];
  if (now - count.begin >= kRepeatWindow || now < count.begin) {
    count.begin = now;
    count.passed = 0;
  }
  if (++count.passed > kMaxRepeats) {
    ++count.held;
    return false;
  }
  suppressed = std::exchange(count.held, 0);
  return true;
}

void Write(Level level, std::string_view message, Fields fields) {
  if (level < least_level) return;
  const absl::Time now = absl::Now();
  uint64_t suppressed = 0;
  if (!Repeats().Pass(level, message, now, suppressed)) return;
  Logger().log(spdlog::level::info,
               FormatLine(chosen_format, now, level, message, fields, suppressed));
}

}  // namespace newsfeed::log
