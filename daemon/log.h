// Messages for the operator: one line each on standard error, logfmt or JSON.
//
//   log::Info("partition assigned", {{"topic", "raw"}, {"offset", "17"}});
//   => ts=2026-11-25T11:07:57.123Z level=info msg="partition assigned" topic=raw offset=17
//
// Any thread. Never blocks on anything but standard error. A message that repeats more than
// kMaxRepeats times in kRepeatWindow is held back; the next one that passes says how many were
// (`suppressed=123`).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include <absl/time/time.h>

#include "newsfeed/config/v1/config.pb.h"

namespace newsfeed::log {

enum class Level : uint8_t { kDebug, kInfo, kWarn, kError };
enum class Format : uint8_t { kLogfmt, kJson };

struct Field {
  std::string_view name;
  std::string_view value;
};
using Fields = std::initializer_list<Field>;

// Again when the configuration was loaded again; without it logfmt from info on.
void Init(const config::v1::Log& config);

void Write(Level level, std::string_view message, Fields fields = {});
inline void Debug(std::string_view message, Fields fields = {}) {
  Write(Level::kDebug, message, fields);
}
inline void Info(std::string_view message, Fields fields = {}) {
  Write(Level::kInfo, message, fields);
}
inline void Warn(std::string_view message, Fields fields = {}) {
  Write(Level::kWarn, message, fields);
}
inline void Error(std::string_view message, Fields fields = {}) {
  Write(Level::kError, message, fields);
}

// One line without its end. Values may be any bytes: no value ends a line or a string before its
// time. `suppressed` 0 is not told.
std::string FormatLine(Format format, absl::Time time, Level level, std::string_view message,
                       Fields fields, uint64_t suppressed);

// The text where it is UTF-8; else with '?' for every byte beyond ASCII: a wrong byte would make a
// whole line or document unreadable.
std::string Readable(std::string_view text);

// Which messages pass. Any thread.
class RepeatLimit {
 public:
  static constexpr uint32_t kMaxRepeats = 20;
  static constexpr absl::Duration kRepeatWindow = absl::Seconds(10);

  // True: write it, with `suppressed` held back before.
  bool Pass(Level level, std::string_view message, absl::Time now, uint64_t& suppressed);

 private:
  struct Count {
    absl::Time begin = absl::InfinitePast();
    uint32_t passed = 0;
    uint64_t held = 0;
  };
  static constexpr size_t kMaxMessages = 1000;  // texts are literals; a bound all the same

  std::mutex mutex_;
  std::map<std::string, Count, std::less<>> counts_;
};

}  // namespace newsfeed::log
