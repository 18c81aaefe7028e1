#include "daemon/tools/dead_letters.h"

#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "daemon/kafka/application.h"
#include "daemon/record_headers.h"
#include "daemon/tools/audit.h"
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
          .stub = headers::Last(record.headers, headers::kErrorStub).has_value() &&
                  record.value.data() == nullptr};
}

void KeepNewest(std::vector<DeadLetter>& letters, int64_t last) {
  if (last <= 0 || letters.size() <= static_cast<size_t>(last)) return;
  std::ranges::stable_sort(letters, std::greater<>(), &DeadLetter::timestamp_ms);
  letters.resize(static_cast<size_t>(last));
  std::ranges::sort(letters, {}, &DeadLetter::place);
}

// Why it cannot be replayed; empty: it can.
std::string Unfit(const DeadLetter& letter, const config::v1::Config& config) {
  if (letter.stub) return "only a stub is left of it, the value was too large for the topic";
  if (!letter.source) return "it does not say where it came from";
  if (letter.late) {
    return kafka::HasJudge(config) ? "" : "it goes back to the judged topic, and this chain has no dedup";
  }
  const bool is_input = std::ranges::any_of(
      config.inputs(), [&](const auto& input) { return input.topic() == letter.source->topic; });
  return is_input ? "" : fmt::format("it came from {}, which is no input", letter.source->topic);
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
    return Commit();
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
    groups_.push_back({Revived(record, letter, config_), ReceiptFor(letter, config_)});
    places_.push_back(letter.place);
    bytes_ += BytesOf(groups_.back().front());
    return groups_.size() >= kMaxBatchRecords || bytes_ >= kMaxBatchBytes ? Commit() : absl::OkStatus();
  }

  absl::Status Commit() {
    if (groups_.empty()) return absl::OkStatus();
    const auto refused = writer_.Commit(groups_);
    if (!refused.ok()) return refused.status();
    for (const auto& one : *refused) {
      const Place& place = places_[one.group];
      report_.left.push_back(fmt::format("{}:{}: refused: {}", place.partition, place.offset, one.why));
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
  std::map<Place, const DeadLetter*> chosen_;
  std::vector<OutgoingGroup> groups_;
  std::vector<Place> places_;
  size_t bytes_ = 0;
};

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
    report.left.push_back(fmt::format("{}:{}: {}", letter.place.partition, letter.place.offset, why));
    return true;
  });
}

}  // namespace

bool DeadLetterFilter::Passes(const DeadLetter& letter) const {
  return (reason.empty() || reason == letter.reason) && (stage.empty() || stage == letter.stage) &&
         (!partition || *partition == letter.place.partition) &&
         (!offset || *offset == letter.place.offset) && !(unreplayed_only && letter.replayed);
}

absl::StatusOr<DeadLetterList> ListDeadLetters(TopicReader& reader, const config::v1::Config& config,
                                               const DeadLetterFilter& filter, absl::Duration patience) {
  auto ranges = reader.RangesOf({config.outputs().dead_letter()});
  if (!ranges.ok()) return ranges.status();
  DeadLetterFilter before_receipts = filter;
  before_receipts.unreplayed_only = false;
  DeadLetterList list;
  absl::flat_hash_set<std::pair<int32_t, int64_t>> receipts;
  absl::Status status = reader.Read(*ranges, patience, [&](const PolledRecord& record) {
    if (const auto receipt = ReceiptOf(record.headers)) {
      receipts.insert({receipt->partition, receipt->offset});
    } else if (DeadLetter letter = ToDeadLetter(record); before_receipts.Passes(letter)) {
      list.letters.push_back(std::move(letter));
    }
    return true;
  });
  if (!status.ok()) return status;
  for (DeadLetter& letter : list.letters) {
    letter.replayed = receipts.contains({letter.place.partition, letter.place.offset});
  }
  std::erase_if(list.letters, [&](const DeadLetter& letter) { return !filter.Passes(letter); });
  std::ranges::sort(list.letters, {}, &DeadLetter::place);
  KeepNewest(list.letters, filter.last);
  list.open_transactions = OpenTransactions(*ranges);
  return list;
}

absl::StatusOr<ReplayReport> ReplayDeadLetters(kafka::ClientFactory& factory, TopicReader& reader,
                                               const config::v1::Config& config,
                                               const DeadLetterFilter& filter, bool dry_run) {
  std::unique_ptr<TransactionalWriter> writer;
  if (!dry_run) {
    auto opened = TransactionalWriter::Open(factory, config, "replay");
    if (!opened.ok()) return opened.status();
    writer = *std::move(opened);
  }
  // After Open: now no other replay can add receipts, and those of a predecessor are committed.
  auto list = ListDeadLetters(reader, config, filter, TransactionPatience(config));
  if (!list.ok()) return list.status();
  if (!list->open_transactions.empty()) {
    // A receipt may be hidden there.
    return absl::UnavailableError(list->open_transactions.front() +
                                  "; nothing was replayed, try again when it has ended");
  }
  ReplayReport report;
  KeepReplayable(list->letters, config, report);
  if (dry_run) {
    report.replayed = list->letters.size();
    return report;
  }
  if (list->letters.empty()) return report;
  if (absl::Status status = Replay(*writer, config, list->letters, report).Run(reader); !status.ok()) {
    return status;
  }
  return report;
}

}  // namespace newsfeed::tools
