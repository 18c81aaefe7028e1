// A rolling upgrade under load, as deploy/RUNBOOK.md tells it, and the way back: one instance after the other gets another
// program, model and policy, the judge's owner last.
//
// NEWSFEED_UPGRADE_FROM: newsfeedd of an earlier version, with its data folder beside it. Without it both are this build.
#include <absl/time/clock.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "daemon/record_headers.h"
#include "newsfeed/v1/article.pb.h"
#include "tests/faults/fault_row.h"

namespace newsfeed::faults {
namespace {

using ::testing::SizeIs;

// What instances run at the same time.
struct Version {
  std::string program;
  std::string more;  // of the configuration
};

Version Before() {
  const char* program = std::getenv("NEWSFEED_UPGRADE_FROM");
  if (program != nullptr) return {program, ""};
  return {NEWSFEEDD_FAILPOINTS, "entities: {model: none}\n"};
}

Version After() { return {NEWSFEEDD_FAILPOINTS, "dedup: {min_containment_percent: 55}\n"}; }

// Articles that were written while all instances were of one version.
struct Phase {
  absl::Time begin;
  absl::Time end;
};

// By which configurations and policies the articles of a phase were made.
struct Makers {
  std::set<std::string> digests;
  std::set<std::string> policies;
};

class Upgrade : public Faults {
 protected:
  // Longer than an article is on its way while nothing is harmed.
  static constexpr absl::Duration kOnTheWay = absl::Seconds(5);

  // Load for a while, all of it through.
  Phase RunForAWhile() {
    const absl::Time begin = absl::Now();
    AwaitAllWrittenBefore(begin + kOnTheWay);
    const absl::Time end = absl::Now();
    AwaitAllWrittenBefore(end + kOnTheWay);
    return {begin, end};
  }

  void RollTo(const Version& version) {
    Change(version.program, version.more);
    const size_t offices = Offices();
    const size_t owner = JudgeOwner();
    for (size_t i = 1; i <= daemons(); ++i) {
      const size_t number = (owner + i) % daemons();
      Terminate(number);
      Fault();
      StartDaemon(number);
      AwaitRecovery();
      if (HasFatalFailure()) return;
    }
    EXPECT_EQ(Offices(), offices + 1) << "the office changes hands once";
  }

  Makers MakersOf(const Phase& phase) const {
    Makers makers;
    v1::EnrichedArticle article;
    Read({config().outputs().enriched(), config().outputs().duplicates()}, [&](const kafka::PolledRecord& record) {
      const auto source = headers::ReadSource(record.headers);
      ASSERT_TRUE(source.has_value());
      const absl::Time written = absl::FromUnixMillis(source->timestamp_ms);
      if (written <= phase.begin || written >= phase.end) return;
      ASSERT_TRUE(article.ParseFromArray(record.value.data(), static_cast<int>(record.value.size())));
      makers.digests.insert(article.processing().config_digest());
      makers.policies.insert(article.dedup().policy());
    });
    return makers;
  }

 private:
  void AwaitAllWrittenBefore(absl::Time then) const {
    ASSERT_TRUE(outcomes_->AwaitAllSince(then, config().inputs(0).topic(), load_.partitions));
  }
};

TEST_F(Upgrade, RollingUpgradeAndBack) {
  const Version before = Before();
  const Version after = After();
  ASSERT_TRUE(std::filesystem::exists(before.program)) << before.program;
  Change(before.program, before.more);
  Begin({.more = before.more});
  std::vector<Phase> phases = {RunForAWhile()};
  for (const Version* next : {&after, &before}) {
    RollTo(*next);
    if (HasFatalFailure()) return;
    phases.push_back(RunForAWhile());
  }
  FinishByPolicies();

  std::vector<Makers> makers;
  for (const Phase& phase : phases) {
    makers.push_back(MakersOf(phase));
    EXPECT_THAT(makers.back().digests, SizeIs(1));
    EXPECT_THAT(makers.back().policies, SizeIs(1));
  }
  EXPECT_NE(makers[0].digests, makers[1].digests);
  EXPECT_NE(makers[0].policies, makers[1].policies);
  EXPECT_EQ(makers[0].digests, makers[2].digests);
  EXPECT_EQ(makers[0].policies, makers[2].policies);
}

}  // namespace
}  // namespace newsfeed::faults
