#include "daemon/kafka/rdkafka_client.h"

#include <absl/time/clock.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "daemon/steady_time.h"

namespace newsfeed::kafka {
namespace {

int Milliseconds(absl::Duration timeout) {
  return static_cast<int>(
      std::clamp<int64_t>(absl::ToInt64Milliseconds(timeout), 0, INT32_MAX));
}

ErrorClass ClassOf(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: return ErrorClass::kNone;
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED: return ErrorClass::kFenced;
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID: return ErrorClass::kFatal;
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT: return ErrorClass::kTimedOut;
    case RD_KAFKA_RESP_ERR__QUEUE_FULL: return ErrorClass::kRetriable;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD: return ErrorClass::kRefused;
    default: return ErrorClass::kOther;
  }
}

Error FromCode(rd_kafka_resp_err_t code, std::string message = "") {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  if (message.empty()) message = rd_kafka_err2str(code);
  return {ClassOf(code), code, rd_kafka_err2name(code), std::move(message)};
}

// Takes the error over. The flags of a transactional call beat the class of its code, but for
// _FENCED, which 2.0.2 calls abortable though no call can succeed any more.
Error FromError(rd_kafka_error_t* error) {
  if (error == nullptr) return {};
  Error result = FromCode(rd_kafka_error_code(error), rd_kafka_error_string(error));
  if (result.kind != ErrorClass::kFenced) {
    if (rd_kafka_error_is_fatal(error)) {
      result.kind = ErrorClass::kFatal;
    } else if (rd_kafka_error_txn_requires_abort(error)) {
      result.kind = ErrorClass::kAbortable;
    } else if (rd_kafka_error_is_retriable(error)) {
      result.kind = result.kind == ErrorClass::kTimedOut ? ErrorClass::kTimedOut
                                                         : ErrorClass::kRetriable;
    }
  }
  rd_kafka_error_destroy(error);
  return result;
}

struct ListDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, ListDeleter>;

PartitionList NewList(size_t size) {
  return PartitionList(rd_kafka_topic_partition_list_new(static_cast<int>(size)));
}

PartitionList ToList(const std::vector<TopicPartition>& partitions) {
  PartitionList list = NewList(partitions.size());
  for (const TopicPartition& p : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), p.topic.c_str(), p.partition);
  }
  return list;
}

PartitionList ToList(const std::vector<PartitionOffset>& offsets) {
  PartitionList list = NewList(offsets.size());
  for (const PartitionOffset& o : offsets) {
    auto* added = rd_kafka_topic_partition_list_add(list.get(), o.where.topic.c_str(),
                                                    o.where.partition);
    added->offset = o.offset == kNoOffset ? RD_KAFKA_OFFSET_INVALID : o.offset;
    if (!o.metadata.empty()) {
      // The list frees it with its own allocator, which is malloc.
      added->metadata = malloc(o.metadata.size());
      std::copy(o.metadata.begin(), o.metadata.end(), static_cast<char*>(added->metadata));
      added->metadata_size = o.metadata.size();
    }
  }
  return list;
}

std::vector<TopicPartition> FromList(const rd_kafka_topic_partition_list_t& list) {
  std::vector<TopicPartition> partitions;
  for (int i = 0; i < list.cnt; ++i) {
    partitions.push_back({list.elems[i].topic, list.elems[i].partition});
  }
  return partitions;
}

// The first error of a partition in the list.
Error FirstError(const rd_kafka_topic_partition_list_t& list) {
  for (int i = 0; i < list.cnt; ++i) {
    if (list.elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return FromCode(list.elems[i].err);
  }
  return {};
}


struct ConfDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfDeleter>;

Conf NewConf(const Properties& properties, Error& error) {
  Conf conf(rd_kafka_conf_new());
  char message[512];
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), message, sizeof message) !=
        RD_KAFKA_CONF_OK) {
      // The message would quote the value, which may be a secret.
      error = {ErrorClass::kOther, RD_KAFKA_RESP_ERR__INVALID_ARG, "_INVALID_ARG",
               "kafka.properties." + name + ": refused by librdkafka"};
      return nullptr;
    }
  }
  return conf;
}

