#include "daemon/tools/dead_letters.h"

#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "daemon/kafka/application.h"
#include "daemon/record_headers.h"
#include "daemon/tools/audit.h"
#include "daemon/tools/audit_ledger.h"
#include "daemon/tools/json_line.h"
#include "daemon/tools/transaction.h"

namespace newsfeed::tools {
namespace {

using kafka::PolledRecord;

// Of one transaction: memory, and how much is done again after a failure.
constexpr size_t kMaxBatchRecords = 500;
constexpr size_t kMaxBatchBytes = size_t{16} << 20;

std::string HeaderText(const PolledRecord& record, std::string_view name) {
  return CleanText(headers::Last(record.headers, name).value_or(""), 1024);
}

DeadLetter ToDeadLetter(const PolledRecord& record) {
  return {.place = {record.partition, record.offset},
          .timestamp_ms = record.timestamp_ms,
          .reason = HeaderText(record, headers::kErrorReason),
          .stage = HeaderText(record, headers::kErrorStage),
          .detail = HeaderText(record, headers::kErrorDetail),
          .source = ErrorSourceOf(record.headers),
          .late = headers::Last(record.headers, headers::kErrorReplay) == headers::kReplayJudged,
          .promotion = headers::Last(record.headers, headers::kPromoted).has_value(),
          .stub = headers::Last(record.headers, headers::kErrorStub).has_value() &&
                  record.value.data() == nullptr};
}

using Receipts = absl::flat_hash_set<std::pair<int32_t, int64_t>>;

// The newest N of the letters added, or all (N is 0).
class Newest {
 public:
  explicit Newest(int64_t last) : last_(static_cast<size_t>(last)) {}

  void Add(DeadLetter letter) {
    letters_.push_back(std::move(letter));
    if (last_ == 0) return;
    std::ranges::push_heap(letters_, IsNewer);
    if (letters_.size() <= last_) return;
    std::ranges::pop_heap(letters_, IsNewer);
    letters_.pop_back();
  }

  std::vector<DeadLetter> TakeByPlace() && {
    std::ranges::sort(letters_, {}, &DeadLetter::place);
    return std::move(letters_);
  }

 private:
  // The oldest is on top of the heap.
  static bool IsNewer(const DeadLetter& a, const DeadLetter& b) {
    return a.timestamp_ms != b.timestamp_ms ? a.timestamp_ms > b.timestamp_ms : a.place < b.place;
  }

  const size_t last_;
  std::vector<DeadLetter> letters_;
};

// By what is cheap to see.
bool IsCandidate(const PolledRecord& record, const DeadLetterFilter& filter) {
  return (!filter.partition || *filter.partition == record.partition) &&
         (!filter.offset || *filter.offset == record.offset) &&
         (!filter.key || (record.key.data() != nullptr && record.key == *filter.key));
}

bool Passes(const DeadLetter& letter, const DeadLetterFilter& filter) {
  return (filter.reason.empty() || filter.reason == letter.reason) &&
         (filter.stage.empty() || filter.stage == letter.stage) &&
         !(filter.unreplayed_only && letter.replayed);
}

absl::Status ReadReceipts(TopicReader& reader, std::vector<ReadRange>& ranges,
                          absl::Duration patience, Receipts& receipts) {
  return reader.Read(ranges, patience, [&](const PolledRecord& record) {
    if (const auto receipt = ReceiptOf(record.headers)) {
      receipts.insert({receipt->partition, receipt->offset});
    }
    return true;
  });
}

// Whether there is anything that only the whole of the topics can tell.
bool AnyLate(const std::vector<DeadLetter>& letters) {
  return std::ranges::any_of(
      letters, [](const DeadLetter& letter) { return letter.late && !letter.replayed; });
}

// Late dead letters of which another version was or is being published; each original once.
class Twins {
 public:
  explicit Twins(const AuditLedger& ledger) : ledger_(ledger) {}

  // Empty: may be published.
  std::string WhyLeft(const DeadLetter& letter) {
    const auto copied = letter.promotion ? ledger_.OriginalOf(*letter.source) : std::nullopt;
    const Coordinates& original = copied ? *copied : *letter.source;
    const TwinState state = ledger_.TwinOf(original);
    const char* what = copied ? "its original" : "it";
    if (state == TwinState::kPublished) return fmt::format("{} was published", what);
    if (state == TwinState::kPromoted) {
      return fmt::format("a copy of {} was promoted instead", what);
    }
    if (copied && state == TwinState::kInFlight) {
      return "its original is in flight: try again later";
    }
    if (!replayed_.insert(original).second) return "another one of the same original is replayed";
    return "";
  }

