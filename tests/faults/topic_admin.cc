#include "tests/faults/topic_admin.h"

#include <librdkafka/rdkafka.h>

#include <functional>
#include <memory>

namespace newsfeed::faults {
namespace {

using Event = std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)>;

// Sends a request and waits for the answer; null: none came.
Event Ask(const std::string& bootstrap, const std::function<void(rd_kafka_t*, rd_kafka_queue_t*)>& send) {
  char message[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), message, sizeof message);
  const std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)> client(
      rd_kafka_new(RD_KAFKA_PRODUCER, conf, message, sizeof message), &rd_kafka_destroy);
  const std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)> queue(rd_kafka_queue_new(client.get()),
                                                                                   &rd_kafka_queue_destroy);
  send(client.get(), queue.get());
  constexpr int kTimeoutMs = 60'000;
  return {rd_kafka_queue_poll(queue.get(), kTimeoutMs), &rd_kafka_event_destroy};
}

std::string ErrorOf(const Event& event) {
  if (event == nullptr) return "no answer";
  return rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR_NO_ERROR ? "" : rd_kafka_event_error_string(event.get());
}

std::string OrNone(const char* error) { return error == nullptr ? "" : error; }

}  // namespace

std::string DeleteTopic(const std::string& bootstrap, const std::string& topic) {
  const Event event = Ask(bootstrap, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_DeleteTopic_t* wanted = rd_kafka_DeleteTopic_new(topic.c_str());
    rd_kafka_DeleteTopics(client, &wanted, 1, nullptr, queue);
    rd_kafka_DeleteTopic_destroy(wanted);
  });
  if (std::string error = ErrorOf(event); !error.empty()) return error;
  size_t count = 0;
  const auto* results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count);
  return count == 1 ? OrNone(rd_kafka_topic_result_error_string(results[0])) : "no result";
}

std::string SetTopicOption(const std::string& bootstrap, const std::string& topic, const std::string& option,
                           const std::string& value) {
  const Event event = Ask(bootstrap, [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_ConfigResource_t* wanted = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
    rd_kafka_ConfigResource_set_config(wanted, option.c_str(), value.c_str());
    rd_kafka_AlterConfigs(client, &wanted, 1, nullptr, queue);
    rd_kafka_ConfigResource_destroy(wanted);
  });
  if (std::string error = ErrorOf(event); !error.empty()) return error;
  size_t count = 0;
  const auto* results =
      rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event.get()), &count);
  return count == 1 ? OrNone(rd_kafka_ConfigResource_error_string(results[0])) : "no result";
}

}  // namespace newsfeed::faults