// Closes and destroys in a thread of its own where librdkafka takes longer than it may: 2.0.2 can
// block for ever in both (delivery notes #4187, #4724). Such a thread is left behind.
template <typename Work>
void RunBounded(absl::Duration timeout, Work work) {
  struct Done {
    std::mutex mutex;
    std::condition_variable changed;
    bool value = false;
  };
  auto done = std::make_shared<Done>();
  std::thread([done, work = std::move(work)]() mutable {
    work();
    const std::lock_guard lock(done->mutex);
    done->value = true;
    done->changed.notify_one();
  }).detach();
  std::unique_lock lock(done->mutex);
  done->changed.wait_for(lock, absl::ToChronoNanoseconds(timeout), [&] { return done->value; });
}

template <typename Context>
void LogCallback(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  const LogFunction& log = *static_cast<const Context*>(rd_kafka_opaque(client))->log;
  if (log) log(level, facility, text);
}

constexpr absl::Duration kDestroyTimeout = absl::Seconds(5);
// Then the leader may be another.
constexpr absl::Duration kLongestAskOfOneLeader = absl::Seconds(3);

// Makes a client whose callbacks see `context`. `more` sets what its kind needs.
template <typename Context, typename More>
Error OpenClient(rd_kafka_type_t type, const Properties& properties, Context* context,
                 rd_kafka_t*& client, More more) {
  Error error;
  Conf conf = NewConf(properties, error);
  if (conf == nullptr) return error;
  rd_kafka_conf_set_opaque(conf.get(), context);
  rd_kafka_conf_set_log_cb(conf.get(), &LogCallback<Context>);
  more(conf.get());
  char message[512];
  client = rd_kafka_new(type, conf.get(), message, sizeof message);
  if (client == nullptr) return FromCode(rd_kafka_last_error(), message);
  conf.release();  // the client's now
  return {};
}

