// What a refusal of the broker's does to the writes of a command.
#include "daemon/tools/transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/daemon/kafka/scripted_clients.h"

namespace newsfeed::tools {
namespace {

using kafka::ErrorClass;
using kafka::testing::Failure;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TransactionalWriterTest : public ::testing::Test {
 protected:
  TransactionalWriterTest() : writer_(TransactionalWriter::Open(factory_, config::v1::Config()).value()) {}

  static std::vector<OutgoingGroup> Groups(std::initializer_list<const char*> values) {
    std::vector<OutgoingGroup> groups;
    for (const char* value : values) groups.push_back({{.topic = "out", .value = value}});
    return groups;
  }

  kafka::testing::Script script_;
  kafka::testing::ScriptedFactory factory_{&script_};
  std::unique_ptr<TransactionalWriter> writer_;
};

TEST_F(TransactionalWriterTest, WithoutARefusalAllIsOneTransaction) {
  script_.calls.clear();
  const auto refused = writer_->Commit(Groups({"a", "b"}));
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_THAT(*refused, IsEmpty());
  EXPECT_THAT(script_.published, ElementsAre("a", "b"));
  EXPECT_THAT(script_.calls, ElementsAre("begin", "produce", "produce", "flush", "commit"));
}

// The broker names the first of the request.
TEST_F(TransactionalWriterTest, TheOneThatIsRefusedIsFoundAndTheRestIsWritten) {
  script_.poison = "d";
  const auto refused = writer_->Commit(Groups({"a", "b", "c", "d", "e"}));
  ASSERT_TRUE(refused.ok()) << refused.status();
  ASSERT_EQ(refused->size(), 1);
  EXPECT_EQ(refused->front().group, 3);
  EXPECT_THAT(refused->front().why, HasSubstr("as the test wants it"));
  EXPECT_THAT(script_.published, ElementsAre("a", "b", "c", "e"));
}

TEST_F(TransactionalWriterTest, AlsoWhatTheClientRefuses) {
  script_.answers["produce"] = {Failure(ErrorClass::kRefused), {}, Failure(ErrorClass::kRefused), {}};
  const auto refused = writer_->Commit(Groups({"a", "b"}));  // together; the lock; a; the lock
  ASSERT_TRUE(refused.ok()) << refused.status();
  ASSERT_EQ(refused->size(), 1);
  EXPECT_EQ(refused->front().group, 0);
  EXPECT_THAT(script_.published, ElementsAre("b"));
}

// Between the refusal and the new producer another command was begun, and may have written the same.
TEST_F(TransactionalWriterTest, WhoHasLostTheLockDoesNotGoOn) {
  script_.poison = "a";
  script_.answers["abort"] = {{}, Failure(ErrorClass::kFenced)};
  const auto refused = writer_->Commit(Groups({"a", "b"}));
  EXPECT_TRUE(absl::IsAborted(refused.status())) << refused.status();
  EXPECT_THAT(script_.published, IsEmpty());
}

TEST_F(TransactionalWriterTest, WhoIsFencedDoesNotTakeTheIdBack) {
  script_.poison = "a";
  script_.answers["abort"] = {Failure(ErrorClass::kFenced)};
  const auto inits = std::ranges::count(script_.calls, "init");
  EXPECT_FALSE(writer_->Commit(Groups({"a", "b"})).ok());
  EXPECT_EQ(std::ranges::count(script_.calls, "init"), inits);
}

}  // namespace
}  // namespace newsfeed::tools