 private:
  const AuditLedger& ledger_;
  std::set<Coordinates> replayed_;
};

// Why it cannot be replayed; empty: it can.
std::string Unfit(const DeadLetter& letter, const config::v1::Config& config) {
  if (letter.stub) return "only a stub is left of it, the value was too large for the topic";
  if (!letter.source) return "it does not say where it came from";
  if (letter.late) {
    return kafka::HasJudge(config)
               ? ""
               : "it goes back to the judged topic, and this chain has no dedup";
  }
  const bool is_input = std::ranges::any_of(
      config.inputs(), [&](const auto& input) { return input.topic() == letter.source->topic; });
  return is_input
             ? ""
             : fmt::format("it came from {}, which is no input", CleanText(letter.source->topic));
}

// The record as it was before it died.
OutgoingRecord Revived(const PolledRecord& record, const DeadLetter& letter,
                       const config::v1::Config& config) {
  OutgoingRecord revived = OutgoingRecord::CopyOf(record);
  std::erase_if(revived.headers, [](const auto& header) {
    return std::string_view(header.first).starts_with(headers::kErrorPrefix);
  });
  if (letter.late) {
    revived.topic = kafka::InternalTopicsOf(config).judged;
  } else {
    revived.topic = letter.source->topic;
    // Beside its neighbours, whatever partitioner its sender has.
    revived.partition = letter.source->partition;
  }
  return revived;
}

OutgoingRecord ReceiptFor(const DeadLetter& letter, const config::v1::Config& config) {
  OutgoingRecord receipt;
  receipt.topic = config.outputs().dead_letter();
  receipt.partition = letter.place.partition;
  receipt.headers = {
      {std::string(headers::kReplayedPartition), std::to_string(letter.place.partition)},
      {std::string(headers::kReplayedOffset), std::to_string(letter.place.offset)}};
  return receipt;
}

size_t BytesOf(const OutgoingRecord& record) {
  size_t bytes = record.value.value_or("").size() + record.key.value_or("").size();
  for (const auto& [name, value] : record.headers) bytes += name.size() + value.value_or("").size();
  return bytes;
}

void Leave(const DeadLetter& letter, std::string_view why, ReplayReport& report) {
  report.left.push_back(fmt::format("{}:{}: {}", letter.place.partition, letter.place.offset, why));
}

// Reads the chosen dead letters again and writes them out in batches.
class Replay {
 public:
  Replay(TransactionalWriter& writer, const config::v1::Config& config,
         const std::vector<DeadLetter>& chosen, ReplayReport& report)
      : writer_(writer), config_(config), report_(report) {
    for (const DeadLetter& letter : chosen) chosen_.emplace(letter.place, &letter);
  }

  absl::Status Run(TopicReader& reader) {
    auto ranges = reader.RangesOf({config_.outputs().dead_letter()});
    if (!ranges.ok()) return ranges.status();
    for (ReadRange& range : *ranges) Narrow(range);
    absl::Status written;
    absl::Status read = reader.Read(*ranges, absl::ZeroDuration(), [&](const PolledRecord& record) {
      written = Take(record);
      return written.ok();
    });
    if (!read.ok()) return read;
    if (!written.ok()) return written;
    if (absl::Status status = Commit(); !status.ok()) return status;
    for (const auto& [place, letter] : chosen_) {
      Leave(*letter, "gone from the topic meanwhile", report_);
    }
    return absl::OkStatus();
  }

 private:
  // To the first and last that are chosen.
  void Narrow(ReadRange& range) const {
    const auto first = chosen_.lower_bound({range.where.partition, 0});
    const auto last = chosen_.lower_bound({range.where.partition + 1, 0});
    if (first == last) {
      range.begin = range.end;
      return;
    }
    range.begin = std::max(range.begin, first->first.offset);
    range.end = std::min(range.end, std::prev(last)->first.offset + 1);
  }

  absl::Status Take(const PolledRecord& record) {
    const auto found = chosen_.find({record.partition, record.offset});
    if (found == chosen_.end()) return absl::OkStatus();
    const DeadLetter& letter = *found->second;
    chosen_.erase(found);
    groups_.push_back({Revived(record, letter, config_), ReceiptFor(letter, config_)});
    places_.push_back(letter.place);
    bytes_ += BytesOf(groups_.back().front());
    return groups_.size() >= kMaxBatchRecords || bytes_ >= kMaxBatchBytes ? Commit()
                                                                          : absl::OkStatus();
  }

  absl::Status Commit() {
    if (groups_.empty()) return absl::OkStatus();
    const auto refused = writer_.Commit(groups_);
    if (!refused.ok()) return refused.status();
    for (const auto& one : *refused) {
      const Place& place = places_[one.group];
      report_.left.push_back(
          fmt::format("{}:{}: refused: {}", place.partition, place.offset, one.why));
    }
    report_.replayed += groups_.size() - refused->size();
    groups_.clear();
    places_.clear();
    bytes_ = 0;
    return absl::OkStatus();
  }