struct MetadataDeleter {
  void operator()(const struct rd_kafka_metadata* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
using MetadataResult = std::unique_ptr<const struct rd_kafka_metadata, MetadataDeleter>;

// Asked of a broker that does not lead, or of one that is gone.
bool MayBeOfAnotherLeader(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH: return true;
    default: return false;
  }
}

// Of one topic, from any broker. What was known of its leaders is forgotten.
Error AskTopic(rd_kafka_t* client, const std::string& topic, absl::Duration timeout,
               MetadataResult& metadata) {
  rd_kafka_topic_t* handle = rd_kafka_topic_new(client, topic.c_str(), nullptr);
  if (handle == nullptr) return FromCode(rd_kafka_last_error());
  const struct rd_kafka_metadata* found = nullptr;
  Error error =
      FromCode(rd_kafka_metadata(client, /*all_topics=*/0, handle, &found, Milliseconds(timeout)));
  metadata.reset(found);
  rd_kafka_topic_destroy(handle);
  if (error.ok() && metadata->topic_cnt != 1) {
    return FromCode(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  }
  return error;
}

// There is no accessor: the written form is "CGMDv2:", then the generation as the machine keeps
// integers (rdkafka_cgrp.c, 2.0 to 2.8). Another form counts as a generation: the broker checks it
// then.
int32_t GenerationOf(const rd_kafka_consumer_group_metadata_t& metadata) {
  constexpr std::string_view kMagic = "CGMDv2:";
  void* bytes = nullptr;
  size_t size = 0;
  if (rd_kafka_error_t* error = rd_kafka_consumer_group_metadata_write(&metadata, &bytes, &size)) {
    rd_kafka_error_destroy(error);
    return -1;
  }
  int32_t generation = 0;
  const std::string_view written(static_cast<const char*>(bytes), size);
  if (written.starts_with(kMagic) && size >= kMagic.size() + sizeof generation) {
    std::memcpy(&generation, written.data() + kMagic.size(), sizeof generation);
  }
  rd_kafka_mem_free(nullptr, bytes);
  return generation;
}

class RdGroupMetadata : public GroupMetadata {
 public:
  explicit RdGroupMetadata(rd_kafka_consumer_group_metadata_t* metadata) : metadata_(metadata) {}
  ~RdGroupMetadata() override { rd_kafka_consumer_group_metadata_destroy(metadata_); }
  const rd_kafka_consumer_group_metadata_t* get() const { return metadata_; }

 private:
  rd_kafka_consumer_group_metadata_t* metadata_;
};

// --- Consumer ---------------------------------------------------------------------------------

class RdConsumer : public Consumer {
 public:
  RdConsumer(std::shared_ptr<const LogFunction> log, RebalanceListener* listener)
      : context_(std::make_shared<Context>(Context{std::move(log), listener, false})) {}

  ~RdConsumer() override {
    record_.reset();
    if (client_ == nullptr) return;
    context_->listener = nullptr;
    if (MustNotBeDestroyed()) {
      Abandon();
      return;
    }
    // A client that was not closed is one that is dead: its group need not hear of it.
    RunBounded(kDestroyTimeout, [client = client_, context = context_] {
      rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    });
  }

  Error Open(const Properties& properties) {
    const auto strategy = properties.find("partition.assignment.strategy");
    sticky_ = strategy != properties.end() && strategy->second.find("sticky") != std::string::npos;
    Error error = OpenClient(RD_KAFKA_CONSUMER, properties, context_.get(), client_,
                             [](rd_kafka_conf_t* conf) {
                               rd_kafka_conf_set_rebalance_cb(conf, &RdConsumer::OnRebalance);
                               // From 2.2 on the sleep at a full queue is an option; before it is a
                               // second.
                               rd_kafka_conf_set(conf, "fetch.queue.backoff.ms", "10", nullptr, 0);
                             });
    if (error.ok()) rd_kafka_poll_set_consumer(client_);
    const auto value = [&](const char* name) {
      const auto found = properties.find(name);
      return found == properties.end() ? std::string() : found->second;
    };
    username_ = value("sasl.username");
    password_ = value("sasl.password");
    return error;
  }

  Error Subscribe(const std::vector<std::string>& topics) override {
    PartitionList list = NewList(topics.size());
    for (const std::string& topic : topics) {
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    }
    subscribed_ = true;
    return FromCode(rd_kafka_subscribe(client_, list.get()));
  }

  PollOutcome Poll(absl::Duration timeout) override {
    record_.reset(rd_kafka_consumer_poll(client_, Milliseconds(timeout)));
    PollOutcome outcome;
    WakeFetcher();
    if (record_ == nullptr) return outcome;
    outcome.record = {.topic = record_->rkt ? rd_kafka_topic_name(record_->rkt) : "",
                      .partition = record_->partition,
                      .offset = record_->offset};
    switch (record_->err) {
      case RD_KAFKA_RESP_ERR_NO_ERROR:
        outcome.kind = PollOutcome::Kind::kRecord;
        FillRecord(outcome.record);
        return outcome;
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        outcome.kind = PollOutcome::Kind::kEndOfPartition;
        return outcome;
      default: break;
    }
    outcome.kind = PollOutcome::Kind::kError;
    outcome.error = FromCode(record_->err, rd_kafka_message_errstr(record_.get()));
    char message[512];
    if (const auto fatal = rd_kafka_fatal_error(client_, message, sizeof message)) {
      outcome.error = FromCode(fatal, message);
      outcome.error.kind = ErrorClass::kFatal;
    }
    return outcome;
  }

  Error Assign(const std::vector<PartitionOffset>& partitions) override {
    const PartitionList list = ToList(partitions);
    if (Cooperative()) return FromError(rd_kafka_incremental_assign(client_, list.get()));
    return FromCode(rd_kafka_assign(client_, list.get()));
  }

  Error Unassign(const std::vector<TopicPartition>& partitions) override {
    const PartitionList list = ToList(partitions);
    if (Cooperative()) return FromError(rd_kafka_incremental_unassign(client_, list.get()));
    return FromCode(rd_kafka_assign(client_, nullptr));
  }

  Error Seek(const std::vector<PartitionOffset>& positions, absl::Duration timeout) override {
    const PartitionList list = ToList(positions);
    // Before 2.1 it divides the timeout by 1,000 (confluentinc/librdkafka#4230): ask for as much
    // more.
    constexpr int kMended = 0x02010000;
    const int milliseconds = Milliseconds(
        rd_kafka_version() < kMended ? std::min(timeout, absl::Seconds(1000)) * 1000 : timeout);
    if (Error error = FromError(rd_kafka_seek_partitions(client_, list.get(), milliseconds));
        !error.ok()) {
      return error;
    }
    return FirstError(*list);
  }

  Error Committed(std::vector<PartitionOffset>& partitions, absl::Duration timeout) override {
    const PartitionList list = ToList(partitions);
    if (Error error = FromCode(rd_kafka_committed(client_, list.get(), Milliseconds(timeout)));
        !error.ok()) {
      return error;
    }
    for (int i = 0; i < list->cnt; ++i) {
      const auto& element = list->elems[i];
      partitions[static_cast<size_t>(i)].offset = element.offset < 0 ? kNoOffset : element.offset;
      partitions[static_cast<size_t>(i)].metadata.assign(
          static_cast<const char*>(element.metadata), element.metadata_size);
    }
    return FirstError(*list);
  }

  Error Watermarks(const TopicPartition& partition, int64_t& low, int64_t& high,
                   absl::Duration timeout) override {
    const absl::Time end = SteadyNow() + timeout;
    ForgetLeader(partition.topic, end);
    Error error = AskOffset(partition, RD_KAFKA_OFFSET_BEGINNING, low, end);
    if (error.ok()) error = AskOffset(partition, RD_KAFKA_OFFSET_END, high, end);
    return error;
  }

  int64_t LastEnd(const TopicPartition& partition) override {
    int64_t low = RD_KAFKA_OFFSET_INVALID;
    int64_t high = RD_KAFKA_OFFSET_INVALID;
    rd_kafka_get_watermark_offsets(client_, partition.topic.c_str(), partition.partition, &low,
                                   &high);
    return high < 0 ? -1 : high;
  }

  Error Commit(const std::vector<PartitionOffset>& positions) override {
    const PartitionList list = ToList(positions);
    if (Error error = FromCode(rd_kafka_commit(client_, list.get(), /*async=*/0)); !error.ok()) {
      return error;
    }
    return FirstError(*list);
  }

  std::unique_ptr<GroupMetadata> TakeGroupMetadata() override {
    auto* metadata = rd_kafka_consumer_group_metadata(client_);
    if (metadata == nullptr) return nullptr;
    auto taken = std::make_unique<RdGroupMetadata>(metadata);
    // Brokers take offsets of a generation below 0 unchecked.
    if (rd_kafka_assignment_lost(client_) != 0 || GenerationOf(*metadata) < 0) return nullptr;
    return taken;
  }

  void Close(absl::Duration timeout) override {
    record_.reset();
    // The queue form: rd_kafka_consumer_close blocks without bound where a coordinator is gone.
    rd_kafka_queue_t* queue = rd_kafka_queue_new(client_);
    rd_kafka_error_t* error = rd_kafka_consumer_close_queue(client_, queue);
    const absl::Time end = error == nullptr ? SteadyNow() + timeout : absl::InfinitePast();
    if (error != nullptr) rd_kafka_error_destroy(error);
    while (!rd_kafka_consumer_closed(client_) && SteadyNow() < end) {
      if (rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 50)) {
        if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE) {
          OnRebalance(client_, rd_kafka_event_error(event),
                      rd_kafka_event_topic_partition_list(event), context_.get());
        }
        rd_kafka_event_destroy(event);
      }
    }
    rd_kafka_queue_destroy(queue);
  }

