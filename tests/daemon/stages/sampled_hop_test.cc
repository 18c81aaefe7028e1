// What a watched hop makes is what the hop makes; what is copied.
#include "daemon/stages/sampled_hop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/article_value.h"
#include "daemon/record_headers.h"

namespace newsfeed::stages {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

// An article of each value: "copy" of a1, "bad" as a dead letter, else published.
class ScriptedHop : public Hop {
 public:
  explicit ScriptedHop(bool fails) : fails_(fails) {}

  absl::Status Process(Batch& batch, HopOutput& out) override {
    if (fails_) return absl::InternalError("broken");
    out.Clear();
    for (Article& article : batch.articles()) {
      article.id = article.key;
      article.title = article.value;
      Entity& entity = article.entities.emplace_back();
      entity.id = "wikidata:Q1";
      entity.type = EntityType::kPerson;
      entity.name = "Ada";
      if (article.value == "copy") article.dedup.verdict = Verdict::kDuplicate;
      article.dedup.canonical_id = "a1";
      out.records.push_back({.topic = article.value == "copy" ? "articles.duplicates"
                                      : article.value == "bad" ? "articles.dead-letter"
                                                               : "articles.enriched",
                             .key = article.key, .value = article.value, .headers = letter_});
      if (article.value == "bad") article.Reject(Reason::kWrongType, "bad");
    }
    return absl::OkStatus();
  }
  std::vector<std::string> topics() const override { return {"articles.enriched"}; }
  void FillSteps(WorkerCounters& counters) const override { counters.encode_nanoseconds += 7; }

 private:
  const bool fails_;
  const std::vector<Header> letter_{{headers::kErrorReason, "WRONG_TYPE"}, {headers::kErrorTopic, "raw"},
                                    {headers::kErrorPartition, "3"}, {headers::kErrorOffset, "17"}};
};

class SampledHopTest : public ::testing::Test {
 protected:
  absl::Status Run(const std::vector<std::pair<std::string, std::string>>& records, bool fails = false) {
    const auto hop = Sampled(std::make_unique<ScriptedHop>(fails), config::v1::Outputs(), samples_);
    for (const auto& [key, value] : records) batch_.Add({.key = key, .value = value});
    batch_.set_now_ms(1'800'000'000'000);
    return hop->Process(batch_, out_);
  }

  std::shared_ptr<OutcomeSamples> samples_ = std::make_shared<OutcomeSamples>();
  Batch batch_;
  HopOutput out_;
};

TEST_F(SampledHopTest, OutcomesAreCopiedByKind) {
  ASSERT_TRUE(Run({{"a1", "first"}, {"a2", "copy"}, {"a3", "bad"}}).ok());
  EXPECT_THAT(out_.records, SizeIs(3));
  const auto recent = samples_->Since(0);
  ASSERT_THAT(recent.articles, SizeIs(1));
  EXPECT_EQ(recent.articles[0]->value, "first");
  ASSERT_THAT(recent.duplicates, SizeIs(1));
  EXPECT_EQ(recent.duplicates[0]->original.value().title, "first");
  ASSERT_THAT(recent.dead_letters, SizeIs(1));
  EXPECT_EQ(recent.dead_letters[0]->reason, "WRONG_TYPE");
  EXPECT_EQ(recent.dead_letters[0]->offset, 17);
  const auto top = samples_->TopEntities(absl::FromUnixSeconds(1'800'000'000), 9);
  EXPECT_EQ(top.articles, 1) << "neither the copy nor the dead letter";
  ASSERT_THAT(top.entities, SizeIs(1));
  EXPECT_EQ(top.entities[0].entity.type, "PERSON");
}

TEST_F(SampledHopTest, OfAFullBatchABurstIsCopied) {
  ASSERT_TRUE(Run(std::vector<std::pair<std::string, std::string>>(1000, {"a1", "first"})).ok());
  EXPECT_THAT(out_.records, SizeIs(1000));
  EXPECT_THAT(samples_->Since(0).articles, SizeIs(32));
}

TEST_F(SampledHopTest, WhatIsTooLargeIsNotCopied) {
  ASSERT_TRUE(Run({{"a1", std::string(OutcomeSamples::kMaxValueBytes + 1, 'x')}, {"a2", "small"}}).ok());
  ASSERT_THAT(samples_->Since(0).articles, SizeIs(1));
  EXPECT_EQ(samples_->Since(0).articles[0]->value, "small");
}

TEST_F(SampledHopTest, AnErrorIsPassedOn) {
  EXPECT_TRUE(absl::IsInternal(Run({{"a1", "first"}}, /*fails=*/true)));
  EXPECT_THAT(samples_->Since(0).articles, SizeIs(0));
}

TEST_F(SampledHopTest, NobodyToShowItToIsTheHopItself) {
  auto hop = std::make_unique<ScriptedHop>(false);
  Hop* const own = hop.get();
  EXPECT_EQ(Sampled(std::move(hop), config::v1::Outputs(), nullptr).get(), own);
}

}  // namespace
}  // namespace newsfeed::stages