  TransactionalWriter& writer_;
  const config::v1::Config& config_;
  ReplayReport& report_;
  std::map<Place, const DeadLetter*> chosen_;  // not read yet
  std::vector<OutgoingGroup> groups_;
  std::vector<Place> places_;
  size_t bytes_ = 0;
};

// An open transaction may hide a receipt or a promotion.
absl::Status Undecided(const std::vector<std::string>& open_transactions) {
  if (open_transactions.empty()) return absl::OkStatus();
  return absl::UnavailableError(open_transactions.front() +
                                "; nothing was replayed, try again when it has ended");
}

// Takes out what was or cannot be replayed, and says so.
void KeepReplayable(std::vector<DeadLetter>& letters, const config::v1::Config& config,
                    ReplayReport& report) {
  std::erase_if(letters, [&](const DeadLetter& letter) {
    if (letter.replayed) {
      ++report.already;
      return true;
    }
    const std::string why = Unfit(letter, config);
    if (why.empty()) return false;
    Leave(letter, why, report);
    return true;
  });
}

// Takes out what would be published a second time.
absl::Status KeepTwinless(TopicReader& reader, const config::v1::Config& config,
                          std::vector<DeadLetter>& letters, ReplayReport& report) {
  if (!AnyLate(letters)) return absl::OkStatus();
  AuditLedger ledger(AuditTopicsOf(config));
  const auto audit = RunAudit(reader, config, ledger);
  if (!audit.ok()) return audit.status();
  if (absl::Status status = Undecided(audit->open_transactions); !status.ok()) return status;
  Twins twins(ledger);
  // The originals first: they go before their copies.
  for (const bool copies : {false, true}) {
    std::erase_if(letters, [&](const DeadLetter& letter) {
      if (!letter.late || letter.promotion != copies) return false;
      const std::string why = twins.WhyLeft(letter);
      if (!why.empty()) Leave(letter, why, report);
      return !why.empty();
    });
  }
  return absl::OkStatus();
}

}  // namespace

std::string JsonOf(const DeadLetter& letter) {
  JsonLine line;
  line.Add("partition", letter.place.partition).Add("offset", letter.place.offset);
  line.Add("timestamp", letter.timestamp_ms)
      .Add("reason", letter.reason)
      .Add("stage", letter.stage);
  line.Add("detail", letter.detail);
  if (letter.source) line.Add("source", CleanText(ToString(*letter.source)));
  line.Add("replay", letter.late ? "judged" : "input")
      .Add("stub", letter.stub)
      .Add("replayed", letter.replayed);
  return std::move(line).Take();
}

absl::StatusOr<DeadLetterList> ListDeadLetters(TopicReader& reader,
                                               const config::v1::Config& config,
                                               const DeadLetterFilter& filter,
                                               absl::Duration patience) {
  auto ranges = reader.RangesOf({config.outputs().dead_letter()});
  if (!ranges.ok()) return ranges.status();
  Receipts receipts;
  if (filter.unreplayed_only) {
    // A receipt comes after what it is for, and would come too late for those that were counted as
    // the last.
    if (absl::Status s = ReadReceipts(reader, *ranges, patience, receipts); !s.ok()) return s;
  }
  Newest newest(filter.last);
  absl::Status status = reader.Read(*ranges, patience, [&](const PolledRecord& record) {
    if (const auto receipt = ReceiptOf(record.headers)) {
      receipts.insert({receipt->partition, receipt->offset});
    } else if (IsCandidate(record, filter)) {
      DeadLetter letter = ToDeadLetter(record);
      letter.replayed = receipts.contains({record.partition, record.offset});
      if (Passes(letter, filter)) newest.Add(std::move(letter));
    }
    return true;
  });
  if (!status.ok()) return status;
  DeadLetterList list{std::move(newest).TakeByPlace(), OpenTransactions(*ranges)};
  for (DeadLetter& letter : list.letters) {
    letter.replayed = receipts.contains({letter.place.partition, letter.place.offset});
  }
  return list;
}

absl::StatusOr<ReplayReport> ReplayDeadLetters(kafka::ClientFactory& factory, TopicReader& reader,
                                               const config::v1::Config& config,
                                               const DeadLetterFilter& filter, bool dry_run) {
  std::unique_ptr<TransactionalWriter> writer;
  if (!dry_run) {
    auto opened = TransactionalWriter::Open(factory, config);
    if (!opened.ok()) return opened.status();
    writer = *std::move(opened);
  }
  // After Open: now no other process can replay or promote, and what a predecessor did is
  // committed.
  auto list = ListDeadLetters(reader, config, filter, TransactionPatience(config));
  if (!list.ok()) return list.status();
  if (absl::Status status = Undecided(list->open_transactions); !status.ok()) return status;
  ReplayReport report;
  KeepReplayable(list->letters, config, report);
  if (absl::Status status = KeepTwinless(reader, config, list->letters, report); !status.ok()) {
    return status;
  }
  if (dry_run) {
    report.replayed = list->letters.size();
    return report;
  }
  if (list->letters.empty()) return report;
  if (absl::Status status = Replay(*writer, config, list->letters, report).Run(reader);
      !status.ok()) {
    return status;
  }
  return report;
}

}  // namespace newsfeed::tools
