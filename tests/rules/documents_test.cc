// Documents that are made from tables are up to date.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>

#include "daemon/outcome.h"
#include "processors/article/fate.h"
#include "processors/pipeline/processor_table.h"
#include "tests/testing/program.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using testing::ReadWholeFile;
using ::testing::HasSubstr;

constexpr char kSource[] = NEWSFEED_SOURCE_DIR;

std::string Made(const char* kind) {
  const auto run = testing::RunProgram({NEWSFEED_CONFIG_REFERENCE, NEWSFEED_DESCRIPTOR_SET, kind});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  return run.out;
}

TEST(Documents, ReferenceIsUpToDate) {
  EXPECT_EQ(ReadWholeFile(std::string(kSource) + "/config/REFERENCE.md"), Made("markdown"))
      << "cmake --build --preset release --target config_documents";
}

TEST(Documents, CommentedDefaultsAreUpToDate) {
  EXPECT_EQ(ReadWholeFile(std::string(kSource) + "/config/newsfeed.yaml"), Made("yaml"))
      << "cmake --build --preset release --target config_documents";
}

TEST(Documents, TheReadmeListsEveryReasonAndWhy) {
  const std::string readme = ReadWholeFile(std::string(kSource) + "/README.md");
  for (Reason reason : AllReasons()) {
    EXPECT_THAT(readme, HasSubstr(fmt::format("| `{}` |", ReasonName(reason))));
  }
  for (FilterWhy why : AllFilterWhys()) {
    EXPECT_THAT(readme, HasSubstr(fmt::format("| `{}` |", FilterWhyName(why))));
  }
}

TEST(Documents, TheReadmeListsEveryProcessorAndOutcome) {
  const std::string readme = ReadWholeFile(std::string(kSource) + "/README.md");
  for (const ProcessorEntry& entry : ProcessorTable()) {
    EXPECT_THAT(readme, HasSubstr(fmt::format("| `{}` | `{}` | {} | {} |", entry.config_name,
                                              entry.step_name, StageName(entry.stage),
                                              entry.does)));
  }
  for (const OutcomeEntry& entry : OutcomeTable()) {
    EXPECT_THAT(readme, HasSubstr(fmt::format("`{}`", entry.topic)));
  }
}

}  // namespace
}  // namespace newsfeed
