#include "tests/faults/delete_topic.h"

#include <librdkafka/rdkafka.h>

#include <memory>

namespace newsfeed::faults {

std::string DeleteTopic(const std::string& bootstrap, const std::string& topic) {
  char message[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), message, sizeof message);
  const std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)> client(
      rd_kafka_new(RD_KAFKA_PRODUCER, conf, message, sizeof message), &rd_kafka_destroy);
  const std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)> queue(rd_kafka_queue_new(client.get()),
                                                                                   &rd_kafka_queue_destroy);
  rd_kafka_DeleteTopic_t* wanted = rd_kafka_DeleteTopic_new(topic.c_str());
  rd_kafka_DeleteTopics(client.get(), &wanted, 1, nullptr, queue.get());
  rd_kafka_DeleteTopic_destroy(wanted);
  constexpr int kTimeoutMs = 30'000;
  const std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)> event(
      rd_kafka_queue_poll(queue.get(), kTimeoutMs), &rd_kafka_event_destroy);
  if (event == nullptr) return "no answer";
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return rd_kafka_event_error_string(event.get());
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count);
  const char* error = count == 1 ? rd_kafka_topic_result_error_string(results[0]) : "no result";
  return error == nullptr ? "" : error;
}

}  // namespace newsfeed::faults
