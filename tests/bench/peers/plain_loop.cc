// A plain consume-transform-produce program on librdkafka, as in its examples/transactions.c: a transaction is begun,
// each record is produced as it is polled, and after BATCH records offsets are sent and all is committed. No classes
// of errors, no metrics: what a rebalance aborts is rewound, any other error ends it. Each thread has its own clients,
// with the properties that newsfeedd's have. Runs until SIGTERM. Arguments: options.h; a batch is closed when nothing
// came for LINGER_MS, at least 20 ms.
#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/kafka/application.h"
#include "tests/bench/peers/options.h"

namespace newsfeed::peers {
namespace {

std::atomic<bool> g_stop = false;
constexpr int kTimeoutMs = 30'000;

void Check(rd_kafka_resp_err_t code, const char* call) {
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  fmt::print(stderr, "plain_loop: {}: {}\n", call, rd_kafka_err2str(code));
  std::_Exit(1);
}

void Check(rd_kafka_error_t* error, const char* call) {
  if (error != nullptr) Check(rd_kafka_error_code(error), call);
}

rd_kafka_t* Open(rd_kafka_type_t type, const kafka::Properties& properties) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char message[512];
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), message, sizeof message) != RD_KAFKA_CONF_OK) {
      fmt::print(stderr, "plain_loop: {}\n", message);
      std::_Exit(1);
    }
  }
  rd_kafka_t* client = rd_kafka_new(type, conf, message, sizeof message);
  if (client == nullptr) Check(rd_kafka_last_error(), "rd_kafka_new");
  return client;
}

class Loop {
 public:
  Loop(const Options& options, size_t number) : options_(options) {
    const config::v1::Config& config = options.config;
    kafka::Properties reader = kafka::GroupProperties(config, Stage::kPrepare, "bench", number);
    reader["auto.offset.reset"] = "earliest";
    consumer_ = Open(RD_KAFKA_CONSUMER, reader);
    rd_kafka_poll_set_consumer(consumer_);
    producer_ = Open(RD_KAFKA_PRODUCER,
                     kafka::ProducerProperties(
                         config, kafka::TransactionalIdOf(config, Stage::kPrepare, "bench", number)));
    Check(rd_kafka_init_transactions(producer_, kTimeoutMs), "init_transactions");
    topic_ = rd_kafka_topic_new(producer_, options.output.c_str(), nullptr);
    const struct rd_kafka_metadata* metadata = nullptr;  // else the first transaction takes a second more
    Check(rd_kafka_metadata(producer_, 0, topic_, &metadata, kTimeoutMs), "metadata");
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, config.inputs(0).topic().c_str(), RD_KAFKA_PARTITION_UA);
    Check(rd_kafka_subscribe(consumer_, topics), "subscribe");
    rd_kafka_topic_partition_list_destroy(topics);
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  ~Loop() {
    rd_kafka_consumer_close(consumer_);
    rd_kafka_topic_destroy(topic_);
    rd_kafka_destroy(producer_);
    rd_kafka_destroy(consumer_);
  }

  void Run() {
    const size_t batch = options_.config.batch().max_records();
    const int linger_ms = std::max(20, static_cast<int>(options_.config.delivery().linger_ms()));
    while (!g_stop) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer_, records_ == 0 ? 100 : linger_ms);
      if (message == nullptr) {
        Commit();
        continue;
      }
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        Pass(message);
      } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        Check(message->err, "consumer_poll");
      }
      rd_kafka_message_destroy(message);
      if (records_ == batch) Commit();
    }
    Commit();
  }

 private:
  void Pass(rd_kafka_message_t* message) {
    if (records_++ == 0) Check(rd_kafka_begin_transaction(producer_), "begin_transaction");
    rd_kafka_timestamp_type_t type;
    const int64_t timestamp = rd_kafka_message_timestamp(message, &type);
    rd_kafka_headers_t* headers = nullptr;
    rd_kafka_message_detach_headers(message, &headers);
    rd_kafka_resp_err_t code;
    do {
      code = rd_kafka_producev(producer_, RD_KAFKA_V_RKT(topic_), RD_KAFKA_V_KEY(message->key, message->key_len),
                               RD_KAFKA_V_VALUE(message->payload, message->len), RD_KAFKA_V_TIMESTAMP(timestamp),
                               RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                               RD_KAFKA_V_END);
      if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) rd_kafka_poll(producer_, 50);
    } while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    Check(code, "produce");
    next_[message->partition] = message->offset + 1;
  }

  void Commit() {
    if (records_ == 0) return;
    rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(static_cast<int>(next_.size()));
    for (const auto& [partition, offset] : next_) {
      rd_kafka_topic_partition_list_add(offsets, options_.config.inputs(0).topic().c_str(), partition)->offset = offset;
    }
    rd_kafka_consumer_group_metadata_t* group = rd_kafka_consumer_group_metadata(consumer_);
    rd_kafka_error_t* error = rd_kafka_send_offsets_to_transaction(producer_, offsets, group, kTimeoutMs);
    rd_kafka_consumer_group_metadata_destroy(group);
    rd_kafka_topic_partition_list_destroy(offsets);
    if (error == nullptr) error = rd_kafka_commit_transaction(producer_, kTimeoutMs);
    if (error != nullptr) Rewind(error);
    records_ = 0;
    next_.clear();
  }

  // A rebalance while the threads join.
  void Rewind(rd_kafka_error_t* error) {
    if (!rd_kafka_error_txn_requires_abort(error)) Check(error, "commit");
    rd_kafka_error_destroy(error);
    Check(rd_kafka_abort_transaction(producer_, kTimeoutMs), "abort_transaction");
    rd_kafka_topic_partition_list_t* owned = nullptr;
    Check(rd_kafka_assignment(consumer_, &owned), "assignment");
    if (owned->cnt > 0) {
      Check(rd_kafka_committed(consumer_, owned, kTimeoutMs), "committed");
      for (int i = 0; i < owned->cnt; ++i) {
        if (owned->elems[i].offset < 0) owned->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
      }
      // Before 2.1 the timeout is divided by 1,000.
      Check(rd_kafka_seek_partitions(consumer_, owned, 1000 * kTimeoutMs), "seek");
    }
    rd_kafka_topic_partition_list_destroy(owned);
  }

  const Options& options_;
  rd_kafka_t* consumer_ = nullptr;
  rd_kafka_t* producer_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
  size_t records_ = 0;  // of the open transaction
  std::map<int32_t, int64_t> next_;
};

}  // namespace
}  // namespace newsfeed::peers

int main(int argc, char** argv) {
  const auto options = newsfeed::peers::ParseOptions(argc, argv);
  if (!options) {
    fmt::print(stderr, "usage: plain_loop {}", newsfeed::peers::kUsage);
    return 64;
  }
  std::signal(SIGTERM, [](int) { newsfeed::peers::g_stop = true; });
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < options->config.workers().prepare(); ++i) {
    threads.emplace_back([&, i] { newsfeed::peers::Loop(*options, i).Run(); });
  }
}