 private:
  // `which`: the first or the last of the log. Not rd_kafka_query_watermark_offsets: 2.0.2 waits
  // for its answer whatever its timeout is, for minutes where the leader it knows is dead
  // (tests/faults/cluster_test.cc).
  Error AskOffset(const TopicPartition& partition, int64_t which, int64_t& offset, absl::Time end) {
    for (;;) {
      const PartitionList asked = ToList({partition});
      asked->elems[0].offset = which;  // a "time" of the protocol
      const absl::Duration wait =
          std::min(std::max(end - SteadyNow(), absl::ZeroDuration()), kLongestAskOfOneLeader);
      Error error = FromCode(rd_kafka_offsets_for_times(client_, asked.get(), Milliseconds(wait)));
      if (error.ok()) error = FirstError(*asked);
      offset = asked->elems[0].offset;
      if (error.ok() || SteadyNow() >= end) return error;
      if (!MayBeOfAnotherLeader(error.code)) return error;
      ForgetLeader(partition.topic, end);
    }
  }

  // Asks who leads: 2.0.2 finds out only from a failed fetch. Where nobody answers, the next call
  // tells.
  void ForgetLeader(const std::string& topic, absl::Time end) {
    MetadataResult ignored;
    AskTopic(client_, topic, std::min(end - SteadyNow(), kLongestAskOfOneLeader), ignored);
  }

