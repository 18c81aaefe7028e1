#include "tests/faults/fault_row.h"

#include <absl/time/clock.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>

#include "daemon/kafka/application.h"
#include "daemon/record_headers.h"
#include "newsfeed/v1/article.pb.h"
#include "tests/testing/invented_articles.h"

namespace newsfeed::faults {

using kafka::PolledRecord;
using testing::OfficesOf;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

std::string VersionOr(const std::string& version) {
  const char* wanted = std::getenv("NEWSFEED_FAULTS_KAFKA");
  return wanted == nullptr ? version : wanted;
}

std::string InstanceName(size_t number) { return std::string(1, static_cast<char>('a' + number)); }

}  // namespace

Faults::Faults(const std::string& version) : Faults(testing::TheBroker(VersionOr(version))) {}

Faults::Faults(const testing::KafkaBroker& broker) : Faults(broker.bootstrap(), broker.missing()) {
  broker_ = &broker;
}

Faults::Faults(const std::string& servers, const std::string& missing)
    : KafkaApplication(NEWSFEEDD, ::testing::UnitTest::GetInstance()->current_test_info()->name(), servers),
      missing_(missing) {}

std::string KafkasFaultsIn(const std::string& log) {
  std::string found;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    for (const char* trace : {"hence can be skipped", "Ignored load completion"}) {
      if (line.find(trace) != std::string::npos) found += line + "\n";
    }
  }
  return found;
}

void Faults::SetUp() {
  if (bootstrap().empty()) GTEST_SKIP() << missing_;
}

void Faults::TearDown() {
  if (!HasFailure()) return;
  if (broker_ != nullptr) fmt::print("{}", KafkasFaultsIn(broker_->Log()));
  constexpr size_t kBytes = 6000;
  for (const auto& daemon : daemons_) {
    const std::string log = daemon->Log();
    fmt::print("--- {}\n{}\n", daemon->pid(), log.substr(log.size() - std::min(log.size(), kBytes)));
  }
}

void Faults::WriteConfig() {
  Configure(fmt::format("delivery: {{transaction_timeout_seconds: {}}}\n{}", load_.transaction_seconds, load_.more),
            "keep_records: 1000000000",
            load_.session_ms == 0 ? load_.kafka
                                  : fmt::format("{}properties: {{session.timeout.ms: \"{}\"{}}}", load_.kafka,
                                                load_.session_ms, load_.properties));
}

void Faults::Change(const std::string& program, const std::string& more) {
  daemon_program_ = program;
  load_.more = more;
  WriteConfig();
}

void Faults::Prepare(const Load& load) {
  load_ = load;
  WriteConfig();
  CreateTopics(load.partitions);
  outcomes_ = std::make_unique<testing::OutcomeReader>(factory(), config());
}

void Faults::Begin(const Load& load) {
  Prepare(load);
  StartFeeder();
  for (int i = 0; i < load.daemons; ++i) StartDaemon(static_cast<size_t>(i));
  // Nothing has failed yet: who refuses to start ends the row.
  std::vector<const testing::DaemonProcess*> started;
  for (const auto& daemon : daemons_) started.push_back(daemon.get());
  outcomes_->Watch(std::move(started));
  ASSERT_TRUE(outcomes_->AwaitAllSince(absl::InfinitePast(), config().inputs(0).topic(), load.partitions));
  outcomes_->Watch({});
}

void Faults::StartFeeder(uint64_t first) {
  feeder_ = std::make_unique<testing::Feeder>(factory(), config(), load_.partitions, load_.rate, first, load_.words);
}

void Faults::StartDaemon(size_t number, const std::string& failpoints, std::vector<std::string> wrapper) {
  if (daemons_.size() <= number) daemons_.resize(number + 1);
  ASSERT_TRUE(daemons_[number] == nullptr || !daemons_[number]->running());
  std::vector<std::string> command = {"/usr/bin/env", "NEWSFEED_FAILPOINTS=" + failpoints};
  command.insert(command.end(), wrapper.begin(), wrapper.end());
  const auto log = folder().path() / (InstanceName(number) + ".log");
  log_begins_[number] = std::filesystem::exists(log) ? std::filesystem::file_size(log) : 0;
  daemons_[number] = NewDaemon(InstanceName(number), command, daemon_program_);
  daemons_[number]->Start();
}

