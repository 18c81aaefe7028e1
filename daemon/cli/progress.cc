#include "daemon/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace newsfeed::cli {

using std::chrono::steady_clock;

Progress::Progress()
    : terminal_(isatty(STDERR_FILENO) != 0),
      start_(steady_clock::now()),
      next_(start_ + std::chrono::seconds(1)) {}

void Progress::Show(uint64_t records, uint64_t consumed, uint64_t total) {
  const auto now = steady_clock::now();
  if (!terminal_ || now < next_) return;
  next_ = now + std::chrono::milliseconds(200);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  fmt::print(stderr, "\r  {} records  {:.0f}/s", records, static_cast<double>(records) / seconds);
  if (total > 0) fmt::print(stderr, "  {} %", 100 * std::min(consumed, total) / total);
  fmt::print(stderr, "\033[K");
  shown_ = true;
}

void Progress::End() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

}  // namespace newsfeed::cli