  bool Cooperative() const {
    const char* protocol = rd_kafka_rebalance_protocol(client_);
    return protocol != nullptr && std::string_view(protocol) == "COOPERATIVE";
  }

  // Before 2.2 the thread that fetches stops at a full queue (queued.max.messages.kbytes) and looks
  // again after a second, unless something wakes it: long before, nothing is left. Setting the
  // credentials that it has anyway wakes it (no other call does without asking a broker). Drained
  // with a queue of 8 MiB: 22,000 records/s of 3 KB instead of 4,000; with one of 32 MiB 23,000
  // instead of 15,000 (tests/bench/run_peers.py).
  void WakeFetcher() {
    constexpr int kMended = 0x02020000;
    constexpr size_t kEveryBytes = 512 << 10;
    constexpr size_t kEveryRecords = 4096;
    if (record_ != nullptr) {
      taken_bytes_ += record_->len;
      ++taken_records_;
      if (taken_bytes_ < kEveryBytes && taken_records_ < kEveryRecords) return;
    }
    if (taken_records_ == 0 || rd_kafka_version() >= kMended) return;
    taken_bytes_ = taken_records_ = 0;
    if (rd_kafka_error_t* error =
            rd_kafka_sasl_set_credentials(client_, username_.c_str(), password_.c_str())) {
      rd_kafka_error_destroy(error);
    }
  }

  void FillRecord(PolledRecord& out) {
    rd_kafka_timestamp_type_t type;
    const int64_t timestamp = rd_kafka_message_timestamp(record_.get(), &type);
    out.timestamp_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? 0 : timestamp;
    out.key = {static_cast<const char*>(record_->key), record_->key_len};
    out.value = {static_cast<const char*>(record_->payload), record_->len};
    headers_.clear();
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(record_.get(), &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* name = nullptr;
      const void* value = nullptr;
      size_t size = 0;
      for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
                         RD_KAFKA_RESP_ERR_NO_ERROR;
           ++i) {
        headers_.push_back({name, {static_cast<const char*>(value), size}});
      }
    }
    out.headers = headers_;
  }

  // What callbacks see: outlives this object where librdkafka is slow to end.
  struct Context {
    std::shared_ptr<const LogFunction> log;
    RebalanceListener* listener;
    bool assigned = false;  // an assignment was seen, ever
  };

  // Before 2.3 the process ends in an assertion if a member that waits for its first assignment of
  // a sticky kind is destroyed (confluentinc/librdkafka#4312). Which state it is in cannot be
  // asked.
  bool MustNotBeDestroyed() const {
    constexpr int kMended = 0x02030000;
    return rd_kafka_version() < kMended && subscribed_ && !context_->assigned && sticky_;
  }

  // Left to the end of the process; closed it has left its group, and does nothing any more.
  void Abandon() {
    static auto& abandoned = *new std::vector<std::pair<rd_kafka_t*, std::shared_ptr<Context>>>;
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    abandoned.emplace_back(client_, context_);
  }

  static void OnRebalance(rd_kafka_t* client, rd_kafka_resp_err_t code,
                          rd_kafka_topic_partition_list_t* list, void* opaque) {
    Context& context = *static_cast<Context*>(opaque);
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) context.assigned = true;
    RebalanceListener* listener = context.listener;
    if (listener == nullptr) return;
    const std::vector<TopicPartition> partitions = FromList(*list);
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
      listener->OnAssigned(partitions);
    } else {
      listener->OnRevoked(partitions, rd_kafka_assignment_lost(client) != 0);
    }
  }

  struct MessageDeleter {
    void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  };

  std::shared_ptr<Context> context_;
  rd_kafka_t* client_ = nullptr;
  bool subscribed_ = false;
  bool sticky_ = false;
  size_t taken_bytes_ = 0;  // since the fetcher was woken
  size_t taken_records_ = 0;
  std::string username_;
  std::string password_;
  std::unique_ptr<rd_kafka_message_t, MessageDeleter> record_;
  std::vector<Header> headers_;
};

