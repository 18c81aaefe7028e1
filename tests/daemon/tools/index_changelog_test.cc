// A changelog that a judge wrote here: shown, verified, and tampered with.
#include "daemon/tools/index_changelog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/processors/dedup/judging.h"

namespace newsfeed::tools {
namespace {

using testing::Judging;
using testing::kHour;
using testing::kNoon;
using testing::TestArticle;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

config::v1::Dedup Config(uint32_t window_hours) {
  config::v1::Dedup config;
  config.set_window_hours(window_hours);
  return config;
}

// Every third article repeats the one before; one each hour.
TestArticle ArticleAt(int number) {
  const int text = number % 3 == 2 ? number - 1 : number;
  TestArticle article{.id = "a" + std::to_string(number), .title = "Title " + std::to_string(text)};
  for (int word = 0; word < 60; ++word) article.body += "w" + std::to_string(text * 100 + word) + " ";
  article.timestamp_ms = kNoon + number * kHour;
  return article;
}

class IndexChangelogTest : public ::testing::Test {
 protected:
  // Twelve articles; another window from the seventh on.
  IndexChangelogTest() {
    for (int i = 0; i < 12; ++i) {
      if (i == 6) judging_.judge().SetPolicy(*dedup::MakePolicy(Config(4)));
      ToProto(judging_.TakeEntry(ArticleAt(i)), entries_.emplace_back());
    }
  }

  IndexReport Read(IndexChangelog::Mode mode) {
    IndexChangelog log(nullptr, mode);
    for (size_t i = 0; i < entries_.size(); ++i) {
      const std::string value = entries_[i].SerializeAsString();
      kafka::PolledRecord record{"a-index", 0, static_cast<int64_t>(2 * i), 0, {}, {}, {}};
      record.value = value;
      log.Take(record);
    }
    return log.Report();
  }

  Judging judging_{Config(48)};
  std::vector<v1::IndexEntry> entries_;
};

TEST_F(IndexChangelogTest, ShowsWhatIsRestored) {
  const IndexReport report = Read(IndexChangelog::Mode::kShow);
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(report.entries, 12);
  EXPECT_EQ(report.last_sequence, 12);
  EXPECT_THAT(report.verdicts, ElementsAre(0, 8, 4, 0, 0));
  EXPECT_EQ(report.in_window, judging_.judge().index().size());
  EXPECT_EQ(report.digest, judging_.judge().index().Digest()) << "restored is live";
  EXPECT_EQ(report.clock_ms, kNoon + 11 * kHour);
}

TEST_F(IndexChangelogTest, TellsFromWhichEntryAPolicyHolds) {
  const IndexReport report = Read(IndexChangelog::Mode::kShow);
  ASSERT_EQ(report.policies.size(), 2);
  EXPECT_EQ(report.policies[1].sequence, 7);
  EXPECT_EQ(report.policies[1].offset, 12);
  EXPECT_THAT(report.policies[1].thresholds, HasSubstr("window_hours: 4 "));
  EXPECT_THAT(TextOf(report), HasSubstr("from entry 7 (offset 12) on: window_hours: 4 "));
}

TEST_F(IndexChangelogTest, VerifiesEachVerdict) {
  const IndexReport report = Read(IndexChangelog::Mode::kVerify);
  EXPECT_TRUE(report.clean());
  EXPECT_EQ(report.same, 12);
  EXPECT_EQ(report.digest, judging_.judge().index().Digest());
  EXPECT_THAT(JsonOf(report), HasSubstr(R"("same":12,"different":0)"));
}

TEST_F(IndexChangelogTest, AnotherVerdictIsAFault) {
  entries_[2].mutable_dedup()->set_verdict(v1::Dedup::UNIQUE);
  EXPECT_TRUE(Read(IndexChangelog::Mode::kShow).clean()) << "it restores all the same";
  const IndexReport report = Read(IndexChangelog::Mode::kVerify);
  EXPECT_EQ(report.different, 1);
  EXPECT_THAT(report.examples, ElementsAre(HasSubstr("a-index:0:4: tells UNIQUE")));
}

TEST_F(IndexChangelogTest, AMissingEntryIsAFault) {
  entries_.erase(entries_.begin() + 3);
  EXPECT_EQ(Read(IndexChangelog::Mode::kShow).broken, 1);
  EXPECT_EQ(Read(IndexChangelog::Mode::kVerify).broken, 1);
}

TEST_F(IndexChangelogTest, AnEntryThatComesTwiceIsAFault) {
  entries_.insert(entries_.begin() + 3, entries_[2]);
  EXPECT_EQ(Read(IndexChangelog::Mode::kShow).broken, 1);
}

TEST_F(IndexChangelogTest, OfNothingIsClean) {
  entries_.clear();
  const IndexReport report = Read(IndexChangelog::Mode::kVerify);
  EXPECT_TRUE(report.clean());
  EXPECT_THAT(report.examples, IsEmpty());
}

}  // namespace
}  // namespace newsfeed::tools
