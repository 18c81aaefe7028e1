// The two doors between the pipeline and the world. Kafka, files and fakes stand behind them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "daemon/outcome.h"
#include "processors/article/batch.h"

namespace newsfeed {

enum class PollResult {
  kRecords,  // the batch has at least one record
  kNothing,  // none now; ask again
  kEnd,      // none any more: a source of files only
};

// Where records come from. Used by one thread at a time.
class RecordSource {
 public:
  virtual ~RecordSource() = default;

  // Fills `batch`, which is empty, up to its bounds. Does not wait. Topic names in the batch live
  // as long as the source. An error is ours (file unreadable, broker gone), never a record's.
  virtual absl::StatusOr<PollResult> Poll(Batch& batch) = 0;
};

// The outcome of each article of a batch as bytes to be published. Made by the worker that enriched
// the batch, so that sinks, which work in order, only pass bytes on. Reused: Clear keeps memory.
struct EncodedOutcomes {
  struct Item {
    Outcome outcome = Outcome::kEnriched;
    // Half open byte range in `bytes`.
    size_t begin = 0;
    size_t end = 0;
  };

  // One item for each article of the batch, in its order.
  std::vector<Item> items;
  std::string bytes;

  std::string_view value(const Item& item) const {
    return std::string_view(bytes).substr(item.begin, item.end - item.begin);
  }
  void Clear() {
    items.clear();
    bytes.clear();
  }
};

// Where outcomes go. Used by one thread at a time.
class RecordSink {
 public:
  virtual ~RecordSink() = default;

  // Publishes each outcome of `batch`, all or nothing: after an error none of them counts.
  virtual absl::Status Publish(const Batch& batch, const EncodedOutcomes& outcomes) = 0;
};

}  // namespace newsfeed
