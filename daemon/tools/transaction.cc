#include "daemon/tools/transaction.h"

#include <fmt/format.h>

#include <algorithm>

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
  const std::string id = config.application_id() + "-repair";
  Error error;
  auto producer = factory.NewProducer(kafka::ProducerProperties(config, id), error);
  if (!error.ok()) return absl::InvalidArgumentError(error.message);
  error = Repeat([&] { return producer->InitTransactions(kCallTimeout); });
  if (!error.ok()) return kafka::ToStatus(error, "transactions of " + id);
  return std::unique_ptr<TransactionalWriter>(new TransactionalWriter(std::move(producer)));
}

absl::StatusOr<std::vector<TransactionalWriter::Refused>> TransactionalWriter::Commit(
    const std::vector<OutgoingGroup>& groups) {
  std::vector<Refused> refused;
  std::vector<bool> left_out(groups.size());
  while (refused.size() < groups.size()) {
    auto one = TryCommit(groups, left_out);
    if (!one.ok()) return one.status();
    if (!one->has_value()) break;
    left_out[(*one)->group] = true;
    refused.push_back(**std::move(one));
  }
  return refused;
}

// The first group that is refused, or nothing and all is committed.
absl::StatusOr<std::optional<TransactionalWriter::Refused>> TransactionalWriter::TryCommit(
    const std::vector<OutgoingGroup>& groups, const std::vector<bool>& left_out) {
  if (Error error = producer_->BeginTransaction(); !error.ok()) {
    return kafka::ToStatus(error, "beginning a transaction");
  }
  std::vector<size_t> group_of;  // by order of Produce
  Error error;
  std::optional<Refused> refused;
  for (size_t group = 0; group < groups.size() && error.ok(); ++group) {
    if (left_out[group]) continue;
    for (const OutgoingRecord& record : groups[group]) {
      error = ProduceOne(record);
      if (error.kind == ErrorClass::kRefused) refused = Refused{group, error.message};
      if (!error.ok()) break;
      group_of.push_back(group);
    }
  }
  if (error.ok()) error = Repeat([&] { return producer_->Flush(kCallTimeout); });
  if (const auto refusal = producer_->TakeRefusal();
      refusal && !refused && refusal->error.kind == ErrorClass::kRefused) {
    refused = Refused{group_of[std::min(refusal->ordinal, group_of.size() - 1)], refusal->error.message};
  }
  if (error.ok() && !refused) {
    error = Repeat([&] { return producer_->CommitTransaction(kCallTimeout); });
    if (error.ok()) return std::optional<Refused>();
    if (error.kind == ErrorClass::kTimedOut) {
      return kafka::ToStatus(error, "committing (whether it is done is not known: run the command again)");
    }
  }
  const Error aborted = Repeat([&] { return producer_->AbortTransaction(kCallTimeout); });
  if (refused && aborted.ok()) return refused;
  return kafka::ToStatus(error.ok() ? aborted : error, "writing");
}

Error TransactionalWriter::ProduceOne(const OutgoingRecord& record) {
  std::vector<Header> headers;
  for (const auto& [name, value] : record.headers) headers.push_back({name, ViewOf(value)});
  const kafka::ProducedRecord produced{record.topic,       record.partition,     record.timestamp_ms,
                                       ViewOf(record.key), ViewOf(record.value), headers};
  for (int i = 0; i < kMaxRepeats; ++i) {
    Error error = producer_->Produce(produced);
    if (error.kind != ErrorClass::kRetriable) return error;
    producer_->Serve(absl::Seconds(1));
  }
  return producer_->Produce(produced);
}

}  // namespace newsfeed::tools
