#include "daemon/admin/live_events.h"

#include <fmt/format.h>

#include <string_view>

#include "daemon/admin/json_output.h"
#include "daemon/admin/status_json.h"
#include "daemon/article_value.h"
#include "daemon/file/json_writer.h"

namespace newsfeed::admin {
namespace {

constexpr uint64_t kEntitiesEvery = 5;
constexpr size_t kTopEntities = 25;

// `body` writes the members of the event's object.
template <typename Body>
void AppendEvent(std::string_view name, std::string& out, Body body) {
  out += fmt::format("event: {}\ndata: ", name);
  JsonOutput json(out);
  json.Object([&] { body(json); });
  out += "\n\n";
}

void PutOriginal(const std::optional<OriginalSample>& original, JsonOutput& json,
                 std::string& out) {
  json.Key("original");
  if (!original) {
    out += "null";
    return;
  }
  json.Object([&] {
    json.Put("id", original->id);
    json.Put("title", original->title);
    json.Put("lead", original->lead);
  });
}

void AppendArticle(std::string_view event, const ArticleSample& sample, std::string& out) {
  v1::EnrichedArticle article;
  if (!ParseArticleValue(sample.value, article)) return;
  AppendEvent(event, out, [&](JsonOutput& json) {
    json.Put("at_ms", absl::ToUnixMillis(sample.at));
    if (event == "duplicate") PutOriginal(sample.original, json, out);
    json.Key("article");
    file::AppendJson(article, out);
  });
}

void AppendDeadLetter(const DeadLetterSample& sample, std::string& out) {
  AppendEvent("dead-letter", out, [&](JsonOutput& json) {
    json.Put("at_ms", absl::ToUnixMillis(sample.at));
    json.Put("reason", sample.reason);
    json.Put("stage", sample.stage);
    json.Put("detail", sample.detail);
    json.Put("topic", sample.topic);
    json.Put("partition", sample.partition);
    json.Put("offset", sample.offset);
  });
}

void AppendStatus(const AppStatus& status, absl::Time now, std::string& out) {
  AppendEvent("status", out, [&](JsonOutput& json) {
    json.Put("now_ms", absl::ToUnixMillis(now));
    json.Key("status");
    out += StatusJson(status);
    out.pop_back();  // the newline would end the event
  });
}

}  // namespace

LiveEvents::LiveEvents(const StatusSource& source, OutcomeSamples* samples)
    : source_(source), samples_(samples) {
  if (samples != nullptr) watcher_.emplace(samples);
}

std::string LiveEvents::Next(absl::Time now) {
  std::string out;
  if (calls_ == 0) {
    AppendEvent("hello", out, [&](JsonOutput& json) { json.Put("content", samples_ != nullptr); });
  }
  AppendStatus(source_.Snapshot(), now, out);
  if (samples_ != nullptr) {
    AppendSamples(out);
    if (calls_ % kEntitiesEvery == 0) AppendEntities(now, out);
  }
  ++calls_;
  return out;
}

void LiveEvents::AppendSamples(std::string& out) {
  if (waiting_.empty()) {
    const OutcomeSamples::Recent recent = samples_->Since(last_);
    last_ = recent.last;
    const auto wait = [this](const auto& samples, auto append) {
      for (const auto& sample : samples) {
        waiting_.emplace_back([sample, append](std::string& to) { append(*sample, to); });
      }
    };
    wait(recent.articles, [](const ArticleSample& sample, std::string& to) {
      AppendArticle("article", sample, to);
    });
    wait(recent.duplicates, [](const ArticleSample& sample, std::string& to) {
      AppendArticle("duplicate", sample, to);
    });
    wait(recent.dead_letters,
         [](const DeadLetterSample& sample, std::string& to) { AppendDeadLetter(sample, to); });
  }
  for (; !waiting_.empty() && out.size() < kMaxBytes; waiting_.pop_front()) waiting_.front()(out);
}

void LiveEvents::AppendEntities(absl::Time now, std::string& out) const {
  const OutcomeSamples::Top top = samples_->TopEntities(now, kTopEntities);
  AppendEvent("entities", out, [&](JsonOutput& json) {
    json.Put("articles", top.articles);
    json.List("entities", top.entities, [&](const EntityCount& count) {
      json.Put("id", count.entity.id);
      json.Put("name", count.entity.name);
      json.Put("type", count.entity.type);
      json.Put("articles", count.articles);
    });
  });
}

}  // namespace newsfeed::admin
