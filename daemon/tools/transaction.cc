#include "daemon/tools/transaction.h"

#include <fmt/format.h>

#include "daemon/kafka/application.h"
#include "daemon/kafka/error_status.h"

namespace newsfeed::tools {
namespace {

using kafka::Error;
using kafka::ErrorClass;

constexpr absl::Duration kCallTimeout = absl::Seconds(30);
constexpr int kMaxRepeats = 20;

std::optional<std::string> CopyOfBytes(std::string_view bytes) {
  if (bytes.data() == nullptr) return std::nullopt;
  return std::string(bytes);
}

std::string_view ViewOf(const std::optional<std::string>& bytes) {
  // An empty string must not become a null of Kafka's.
  return bytes ? std::string_view(bytes->c_str(), bytes->size()) : std::string_view();
}

// Calls that rdkafka.h tells to be resumable.
template <typename Call>
Error Repeat(Call call) {
  Error error = call();
  for (int i = 0; i < kMaxRepeats && (error.kind == ErrorClass::kRetriable ||
                                      error.kind == ErrorClass::kTimedOut); ++i) {
    error = call();
  }
  return error;
}

Error ProduceOne(kafka::Producer& producer, const OutgoingRecord& record) {
  std::vector<Header> headers;
  for (const auto& [name, value] : record.headers) headers.push_back({name, ViewOf(value)});
  const kafka::ProducedRecord produced{record.topic,         record.partition,
                                       record.timestamp_ms,  ViewOf(record.key),
                                       ViewOf(record.value), headers};
  for (int i = 0; i < kMaxRepeats; ++i) {
    Error error = producer.Produce(produced);
    if (error.kind != ErrorClass::kRetriable) return error;
    producer.Serve(absl::Seconds(1));
  }
  return producer.Produce(produced);
}

// Why the broker or the client refuses one of those that were produced for good.
std::optional<std::string> WhyRefused(const Error& error, kafka::Producer& producer) {
  const auto refusal = producer.TakeRefusal();
  if (error.kind == ErrorClass::kRefused) return error.message;
  if (refusal && refusal->error.kind == ErrorClass::kRefused) return refusal->error.message;
  return std::nullopt;
}

}  // namespace

OutgoingRecord OutgoingRecord::CopyOf(const kafka::PolledRecord& record) {
  OutgoingRecord copy;
  copy.timestamp_ms = record.timestamp_ms;
  copy.key = CopyOfBytes(record.key);
  copy.value = CopyOfBytes(record.value);
  for (const Header& header : record.headers) {
    copy.headers.emplace_back(std::string(header.name), CopyOfBytes(header.value));
  }
  return copy;
}

absl::StatusOr<std::unique_ptr<TransactionalWriter>> TransactionalWriter::Open(
    kafka::ClientFactory& factory, const config::v1::Config& config) {
  std::unique_ptr<TransactionalWriter> writer(new TransactionalWriter(factory, config));
  auto lock = writer->NewProducer("-repair-lock");
  if (!lock.ok()) return lock.status();
  writer->lock_ = *std::move(lock);
  auto producer = writer->NewProducer("-repair");
  if (!producer.ok()) return producer.status();
  writer->producer_ = *std::move(producer);
  return writer;
}

absl::StatusOr<std::unique_ptr<kafka::Producer>> TransactionalWriter::NewProducer(
    std::string_view suffix) const {
  const std::string id = fmt::format("{}{}", config_.application_id(), suffix);
  Error error;
  auto producer = factory_.NewProducer(kafka::ProducerProperties(config_, id), error);
  if (!error.ok()) return absl::InvalidArgumentError(error.message);
  error = Repeat([&] { return producer->InitTransactions(kCallTimeout); });
  if (!error.ok()) return kafka::ToStatus(error, "transactions of " + id);
  return producer;
}

absl::StatusOr<std::vector<TransactionalWriter::Refused>> TransactionalWriter::Commit(
    const std::vector<OutgoingGroup>& groups) {
  std::vector<Refused> refused;
  if (absl::Status status = CommitAll(groups, 0, refused); !status.ok()) return status;
  return refused;
}

absl::Status TransactionalWriter::CommitAll(std::span<const OutgoingGroup> groups, size_t first,
                                            std::vector<Refused>& refused) {
  if (groups.empty()) return absl::OkStatus();
  auto why = TryCommit(groups);
  if (!why.ok()) return why.status();
  if (!why->has_value()) return absl::OkStatus();
  if (absl::Status status = Renew(groups.front().front()); !status.ok()) return status;
  if (groups.size() == 1) {
    refused.push_back({first, **std::move(why)});
    return absl::OkStatus();
  }
  const size_t half = groups.size() / 2;
  if (absl::Status status = CommitAll(groups.first(half), first, refused); !status.ok()) {
    return status;
  }
  return CommitAll(groups.subspan(half), first + half, refused);
}

absl::StatusOr<std::optional<std::string>> TransactionalWriter::TryCommit(
    std::span<const OutgoingGroup> groups) {
  if (Error error = producer_->BeginTransaction(); !error.ok()) {
    return kafka::ToStatus(error, "beginning a transaction");
  }
  Error error;
  for (const OutgoingGroup& group : groups) {
    for (const OutgoingRecord& record : group) {
      if (error.ok()) error = ProduceOne(*producer_, record);
    }
  }
  if (error.ok()) error = Repeat([&] { return producer_->Flush(kCallTimeout); });
  std::optional<std::string> why = WhyRefused(error, *producer_);
  if (error.ok() && !why) {
    error = Repeat([&] { return producer_->CommitTransaction(kCallTimeout); });
    if (error.ok()) return std::nullopt;
    if (error.kind == ErrorClass::kTimedOut) {
      return kafka::ToStatus(error,
                             "committing (whether it is done is not known: run the command again)");
    }
  }
  const Error aborted = Repeat([&] { return producer_->AbortTransaction(kCallTimeout); });
  // What an abort leaves open, the next producer ends; but nothing is written for another one.
  if (why && aborted.kind != ErrorClass::kFenced) return why;
  return kafka::ToStatus(error.ok() ? aborted : error, "writing");
}

absl::Status TransactionalWriter::Renew(const OutgoingRecord& record) {
  producer_.reset();
  auto producer = NewProducer("-repair");
  if (!producer.ok()) return producer.status();
  producer_ = *std::move(producer);
  return HoldLock(record);
}

// Whoever was begun since Open took the lock first: the broker says so to the first transaction
// that writes anything. What it writes is aborted.
absl::Status TransactionalWriter::HoldLock(const OutgoingRecord& record) {
  Error error = lock_->BeginTransaction();
  const OutgoingRecord nothing{
      .topic = record.topic, .partition = record.partition, .key = record.key, .value = ""};
  if (error.ok()) error = ProduceOne(*lock_, nothing);
  if (error.ok()) error = Repeat([&] { return lock_->Flush(kCallTimeout); });
  const bool refused = WhyRefused(error, *lock_).has_value();
  const Error aborted = Repeat([&] { return lock_->AbortTransaction(kCallTimeout); });
  if (aborted.kind == ErrorClass::kFenced) error = aborted;
  if (refused && error.kind != ErrorClass::kFenced) {
    // Taking it anew is safe: whoever has taken it since has also taken the writing producer's id.
    auto lock = NewProducer("-repair-lock");
    if (!lock.ok()) return lock.status();
    lock_ = *std::move(lock);
    return absl::OkStatus();
  }
  return kafka::ToStatus(error.ok() ? aborted : error, "writing after a refusal");
}

}  // namespace newsfeed::tools
