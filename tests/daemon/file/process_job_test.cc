#include "daemon/file/process_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include <fmt/format.h>

#include "daemon/config_loader.h"
#include "daemon/file/file_source.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed::file {
namespace {

using newsfeed::testing::TemporaryFolder;

// Keeps all published bytes.
class MemorySink : public RecordSink {
 public:
  absl::Status Publish(const Batch&, const EncodedOutcomes& outcomes) override {
    bytes += outcomes.bytes;
    return absl::OkStatus();
  }
  std::string bytes;
};

struct JobRun {
  std::string bytes;
  ProcessResult result;
};

JobRun RunOver(const std::string& path, size_t threads, uint32_t max_records) {
  static const config::v1::Config config;
  static const absl::StatusOr<LoadedData> data = LoadData(config, NEWSFEED_SOURCE_DIR "/config");
  EXPECT_TRUE(data.ok()) << data.status();
  auto source = FileSource::Create({path}, {max_records, 1 << 20}, 1 << 20);
  MemorySink sink;
  std::atomic<bool> stop = false;
  JobRun run;
  const ProcessOptions options{.config = &config, .data = &*data, .threads = threads};
  EXPECT_TRUE(RunProcessJob(options, **source, sink, stop, run.result).ok());
  run.bytes = sink.bytes;
  return run;
}

// Every third article repeats the one before it.
std::string Feed(int articles) {
  std::string lines;
  for (int i = 0; i < articles; ++i) {
    const int text = i % 3 == 2 ? i - 1 : i;
    lines += fmt::format(R"({{"id":"{}","title":"Council {} votes","body":")", i, text);
    for (int word = 0; word < 90; ++word) lines += fmt::format("word{} ", text * 1000 + word);
    lines += "the council said.\"}\n";
  }
  return lines;
}

TEST(ProcessJob, TheResultDependsOnNeitherThreadsNorBatches) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("feed.ndjson", Feed(300) + "{broken\n");
  const JobRun one = RunOver(path, 1, 256);
  EXPECT_EQ(one.result.accounting.count(Outcome::kDuplicate), 100);
  EXPECT_EQ(one.result.accounting.count(Outcome::kDeadLetter), 1);
  EXPECT_EQ(RunOver(path, 1, 7).bytes, one.bytes);
  EXPECT_EQ(RunOver(path, 2, 256).bytes, one.bytes);
  EXPECT_EQ(RunOver(path, 4, 3).bytes, one.bytes);
}

TEST(ProcessJob, CountsAndStepsAddUp) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("feed.ndjson", Feed(30) + "{broken\n");
  const JobRun run = RunOver(path, 3, 4);
  EXPECT_EQ(run.result.accounting.read(), 31);
  EXPECT_EQ(run.result.accounting.in_flight(), 0);
  ASSERT_EQ(run.result.steps.size(), 5);
  EXPECT_EQ(run.result.steps[0].name, "decode");
  EXPECT_EQ(run.result.steps[0].in, 31);
  EXPECT_EQ(run.result.steps[0].out, 30);
  EXPECT_EQ(run.result.steps[4].name, "entities");
  EXPECT_EQ(run.result.steps[4].in, 30);
}

}  // namespace
}  // namespace newsfeed::file