// --- Producer ---------------------------------------------------------------------------------

class RdProducer : public Producer {
 public:
  explicit RdProducer(std::shared_ptr<const LogFunction> log)
      : context_(std::make_shared<Context>(Context{std::move(log), 0, {}})) {}

  ~RdProducer() override {
    if (client_ == nullptr) return;
    rd_kafka_purge(client_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    RunBounded(kDestroyTimeout,
               [client = client_, context = context_] { rd_kafka_destroy(client); });
  }

  Error Open(const Properties& properties) {
    return OpenClient(RD_KAFKA_PRODUCER, properties, context_.get(), client_,
                      [](rd_kafka_conf_t* conf) {
                        rd_kafka_conf_set_dr_msg_cb(conf, &RdProducer::OnDelivery);
                      });
  }

  Error InitTransactions(absl::Duration timeout) override {
    return FromError(rd_kafka_init_transactions(client_, Milliseconds(timeout)));
  }
  Error BeginTransaction() override {
    context_->produced = 0;
    context_->refusal.reset();
    return FromError(rd_kafka_begin_transaction(client_));
  }

  Error Produce(const ProducedRecord& record) override {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
    for (const Header& header : record.headers) {
      rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                          header.value.data(), static_cast<ssize_t>(header.value.size()));
    }
    const std::string topic(record.topic);
    const rd_kafka_resp_err_t code = rd_kafka_producev(
        client_, RD_KAFKA_V_TOPIC(topic.c_str()),
        RD_KAFKA_V_PARTITION(record.partition.value_or(RD_KAFKA_PARTITION_UA)),
        RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
        RD_KAFKA_V_TIMESTAMP(record.timestamp_ms), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(context_->produced)), RD_KAFKA_V_END);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_headers_destroy(headers);  // librdkafka takes them only on success
      return FromCode(code);
    }
    ++context_->produced;
    return {};
  }

  Error SendOffsets(const std::vector<PartitionOffset>& offsets, const GroupMetadata& group,
                    absl::Duration timeout) override {
    return FromError(rd_kafka_send_offsets_to_transaction(
        client_, ToList(offsets).get(), static_cast<const RdGroupMetadata&>(group).get(),
        Milliseconds(timeout)));
  }
  Error CommitTransaction(absl::Duration timeout) override {
    return FromError(rd_kafka_commit_transaction(client_, Milliseconds(timeout)));
  }
  Error AbortTransaction(absl::Duration timeout) override {
    return FromError(rd_kafka_abort_transaction(client_, Milliseconds(timeout)));
  }
  Error Flush(absl::Duration timeout) override {
    return FromCode(rd_kafka_flush(client_, Milliseconds(timeout)));
  }
  void Serve(absl::Duration timeout) override { rd_kafka_poll(client_, Milliseconds(timeout)); }

  std::optional<Refusal> TakeRefusal() override {
    return std::exchange(context_->refusal, std::nullopt);
  }

  Error Metadata(const std::string& topic, int32_t& partitions, absl::Duration timeout) override {
    MetadataResult metadata;
    const Error error = AskTopic(client_, topic, timeout, metadata);
    if (!error.ok()) return error;
    partitions = metadata->topics[0].partition_cnt;
    return FromCode(metadata->topics[0].err);
  }

 private:
  // What callbacks see: outlives this object where librdkafka is slow to end. Deliveries are
  // reported from within our own calls, in our thread.
  struct Context {
    std::shared_ptr<const LogFunction> log;
    size_t produced;
    std::optional<Refusal> refusal;
  };

  static void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto* context = static_cast<Context*>(opaque);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
        message->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
        message->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
      return;
    }
    const auto ordinal = reinterpret_cast<size_t>(message->_private);
    if (!context->refusal || ordinal < context->refusal->ordinal) {
      context->refusal = Refusal{ordinal, FromCode(message->err, rd_kafka_message_errstr(message))};
    }
  }

  std::shared_ptr<Context> context_;
  rd_kafka_t* client_ = nullptr;
};

