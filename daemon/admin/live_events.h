// What an open page is told, as server-sent events (WHATWG HTML, 9.2): one JSON object each.
//
//   LiveEvents events(app, samples);       once a page
//   events.Next(now)                       "event: status\ndata: {…}\n\n", once a second
//   events.more()                          what was too much for one call: call again at once
//
//   hello        {"content"}                      once; the page forgets what it had
//   status       {"now_ms","status"}              as /status
//   article      {"at_ms","article"}              a published article, the message as proto3 JSON
//   duplicate    {"at_ms","article","original"}   original {"id","title","lead"} or null
//   dead-letter  {"at_ms","reason","stage","detail","topic","partition","offset"}
//   entities     {"articles","entities"}          the most named of the last hour, every fifth time
//
// All texts are untrusted: the page shows them as text. One thread; source and samples outlive it.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <absl/time/time.h>

#include "daemon/outcome_samples.h"
#include "daemon/status.h"

namespace newsfeed::admin {

class LiveEvents {
 public:
  // `samples` null: figures only, no content.
  LiveEvents(const StatusSource& source, OutcomeSamples* samples);

  // No more than kMaxBytes, but for the last event.
  std::string Next(absl::Time now);
  bool more() const { return !waiting_.empty(); }

  static constexpr size_t kMaxBytes = 256 << 10;

 private:
  void AppendSamples(std::string& out);
  void AppendEntities(absl::Time now, std::string& out) const;

  const StatusSource& source_;
  OutcomeSamples* const samples_;
  std::optional<OutcomeSamples::Watcher> watcher_;
  uint64_t last_ = 0;
  uint64_t calls_ = 0;
  // Events to be written; they share the samples.
  std::deque<std::function<void(std::string& out)>> waiting_;
};

}  // namespace newsfeed::admin