void Faults::Kill(size_t number) {
  daemon(number).Signal(SIGKILL);
  EXPECT_EQ(daemon(number).Wait(10), 128 + SIGKILL) << daemon(number).Log();
  Fault();
}

void Faults::AwaitKilled(size_t number) {
  EXPECT_EQ(daemon(number).Wait(60), 128 + SIGKILL) << daemon(number).Log();
  Fault();
}

void Faults::Terminate(size_t number) {
  const size_t before = LogOf(number).size();
  daemon(number).Signal(SIGTERM);
  EXPECT_EQ(daemon(number).Wait(40), 0) << LogOf(number);
  std::istringstream told(LogOf(number).substr(before));
  for (std::string line; std::getline(told, line);) {
    if (line.find("ILLEGAL_GENERATION") != std::string::npos) continue;  // a rebalance was under way
    EXPECT_THAT(line, Not(HasSubstr("batch not published")));
  }
}

void Faults::AwaitStopped(size_t number) {
  ASSERT_TRUE(AwaitTold(number, ": stop\n")) << LogOf(number);
  Fault();
}

std::string Faults::LogOf(size_t number) const { return daemons_.at(number)->Log().substr(log_begins_.at(number)); }

bool Faults::AwaitTold(size_t number, const std::string& text) const {
  return daemons_.at(number)->AwaitLog(
      [&](const std::string& log) { return log.find(text, log_begins_.at(number)) != std::string::npos; }, 60);
}

std::string Faults::GivenUpLine(const std::string& stage) const {
  return fmt::format("in group {}-{} has failed", id(), stage);
}

size_t Faults::GivenUp(const std::string& stage) const {
  return testing::TheBroker().CountInLog(GivenUpLine(stage));
}

void Faults::AwaitGivenUp(const std::string& stage, size_t times) const {
  ASSERT_TRUE(testing::TheBroker().AwaitLog(GivenUpLine(stage), times, 60));
}

size_t Faults::JudgeOwner() const { return OfficesOf(daemons_).rbegin()->second; }
size_t Faults::Offices() const { return OfficesOf(daemons_).size(); }

void Faults::Fault() {
  began_ = healed_ = absl::Now();
  ++faults_;
}

void Faults::Healed() {
  healed_ = absl::Now();
  if (recovered_ == faults_) began_ = healed_;
}

void Faults::AwaitRecovery() {
  outcomes_->Mark();
  ASSERT_TRUE(outcomes_->AwaitBeyondMark()) << "no commit after fault " << faults_;
  const double first = absl::ToDoubleSeconds(absl::Now() - began_);
  first_commit_seconds_ = std::max(first_commit_seconds_, first);
  ASSERT_TRUE(outcomes_->AwaitAllSince(began_, config().inputs(0).topic(), load_.partitions))
      << "a partition stands still after fault " << faults_;
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began_);
  EXPECT_LE(absl::ToDoubleSeconds(absl::Now() - healed_),
            std::max(load_.session_ms / 1000, load_.transaction_seconds) + 15)
      << "after fault " << faults_;
  recovered_ = faults_;
  recovery_seconds_ = std::max(recovery_seconds_, seconds);
  fmt::print("{}: fault {}: next commit {:.1f} s, all partitions {:.1f} s\n", id(), faults_, first, seconds);
  std::fflush(stdout);
}

void Faults::AwaitAllClean() {
  if (feeder_) StopFeeder();
  ASSERT_TRUE(outcomes_->AwaitMoreThan(records_ - 1)) << outcomes_->count() << " outcomes of " << records_;
  EXPECT_THAT(AwaitClean(records_), HasSubstr("\"clean\":true"));
  TerminateAll();
}

void Faults::Finish() {
  AwaitAllClean();
  if (HasFatalFailure()) return;
  PrintRow(CheckOutcomes(Outcomes()) + CheckBodies() + CheckOrder() + CompareVerdicts());
}

