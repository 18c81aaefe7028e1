// How far a long run is, on one line of a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace newsfeed::cli {

// Prints nothing where stderr is no terminal, and nothing in the first second. One thread at a
// time.
class Progress {
 public:
  Progress();

  // "  12,345 articles  4,321/s  37 %"; `total` 0: not known.
  void Show(uint64_t records, uint64_t consumed, uint64_t total);
  // Wipes the line.
  void End();

 private:
  const bool terminal_;
  const std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point next_;
  bool shown_ = false;
};

}  // namespace newsfeed::cli
