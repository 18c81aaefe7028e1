// When to try again: soon at first, then less and less often.
#pragma once

#include <absl/time/time.h>

#include <algorithm>

namespace newsfeed::kafka {

class Backoff {
 public:
  static constexpr absl::Duration kFirst = absl::Milliseconds(100);
  static constexpr absl::Duration kLongest = absl::Seconds(5);

  void Fail(absl::Time now) {
    until_ = now + std::min(kFirst * (1 << std::min(failures_, 6)), kLongest);
    ++failures_;
  }
  void Succeed() { failures_ = 0; }

  bool Waiting(absl::Time now) const { return now < until_; }
  // In a row.
  int failures() const { return failures_; }

 private:
  absl::Time until_ = absl::InfinitePast();
  int failures_ = 0;
};

}  // namespace newsfeed::kafka
