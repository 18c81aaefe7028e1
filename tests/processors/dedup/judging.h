// A judge with a sketcher before it, for tests.
//
//   Judging judging;
//   DedupResult result = judging.Take({.id = "a", .title = "T", .body = "one two three"});
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "processors/article/batch.h"
#include "processors/dedup/judge.h"
#include "processors/dedup/sketch.h"

namespace newsfeed::testing {

constexpr int64_t kHour = 3'600'000;
constexpr int64_t kNoon = 1'772'366'400'000;  // some noon

struct TestArticle {
  std::string id{};
  std::string title{};
  std::string body{};
  std::string source = "example.com";
  std::string url{};
  std::string language = "en";
  int64_t timestamp_ms = kNoon;
  std::optional<int64_t> published_ms{};
  PubStatus pub_status = PubStatus::kUsable;
  bool low_information = false;
  // Coordinates; -1: the next offset.
  int64_t offset = -1;
};

class Judging {
 public:
  explicit Judging(const config::v1::Dedup& config = {}) : judge_(*dedup::MakePolicy(config)) {}

  dedup::Sketch Sketch(const TestArticle& article);
  // The encoded sketch; lives as long as this.
  std::string_view Encoded(const TestArticle& article);

  // Judges and inserts. Views hold until the next call.
  DedupResult Take(const TestArticle& article) { return TakeEntry(article).dedup; }
  dedup::IndexEntry TakeEntry(const TestArticle& article);

  dedup::Judge& judge() { return judge_; }

 private:
  Batch batch_;
  dedup::Sketcher sketcher_;
  dedup::Judge judge_;
  std::deque<TestArticle> kept_;
  int64_t next_offset_ = 0;
};

}  // namespace newsfeed::testing
