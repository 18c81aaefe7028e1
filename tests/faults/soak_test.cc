// Half an hour under load with a fault every 20 seconds. One of the three daemons lives through all of it: what it holds of
// memory, threads and file descriptors must not grow.
//
//   NEWSFEED_SOAK_MINUTES   [30]
#include <absl/time/clock.h>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <random>
#include <vector>

#include "tests/faults/fault_row.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed::faults {
namespace {

constexpr absl::Duration kBetweenFaults = absl::Seconds(20);
// A broker that is bounced takes the time of a start; it is taken away less often.
constexpr int kFaultsPerBroker = 12;

struct Held {
  uint64_t resident_kib = 0;
  uint64_t threads = 0;
  uint64_t descriptors = 0;
};

uint64_t FieldOf(const std::string& status, std::string_view name) {
  const size_t at = status.find(name);
  return at == std::string::npos ? 0 : std::strtoull(status.c_str() + at + name.size(), nullptr, 10);
}

Held HeldBy(pid_t pid) {
  const std::string process = fmt::format("/proc/{}", pid);
  const std::string status = testing::ReadWholeFile(process + "/status");
  const auto descriptors = std::distance(std::filesystem::directory_iterator(process + "/fd"), {});
  return {FieldOf(status, "VmRSS:"), FieldOf(status, "Threads:"), static_cast<uint64_t>(descriptors)};
}

// Of the samples in [from, to), as parts of all.
uint64_t Median(const std::vector<Held>& samples, double from, double to, uint64_t Held::*what) {
  const auto at = [&](double part) { return static_cast<ptrdiff_t>(part * static_cast<double>(samples.size())); };
  std::vector<uint64_t> values;
  std::transform(samples.begin() + at(from), samples.begin() + at(to), std::back_inserter(values),
                 [&](const Held& held) { return held.*what; });
  std::ranges::nth_element(values, values.begin() + static_cast<ptrdiff_t>(values.size() / 2));
  return values.at(values.size() / 2);
}

class Soak : public Faults {
 protected:
  // The broker goes away, too: see broker_test.
  Soak() : Faults("4.0.2") {}

  void Harm(int number) {
    const size_t victim = 1 + random_() % (daemons() - 1);
    if (number % kFaultsPerBroker == kFaultsPerBroker - 1) {
      // Not killed: a coordinator that reads long may then lose its timers (README.md), the longer the later.
      testing::TheBroker().Stop();
      Fault();
      testing::TheBroker().Start();
      return Healed();
    }
    switch (random_() % 4) {
      case 0: Kill(victim); return StartDaemon(victim);
      case 1: Terminate(victim); Fault(); return StartDaemon(victim);
      case 2: return StopBeyondTheSession(victim);
      default: return StopBeyondTheSession(0);
    }
  }

  void StopBeyondTheSession(size_t number) {
    const size_t given_up = GivenUp("prepare");
    daemon(number).Signal(SIGSTOP);
    Fault();
    AwaitGivenUp("prepare", given_up);
    daemon(number).Signal(SIGCONT);
    Healed();
  }

  std::mt19937 random_{20261126};
};

TEST_F(Soak, AFaultEvery20Seconds) {
  const char* minutes = std::getenv("NEWSFEED_SOAK_MINUTES");
  const absl::Duration length = absl::Minutes(minutes == nullptr ? 30 : std::atoi(minutes));
  // A small window, so that the index is full early on.
  Begin({.rate = 100, .transaction_seconds = 30, .more = "dedup: {max_entries: 5000}"});
  const absl::Time end = absl::Now() + length;
  std::vector<Held> samples;
  for (int fault = 0; absl::Now() < end; ++fault) {
    const absl::Time next = absl::Now() + kBetweenFaults;
    Harm(fault);
    AwaitRecovery();
    if (HasFatalFailure()) return;
    const absl::Duration left = std::max(next - absl::Now(), absl::ZeroDuration());
    ASSERT_TRUE(outcomes_->AwaitMore(1 + static_cast<uint64_t>(load_.rate * absl::ToInt64Seconds(left))));
    samples.push_back(HeldBy(daemon(0).pid()));
    fmt::print("daemon 0: {} MiB, {} threads, {} descriptors\n", samples.back().resident_kib >> 10,
               samples.back().threads, samples.back().descriptors);
  }
  // The second quarter and the last: all that is made once has been made by then.
  const auto before = [&](uint64_t Held::*what) { return Median(samples, 0.25, 0.5, what); };
  const auto after = [&](uint64_t Held::*what) { return Median(samples, 0.75, 1, what); };
  fmt::print("daemon 0, medians of the second quarter and the last: {} and {} KiB, {} and {} threads, {} and {} "
             "descriptors\n", before(&Held::resident_kib), after(&Held::resident_kib), before(&Held::threads),
             after(&Held::threads), before(&Held::descriptors), after(&Held::descriptors));
  EXPECT_LE(after(&Held::resident_kib), before(&Held::resident_kib) * 11 / 10);
  EXPECT_LE(after(&Held::threads), before(&Held::threads) + 2);
  EXPECT_LE(after(&Held::descriptors), before(&Held::descriptors) + 4);
  Finish();
}

}  // namespace
}  // namespace newsfeed::faults
