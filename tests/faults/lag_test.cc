// A long stop: one daemon works off what has gathered, and may use no more than 512 MiB.
#include <absl/time/clock.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/faults/fault_row.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed::faults {
namespace {

constexpr uint64_t kLimitMib = 512;

// Where the machine lets us: memory beyond the limit is refused by the kernel, which kills the process.
class MemoryGroup {
 public:
  MemoryGroup() {
    for (const auto& [root, file] : {std::pair{"/sys/fs/cgroup/memory", "memory.limit_in_bytes"},
                                     std::pair{"/sys/fs/cgroup", "memory.max"}}) {
      const std::filesystem::path path = std::filesystem::path(root) / fmt::format("newsfeed-faults-{}", getpid());
      std::error_code error;
      if (!std::filesystem::is_directory(root, error) || !std::filesystem::create_directory(path, error)) continue;
      path_ = path;
      if (std::ofstream limit(path / file); limit << (kLimitMib << 20) << std::flush) return;
      std::filesystem::remove(path, error);
      path_.clear();
    }
  }
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;
  ~MemoryGroup() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove(path_, ignored);
  }

  // Starts a command within.
  std::vector<std::string> Wrapper() const {
    if (path_.empty()) return {};
    return {"/bin/sh", "-c", fmt::format("echo $$ >{}/cgroup.procs && exec \"$@\"", path_.string()), "sh"};
  }

 private:
  std::filesystem::path path_;
};

// Most memory that the process has had, in MiB.
uint64_t PeakMib(pid_t pid) {
  const std::string status = testing::ReadWholeFile(fmt::format("/proc/{}/status", pid));
  const size_t at = status.find("VmHWM:");
  return at == std::string::npos ? 0 : std::strtoull(status.c_str() + at + 6, nullptr, 10) >> 10;
}

class Lag : public Faults {
 protected:
  void WorkOff(uint64_t records) {
    const MemoryGroup memory;
    // The limit is beside the index, which of a million articles takes as much again.
    Prepare({.daemons = 1, .rate = 1'000'000, .words = 20, .more = "dedup: {max_entries: 50000}"});
    StartFeeder();
    records_ = std::exchange(feeder_, nullptr)->StopAt(records);
    const absl::Time begun = absl::Now();
    StartDaemon(0, "", memory.Wrapper());
    ASSERT_TRUE(outcomes_->AwaitMoreThan(records_ - 1)) << outcomes_->count() << " outcomes of " << records_;
    const double seconds = absl::ToDoubleSeconds(absl::Now() - begun);
    const uint64_t peak = PeakMib(daemon(0).pid());
    fmt::print("{}: {} records in {:.0f} s, peak {} MiB\n", id(), records_, seconds, peak);
    RecordProperty("peak_mib", std::to_string(peak));
    EXPECT_LE(peak, kLimitMib);
    EXPECT_GT(peak, 0);
    Finish();
  }
};

TEST_F(Lag, Of100ThousandWithinAMemoryLimit) { WorkOff(100'000); }
TEST_F(Lag, OfAMillionWithinAMemoryLimit) { WorkOff(1'000'000); }

}  // namespace
}  // namespace newsfeed::faults
