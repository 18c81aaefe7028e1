// A few of the articles and dead letters that went through, and the entities of the last hour,
// copied out of the workers for the live page.
//
//   a worker, once a batch:   quota = samples.Ask(now); samples.Add(taken, now)
//   a page:                   watch = samples.Watch(); recent = samples.Since(number);
//                             samples.TopEntities(now, 20)
//
// Samples, never all: kBurst of a kind at once and then kWatchedPerSecond, or kUnwatchedPerSecond
// while no page is open, so that one that is opened has something to show. What a batch gave that
// was then aborted is given again, with the same coordinates.
//
// Memory is bounded: values (kArticles + kDuplicates) * kMaxValueBytes = 4.5 MiB, originals 2.7
// MiB, entities 4.5 MiB, where all texts are as long as may be. A larger value, or a longer id or
// name than kMaxIdBytes, is left out.
//
// Any thread. The lock is held for as long as a worker adds one batch, or a page copies pointers or
// the names of one slice.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <absl/time/time.h>

namespace newsfeed {

// The beginning of a published article, to stand beside its copies. Add cuts the texts.
struct OriginalSample {
  std::string id;
  std::string title;
  std::string lead;
};

struct ArticleSample {
  uint64_t number = 0;  // counts up over all samples; set by Add
  absl::Time at = absl::InfinitePast();  // set by Add
  std::string value;    // the published record's (daemon/article_value.h)
  std::string canonical_id;  // of a duplicate
  // Of a duplicate; empty where its original was not sampled.
  std::optional<OriginalSample> original;
};

struct DeadLetterSample {
  uint64_t number = 0;
  absl::Time at = absl::InfinitePast();
  std::string reason;
  std::string stage;
  std::string detail;
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
};

// An entity that an article names.
struct EntitySample {
  std::string id;
  std::string name;
  std::string_view type;  // "PERSON"; lives as long as the process
};

struct EntityCount {
  EntitySample entity;
  uint64_t articles = 0;
};

// How many of each a worker may give after the batch in hand.
struct SampleQuota {
  uint32_t articles = 0;
  uint32_t duplicates = 0;
  uint32_t dead_letters = 0;
  uint32_t noted = 0;  // articles whose entities and beginnings are noted
  bool empty() const { return articles + duplicates + dead_letters + noted == 0; }
};

// What a worker gives of one batch.
struct SampledBatch {
  std::vector<ArticleSample> articles;
  std::vector<ArticleSample> duplicates;
  std::vector<DeadLetterSample> dead_letters;
  std::vector<OriginalSample> originals;
  std::vector<EntitySample> entities;  // each once an article
  uint32_t noted = 0;                  // articles that the entities are of
};

class OutcomeSamples {
 public:
  static constexpr size_t kArticles = 48;
  static constexpr size_t kDuplicates = 24;
  static constexpr size_t kDeadLetters = 48;
  static constexpr size_t kMaxValueBytes = 64 << 10;
  static constexpr size_t kOriginals = 2000;
  static constexpr size_t kMaxIdBytes = 200;
  static constexpr size_t kMaxTitleBytes = 200;
  static constexpr size_t kMaxLeadBytes = 400;
  // Entities are counted in slices of five minutes; so many different ones in each, later ones are
  // left out.
  static constexpr size_t kEntitiesOfSlice = 500;
  static constexpr absl::Duration kSlice = absl::Minutes(5);
  static constexpr int64_t kSlices = 12;

  static constexpr double kBurst = 32;
  static constexpr double kWatchedPerSecond = 8;
  static constexpr double kUnwatchedPerSecond = 1;
  static constexpr double kNotedBurst = 64;
  static constexpr double kNotedPerSecond = 20;

  OutcomeSamples() = default;
  OutcomeSamples(const OutcomeSamples&) = delete;
  OutcomeSamples& operator=(const OutcomeSamples&) = delete;

  // --- Workers. ---
  SampleQuota Ask(absl::Time now);
  // No more than was asked for. A duplicate gets its original.
  void Add(SampledBatch&& batch, absl::Time now);

  // --- Pages. ---
  // A page is open as long as this lives; must not outlive the samples.
  class Watcher {
   public:
    explicit Watcher(OutcomeSamples* samples) : samples_(samples) { samples_->Count(1); }
    Watcher(const Watcher&) = delete;
    Watcher& operator=(const Watcher&) = delete;
    ~Watcher() { samples_->Count(-1); }

   private:
    OutcomeSamples* const samples_;
  };

  // The oldest first.
  struct Recent {
    uint64_t last = 0;  // for the next call
    std::vector<std::shared_ptr<const ArticleSample>> articles;
    std::vector<std::shared_ptr<const ArticleSample>> duplicates;
    std::vector<std::shared_ptr<const DeadLetterSample>> dead_letters;
  };
  // What came after sample `number`; 0: all that is there.
  Recent Since(uint64_t number) const;

  // Of the last hour, the most named first.
  struct Top {
    uint64_t articles = 0;  // that were noted
    std::vector<EntityCount> entities;
  };
  Top TopEntities(absl::Time now, size_t most) const;

 private:
  // Fills at a rate up to its size.
  struct Bucket {
    double size = kBurst;
    double tokens = size;
    absl::Time filled = absl::InfinitePast();
    uint32_t Ask(absl::Time now, double per_second);
    void Take(size_t count) { tokens -= static_cast<double>(count); }
  };
  struct Slice {
    int64_t index = -1;  // since 1970
    uint64_t articles = 0;
    std::unordered_map<std::string, EntityCount> entities;  // by id
  };
  template <typename Sample>
  using Ring = std::deque<std::shared_ptr<const Sample>>;

  void Count(int more);
  template <typename Sample>
  void Append(std::vector<Sample>& samples, size_t most, absl::Time now, Ring<Sample>& ring);
  void Note(SampledBatch& batch, absl::Time now);
  void KeepOriginal(OriginalSample&& original);

  mutable std::mutex mutex_;
  // All guarded by mutex_.
  int watchers_ = 0;
  uint64_t last_ = 0;
  Bucket article_bucket_;
  Bucket duplicate_bucket_;
  Bucket dead_letter_bucket_;
  Bucket noted_bucket_{.size = kNotedBurst};
  Ring<ArticleSample> articles_;
  Ring<ArticleSample> duplicates_;
  Ring<DeadLetterSample> dead_letters_;
  std::deque<std::string> original_order_;  // ids, the oldest first
  std::unordered_map<std::string, OriginalSample> originals_;
  std::array<Slice, kSlices> slices_;
};

}  // namespace newsfeed
