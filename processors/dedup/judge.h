// The judge: is this article new? One at a time, in one order.
//
//   Judge judge(policy);
//   IndexEntry entry = judge.Consider({.prepared_offset = 7, .sketch = bytes, ...});
//   entry.dedup.verdict ...                     // the verdict with its evidence
//   judge.Insert(entry);                        // the next article sees it
//   judge.Commit();   or   judge.Rollback();    // with the transaction that publishes both
//
// Knows no Batch, no Kafka, no clock. Considering changes nothing. Views in an entry hold until the
// next call that changes the judge. One thread. Rules: rules.h; memory: index.h.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <absl/status/status.h>

#include "processors/dedup/index.h"
#include "processors/dedup/rules.h"

namespace newsfeed::dedup {

// An article before the judge.
struct Submission {
  // Its offset in the topic of prepared articles; beyond all before.
  int64_t prepared_offset = 0;
  // Encoded. Bytes that are no sketch give UNIQUE: what cannot be compared is published.
  std::string_view sketch;
  Origin origin{};
  std::string_view id;
};

// Counters since the start, for metrics; a Rollback does not take them back.
struct JudgeProbe {
  std::array<uint64_t, 5> verdicts{};  // by Verdict
  uint64_t repeated = 0;               // redeliveries that were told their old verdict
  uint64_t compared = 0;               // pairs compared in full
  uint64_t unreadable = 0;             // sketches that could not be read
};

class Judge {
 public:
  // Judges by `policy`; where the index was written under another, the next entry says so.
  explicit Judge(std::shared_ptr<const Policy> policy) : policy_(std::move(policy)) {}

  // Judges by another policy from the next article on, whose entry says so. Not between Consider
  // and Insert.
  void SetPolicy(std::shared_ptr<const Policy> policy) { policy_ = std::move(policy); }

  // The verdict, and the entry that will state it in the changelog.
  IndexEntry Consider(const Submission& submission);

  // For entries of Consider, in its order.
  absl::Status Insert(const IndexEntry& entry);
  // For entries read from the changelog.
  absl::Status Apply(const IndexEntry& entry) { return index_.Apply(entry); }
  void Reserve(size_t entries) { index_.Reserve(entries); }
  void Commit() { index_.Commit(); }
  void Rollback() { index_.Rollback(); }
  void EvictBefore(int64_t time_ms) { index_.EvictBefore(time_ms); }

  const Index& index() const ABSL_ATTRIBUTE_LIFETIME_BOUND { return index_; }
  const JudgeProbe& probe() const { return probe_; }

 private:
  // What an article was found to be.
  struct Finding {
    Decision decision;
    Facts facts;
    const StoredEntry* canonical = nullptr;  // the original it repeats or updates
    uint32_t repetitions = 0;
  };

  const StoredEntry* FindItself(const Submission& submission, const Plan& plan);
  // Earlier entries of the same article, newest first.
  void FindVersions(const Plan& plan);
  bool IsVersion(const StoredEntry& entry) const;
  DedupResult JudgeArticle(const Submission& submission, const Plan& plan);
  const StoredEntry* NewestVersion() const;
  const StoredEntry* UnchangedVersion() const;
  Finding BestOriginal(const Plan& plan);
  Finding CheckRepetition(Finding best) const;
  void AddBearer(const StoredEntry& entry);
  Facts FactsOf(const StoredEntry& entry);
  DedupResult Result(const Submission& submission, const Finding& finding) const;
  DedupResult Unchanged(const StoredEntry& version) const;
  void NameCanonical(const StoredEntry& canonical, DedupResult& result) const;
  std::optional<PolicyChange> ChangeOfPolicy() const;

  std::shared_ptr<const Policy> policy_;
  Index index_;
  JudgeProbe probe_;

  // Of the article in hand.
  Sketch sketch_;
  bool readable_ = false;
  std::vector<const StoredEntry*> versions_;
  std::vector<uint64_t> found_;
  std::vector<Candidate> candidates_;
  std::vector<Bearer> bearers_;  // of the same body
};

}  // namespace newsfeed::dedup