// --- Admin ------------------------------------------------------------------------------------

struct EventDeleter {
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
};
using Event = std::unique_ptr<rd_kafka_event_t, EventDeleter>;

class RdAdmin : public Admin {
 public:
  explicit RdAdmin(std::shared_ptr<const LogFunction> log)
      : context_(std::make_shared<Context>(Context{std::move(log)})) {}

  ~RdAdmin() override {
    if (client_ == nullptr) return;
    RunBounded(kDestroyTimeout,
               [client = client_, context = context_] { rd_kafka_destroy(client); });
  }

  Error Open(Properties properties) {
    // A producer that asks for a topic makes it, by librdkafka's default.
    properties["allow.auto.create.topics"] = "false";
    return OpenClient(RD_KAFKA_PRODUCER, properties, context_.get(), client_,
                      [](rd_kafka_conf_t*) {});
  }

  Error CreateTopic(const NewTopic& topic, absl::Duration timeout) override {
    char message[512];
    rd_kafka_NewTopic_t* made = rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions,
                                                      topic.replication, message, sizeof message);
    if (made == nullptr) return FromCode(RD_KAFKA_RESP_ERR__INVALID_ARG, message);
    for (const auto& [name, value] : topic.options) {
      rd_kafka_NewTopic_set_config(made, name.c_str(), value.c_str());
    }
    Event event;
    Error error = Ask(timeout, event, [&](rd_kafka_queue_t* queue) {
      rd_kafka_CreateTopics(client_, &made, 1, nullptr, queue);
    });
    rd_kafka_NewTopic_destroy(made);
    if (!error.ok()) return error;
    size_t count = 0;
    const auto** topics = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event.get()), &count);
    return TopicError(topics, count);
  }

  Error DescribeTopic(const std::string& name, TopicDescription& out,
                      absl::Duration timeout) override {
    out = {};
    MetadataResult metadata;
    if (Error error = AskTopic(client_, name, timeout, metadata); !error.ok()) return error;
    const rd_kafka_metadata_topic& topic = metadata->topics[0];
    if (topic.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
        topic.err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) {
      return {};
    }
    if (Error error = FromCode(topic.err); !error.ok()) return error;
    out.partitions = topic.partition_cnt;
    out.replication = topic.partition_cnt == 0 ? 0 : INT32_MAX;
    for (int i = 0; i < topic.partition_cnt; ++i) {
      out.replication = std::min(out.replication, topic.partitions[i].replica_cnt);
    }
    out.exists = true;
    const Error error = DescribeConfigs(RD_KAFKA_RESOURCE_TOPIC, name, out.options, timeout);
    if (error.code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return error;
    out = {};  // made a moment ago: the broker that was asked last has not heard of it
    return {};
  }

  Error DescribeBroker(std::map<std::string, std::string>& options,
                       absl::Duration timeout) override {
    const struct rd_kafka_metadata* found = nullptr;
    if (Error error = FromCode(rd_kafka_metadata(client_, /*all_topics=*/0, nullptr, &found,
                                                 Milliseconds(timeout)));
        !error.ok()) {
      return error;
    }
    const MetadataResult metadata(found);
    if (metadata->broker_cnt == 0) return FromCode(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN);
    return DescribeConfigs(RD_KAFKA_RESOURCE_BROKER, std::to_string(metadata->brokers[0].id),
                           options, timeout);
  }

  Error DeleteRecords(const std::vector<PartitionOffset>& before,
                      absl::Duration timeout) override {
    rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(ToList(before).get());
    Event event;
    Error error = Ask(timeout, event, [&](rd_kafka_queue_t* queue) {
      rd_kafka_DeleteRecords(client_, &request, 1, nullptr, queue);
    });
    rd_kafka_DeleteRecords_destroy(request);
    if (!error.ok()) return error;
    return FirstError(*rd_kafka_DeleteRecords_result_offsets(
        rd_kafka_event_DeleteRecords_result(event.get())));
  }


 private:
  struct Context {
    std::shared_ptr<const LogFunction> log;
  };

  // Sends what `send` queues and waits for its one answer.
  template <typename Send>
  Error Ask(absl::Duration timeout, Event& event, Send send) {
    rd_kafka_queue_t* queue = rd_kafka_queue_new(client_);
    send(queue);
    event.reset(rd_kafka_queue_poll(queue, Milliseconds(timeout)));
    rd_kafka_queue_destroy(queue);
    if (event == nullptr) return FromCode(RD_KAFKA_RESP_ERR__TIMED_OUT);
    const rd_kafka_resp_err_t code = rd_kafka_event_error(event.get());
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    return FromCode(code, rd_kafka_event_error_string(event.get()));
  }

  static Error TopicError(const rd_kafka_topic_result_t** topics, size_t count) {
    if (count == 0) return FromCode(RD_KAFKA_RESP_ERR__FAIL);
    const char* text = rd_kafka_topic_result_error_string(topics[0]);
    return FromCode(rd_kafka_topic_result_error(topics[0]), text == nullptr ? "" : text);
  }

  Error DescribeConfigs(rd_kafka_ResourceType_t type, const std::string& name,
                        std::map<std::string, std::string>& options, absl::Duration timeout) {
    rd_kafka_ConfigResource_t* resource = rd_kafka_ConfigResource_new(type, name.c_str());
    Event event;
    Error error = Ask(timeout, event, [&](rd_kafka_queue_t* queue) {
      rd_kafka_DescribeConfigs(client_, &resource, 1, nullptr, queue);
    });
    rd_kafka_ConfigResource_destroy(resource);
    return error.ok() ? TakeOptions(event.get(), options) : error;
  }

  static Error TakeOptions(rd_kafka_event_t* event, std::map<std::string, std::string>& options) {
    size_t count = 0;
    const auto** resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &count);
    if (count == 0) return FromCode(RD_KAFKA_RESP_ERR__FAIL);
    const rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resources[0]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* text = rd_kafka_ConfigResource_error_string(resources[0]);
      return FromCode(code, text == nullptr ? "" : text);
    }
    const auto** entries = rd_kafka_ConfigResource_configs(resources[0], &count);
    for (size_t i = 0; i < count; ++i) {
      const char* value = rd_kafka_ConfigEntry_value(entries[i]);  // null: a secret
      options[rd_kafka_ConfigEntry_name(entries[i])] = value == nullptr ? "" : value;
    }
    return {};
  }

  std::shared_ptr<Context> context_;
  rd_kafka_t* client_ = nullptr;
};