void Faults::FinishByPolicies() {
  AwaitAllClean();
  if (HasFatalFailure()) return;
  const auto audit = Newsfeedd({"audit", "--verify-verdicts", "--json", "-c", config_path()});
  EXPECT_EQ(audit.exit_code, 0) << audit.out << audit.err;
  EXPECT_THAT(audit.out, HasSubstr("\"clean\":true"));
  PrintRow(CheckOutcomes(Outcomes()) + CheckBodies() + CheckOrder() + (audit.exit_code != 0 ? 1 : 0));
}

void Faults::FinishById() {
  TerminateAll();
  std::map<std::string, int> outcomes;
  Read({config().outputs().enriched(), config().outputs().duplicates()},
       [&](const PolledRecord& record) { ++outcomes[std::string(record.key)]; });
  PrintRow(CheckOutcomes(outcomes) + CheckBodies());
}

void Faults::FinishFrom(uint64_t first) {
  // Copies among them have their originals among those before, so nothing is said of those here.
  std::map<std::string, int> outcomes;
  const auto count = [&] {
    outcomes.clear();
    Read({config().outputs().enriched(), config().outputs().duplicates()}, [&](const PolledRecord& record) {
      if (std::stoull(std::string(record.key.substr(1))) >= first) ++outcomes[std::string(record.key)];
    });
    return outcomes.size();
  };
  EXPECT_TRUE(Eventually([&] { return count() >= records_ - first; }));
  TerminateAll();
  count();
  records_ -= first;
  PrintRow(CheckOutcomes(outcomes) + CheckBodies() + CheckOrder() + CompareVerdicts());
}

void Faults::TerminateAll() {
  for (size_t i = 0; i < daemons_.size(); ++i) {
    if (daemon(i).running()) Terminate(i);
  }
}

void Faults::PrintRow(size_t violations) {
  fmt::print("| {} | {} records | {} faults | {} records aborted | next commit {:.1f} s | all partitions {:.1f} s | "
             "{} violations |\n",
             id(), records_, faults_, AbortedRecords(), first_commit_seconds_, recovery_seconds_, violations);
  std::fflush(stdout);
  RecordProperty("records", std::to_string(records_));
  RecordProperty("faults", std::to_string(faults_));
  RecordProperty("recovery_seconds", fmt::format("{:.1f}", recovery_seconds_));
  RecordProperty("violations", std::to_string(violations));
}

// I1, I2: each record has one outcome.
size_t Faults::CheckOutcomes(const std::map<std::string, int>& outcomes) {
  EXPECT_EQ(outcomes.size(), records_);
  size_t wrong = records_ > outcomes.size() ? records_ - outcomes.size() : 0;
  for (const auto& [source, count] : outcomes) {
    if (count == 1) continue;
    ADD_FAILURE() << source << " has " << count << " outcomes";
    ++wrong;
  }
  return wrong;
}

// I7: what is published is what was written.
size_t Faults::CheckBodies() {
  size_t wrong = 0;
  v1::EnrichedArticle article;
  Read({config().outputs().enriched(), config().outputs().duplicates()}, [&](const PolledRecord& record) {
    if (!record.key.starts_with('a')) return;
    ASSERT_TRUE(article.ParseFromArray(record.value.data(), static_cast<int>(record.value.size())));
    wrong += article.body() != testing::InventedBody(std::stoull(std::string(record.key.substr(1))), load_.words);
  });
  EXPECT_EQ(wrong, 0) << "bodies differ";
  return wrong;
}

// I3: within a partition of the input, prepare goes on and never back.
size_t Faults::CheckOrder() {
  size_t wrong = 0;
  std::map<int32_t, int64_t> last;
  Read({kafka::InternalTopicsOf(config()).prepared}, [&](const PolledRecord& record) {
    const auto source = headers::ReadSource(record.headers);
    ASSERT_TRUE(source.has_value());
    const auto [at, added] = last.emplace(source->partition, source->offset);
    wrong += !added && source->offset <= at->second;
    at->second = source->offset;
  });
  EXPECT_EQ(wrong, 0) << "records out of order";
  return wrong;
}

}  // namespace newsfeed::faults
