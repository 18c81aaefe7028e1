// Gives the verdicts of a changelog again: does each entry follow from those before it?
//
//   VerdictReplay replay(policy);                   // of the configuration; may be null
//   for (entry : of the changelog, in order) replay.Take(entry) ...   kSame
//   replay.index().Digest()                         // of the index that the entries give
//
// Same means all of it: verdict with evidence, clock, sequence, and the oldest entry of the window.
// Where all entries from the first (sequence 1) on are the same, the index that they restore is
// that of the judge that wrote them.
//
// Memory: of the index in the window. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "newsfeed/v1/internal.pb.h"
#include "processors/dedup/judge.h"

namespace newsfeed::dedup {

class VerdictReplay {
 public:
  enum class Result : uint8_t {
    kSame,
    kDifferent,  // why() tells what came out
    // Cannot be given again: entries that it saw were trimmed, its policy is not known, or it holds
    // no sketch (a redelivery, a record that the judge refused). Applied all the same.
    kUnknown,
    // Does not go on where the last one ended, or is unreadable; why() tells. Begins anew after it.
    kBroken,
  };

  // `policy`: for a changelog that does not tell its policy any more.
  explicit VerdictReplay(std::shared_ptr<const Policy> policy);

  Result Take(const IndexEntry& entry);
  // Of the last entry that was not kSame.
  const std::string& why() const { return why_; }

  const Index& index() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return judge_->index(); }

 private:
  static constexpr uint32_t kCommitEvery = 256;

  bool TakePolicy(const IndexEntry& entry);
  // All that the verdict could have seen has been applied.
  bool IsComplete(const IndexEntry& entry) const;
  Result GiveAgain(const IndexEntry& entry);
  Result Break(std::string why);

  std::shared_ptr<const Policy> policy_;  // null: not known
  std::unique_ptr<Judge> judge_;
  bool begun_ = false;
  uint64_t first_sequence_ = 0;
  uint64_t oldest_sequence_ = 0;  // in the index after the last entry
  uint32_t since_commit_ = 0;
  v1::IndexEntry logged_, given_;
  std::string why_;
};

}  // namespace newsfeed::dedup