class RdKafkaFactory : public ClientFactory {
 public:
  explicit RdKafkaFactory(LogFunction log)
      : log_(std::make_shared<const LogFunction>(std::move(log))) {}

  std::unique_ptr<Consumer> NewConsumer(const Properties& properties, RebalanceListener* listener,
                                        Error& error) override {
    auto consumer = std::make_unique<RdConsumer>(log_, listener);
    error = consumer->Open(properties);
    if (!error.ok()) return nullptr;
    return consumer;
  }
  std::unique_ptr<Producer> NewProducer(const Properties& properties, Error& error) override {
    auto producer = std::make_unique<RdProducer>(log_);
    error = producer->Open(properties);
    if (!error.ok()) return nullptr;
    return producer;
  }
  std::unique_ptr<Admin> NewAdmin(const Properties& properties, Error& error) override {
    auto admin = std::make_unique<RdAdmin>(log_);
    error = admin->Open(properties);
    if (!error.ok()) return nullptr;
    return admin;
  }

 private:
  const std::shared_ptr<const LogFunction> log_;
};

}  // namespace

std::unique_ptr<ClientFactory> NewRdKafkaFactory(LogFunction log) {
  return std::make_unique<RdKafkaFactory>(std::move(log));
}

std::string_view RdKafkaVersion() { return rd_kafka_version_str(); }

}  // namespace newsfeed::kafka
