#include "daemon/file/case_run.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/config_loader.h"
#include "daemon/file/case_check.h"
#include "daemon/file/file_source.h"
#include "daemon/file/process_job.h"
#include "newsfeed/v1/article.pb.h"
#include "newsfeed/v1/dead_letter.pb.h"

namespace newsfeed::file {
namespace {

using config::v1::Case;
using config::v1::CaseFile;
using config::v1::CaseInput;
using config::v1::Expectation;

// Of records that stand in the file of cases.
constexpr std::string_view kRecordTopic = "record";

// A word that must be one of a few.
template <typename Names>
absl::Status CheckWord(const std::string& word, const Names& names, const std::string& place) {
  if (word.empty() || std::ranges::find(names, word) != names.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{}: \"{}\" is none of {}", place, word, fmt::join(names, ", ")));
}

// The names of an enum but UNSPECIFIED.
std::vector<std::string> ValuesOf(const google::protobuf::EnumDescriptor* type) {
  std::vector<std::string> names;
  for (int i = 0; i < type->value_count(); ++i) {
    if (type->value(i)->number() != 0) names.push_back(type->value(i)->name());
  }
  return names;
}

std::vector<std::string> OutcomeNames() {
  std::vector<std::string> names;
  for (const OutcomeEntry& entry : OutcomeTable()) {
    names.emplace_back(CaseOutcomeName(entry.outcome));
  }
  return names;
}

// Words that no record could ever meet.
absl::Status CheckExpectation(const Expectation& expected, const std::string& place) {
  for (const auto& [key, word, names] :
       {std::tuple("outcome", expected.outcome(), OutcomeNames()),
        std::tuple("reason", expected.reason(), ValuesOf(v1::DeadLetter::Reason_descriptor())),
        std::tuple("why", expected.why(), ValuesOf(v1::Filtered::Why_descriptor())),
        std::tuple("verdict", expected.verdict(), ValuesOf(v1::Dedup::Verdict_descriptor())),
        std::tuple("pub_status", expected.pub_status(),
                   ValuesOf(v1::EnrichedArticle::PubStatus_descriptor()))}) {
    if (absl::Status status = CheckWord(word, names, fmt::format("{}.{}", place, key));
        !status.ok()) {
      return status;
    }
  }
  for (const auto& entity : expected.entities()) {
    const auto types = ValuesOf(v1::Entity::Type_descriptor());
    if (absl::Status status = CheckWord(entity.type(), types, place + ".entities"); !status.ok()) {
      return status;
    }
  }
  if (expected.has_file() == expected.has_ordinal()) return absl::OkStatus();
  return absl::InvalidArgumentError(place + ": file and ordinal name a record together");
}

absl::Status CheckCase(const Case& test, const std::string& place) {
  if (test.inputs().empty()) return absl::InvalidArgumentError(place + ": has no inputs");
  for (const CaseInput& input : test.inputs()) {
    if (input.has_record() == input.has_file()) {
      return absl::InvalidArgumentError(place + ".inputs: each needs a record or a file");
    }
    if (input.has_file() && !input.headers().empty()) {
      return absl::InvalidArgumentError(place + ".inputs: only a record has headers");
    }
  }
  if (test.records().empty() && !test.has_summary() && !test.has_each()) {
    return absl::InvalidArgumentError(place + ": expects nothing: records, each or summary");
  }
  if (absl::Status status = CheckExpectation(test.each(), place + ".each"); !status.ok()) {
    return status;
  }
  int index = 0;
  for (const Expectation& expected : test.records()) {
    const std::string record = fmt::format("{}.records[{}]", place, index++);
    if (absl::Status status = CheckExpectation(expected, record); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Files and records of a case, in its order.
class CaseSource : public RecordSource {
 public:
  static absl::StatusOr<std::unique_ptr<CaseSource>> Create(const Case& test,
                                                            const std::string& path,
                                                            const config::v1::Config& config) {
    auto source = std::unique_ptr<CaseSource>(new CaseSource());
    for (const CaseInput& input : test.inputs()) {
      Part part{&input, nullptr};
      if (input.has_file()) {
        auto files = FileSource::Create({PathBeside(path, input.file())},
                                        {config.batch().max_records(), config.batch().max_bytes()},
                                        config.limits().max_record_bytes());
        if (!files.ok()) return files.status();
        part.files = *std::move(files);
      }
      source->parts_.push_back(std::move(part));
    }
    return source;
  }

  absl::StatusOr<PollResult> Poll(Batch& batch) override {
    while (next_ < parts_.size()) {
      Part& part = parts_[next_];
      if (part.files == nullptr) {
        AddRecord(*part.input, batch);
        ++next_;
        return PollResult::kRecords;
      }
      auto polled = part.files->Poll(batch);
      if (!polled.ok() || *polled != PollResult::kEnd) return polled;
      ++next_;
    }
    return PollResult::kEnd;
  }

  std::vector<std::string> damages() const {
    std::vector<std::string> all;
    for (const Part& part : parts_) {
      if (part.files != nullptr) {
        all.insert(all.end(), part.files->damages().begin(), part.files->damages().end());
      }
    }
    return all;
  }

 private:
  struct Part {
    const CaseInput* input;
    std::unique_ptr<FileSource> files;  // null: a record
  };

  void AddRecord(const CaseInput& input, Batch& batch) {
    std::vector<Header> headers;
    for (const auto& [name, value] : input.headers()) headers.push_back({name, value});
    batch.Add(
        {.id = {{kRecordTopic}, {0}, {ordinal_++}}, .value = input.record(), .headers = headers});
  }

  std::vector<Part> parts_;
  size_t next_ = 0;
  int64_t ordinal_ = 0;
};

// Keeps what became of each record, in order.
class CaseSink : public RecordSink {
 public:
  absl::Status Publish(const Batch& batch, const EncodedOutcomes& outcomes) override {
    for (size_t i = 0; i < outcomes.items.size(); ++i) {
      const RecordId& id = batch.articles()[i].origin;
      const EncodedOutcomes::Item& item = outcomes.items[i];
      CaseOutcome& added = outcomes_.emplace_back(CaseOutcome{
          std::string(id.topic.name), static_cast<uint64_t>(id.offset.value), item.outcome, {}});
      const std::string_view json = outcomes.value(item);
      const auto parsed =
          google::protobuf::util::JsonStringToMessage({json.data(), json.size()}, &added.json);
      if (!parsed.ok()) {
        return absl::InternalError("our own JSON cannot be read: " + parsed.ToString());
      }
    }
    return absl::OkStatus();
  }

  const std::vector<CaseOutcome>& outcomes() const { return outcomes_; }

 private:
  std::vector<CaseOutcome> outcomes_;
};

std::string NameOf(std::string_view file, uint64_t ordinal, const std::string& note) {
  return fmt::format("{} {}{}", file, ordinal, note.empty() ? "" : fmt::format(" ({})", note));
}

// Goes through what is expected of the records of one case.
class Judging {
 public:
  Judging(const Case& test, const std::vector<CaseOutcome>& outcomes, CaseResult& result)
      : test_(test), outcomes_(outcomes), expectation_of_(outcomes.size()), result_(result) {}

  void Judge(const OutcomeAccounting& accounting) {
    for (const Expectation& expected : test_.records()) Assign(expected);
    for (size_t i = 0; i < outcomes_.size(); ++i) JudgeRecord(i);
    if (test_.has_summary()) JudgeSummary(accounting);
  }

 private:
  // Finds the record that `expected` speaks of.
  void Assign(const Expectation& expected) {
    if (expected.has_file()) {
      const auto found = std::ranges::find_if(outcomes_, [&](const CaseOutcome& outcome) {
        return outcome.file == expected.file() && outcome.ordinal == expected.ordinal();
      });
      next_ = static_cast<size_t>(found - outcomes_.begin());
    }
    if (next_ >= outcomes_.size()) {
      Fail(expected.has_file() ? NameOf(expected.file(), expected.ordinal(), expected.note())
                               : expected.note(),
           {expected.has_file()
                ? "there is no such record"
                : fmt::format("there are {} records, and more are expected", outcomes_.size())});
      return;
    }
    if (expectation_of_[next_] != nullptr) {
      Fail(NameOf(outcomes_[next_].file, outcomes_[next_].ordinal, expected.note()),
           {"is expected twice"});
    }
    expectation_of_[next_++] = &expected;
  }

  // Where cases are told by position, none may be forgotten.
  bool EachMustBeNamed() const {
    return test_.every_record() || (!test_.records().empty() &&
                                    std::ranges::none_of(test_.records(), &Expectation::has_file));
  }

  void JudgeRecord(size_t index) {
    const CaseOutcome& outcome = outcomes_[index];
    const Expectation* expected = expectation_of_[index];
    if (expected == nullptr && EachMustBeNamed()) {
      Fail(NameOf(outcome.file, outcome.ordinal, ""), {"is not expected; is " + Describe(outcome)});
      return;
    }
    Expectation all;
    const bool published =
        outcome.outcome == Outcome::kEnriched || outcome.outcome == Outcome::kDuplicate;
    if (published) all = test_.each();
    if (expected != nullptr) all.MergeFrom(*expected);
    Fail(NameOf(outcome.file, outcome.ordinal, all.note()), Differences(all, outcome));
  }

  void JudgeSummary(const OutcomeAccounting& accounting) {
    const auto* type = config::v1::CaseCounts::descriptor();
    std::vector<std::string> differences;
    for (int i = 0; i < type->field_count(); ++i) {
      const auto* field = type->field(i);
      const auto& reflection = *config::v1::CaseCounts::GetReflection();
      if (!reflection.HasField(test_.summary(), field)) continue;
      const uint64_t wanted = reflection.GetUInt64(test_.summary(), field);
      uint64_t actual = accounting.read();
      for (const OutcomeEntry& entry : OutcomeTable()) {
        if (entry.name == field->name()) actual = accounting.count(entry.outcome);
      }
      if (wanted != actual) {
        differences.push_back(
            fmt::format("summary.{}: expected {}, is {}", field->name(), wanted, actual));
      }
    }
    Fail("", std::move(differences));
  }

  void Fail(std::string record, std::vector<std::string> differences) {
    if (!differences.empty()) {
      result_.failures.push_back({std::move(record), std::move(differences)});
    }
  }

  const Case& test_;
  const std::vector<CaseOutcome>& outcomes_;
  std::vector<const Expectation*> expectation_of_;  // of each record; null: none
  size_t next_ = 0;
  CaseResult& result_;
};

}  // namespace

absl::StatusOr<CaseFile> LoadCaseFile(const std::string& path) {
  auto yaml = ReadFile(path);
  if (!yaml.ok()) return yaml.status();
  CaseFile file;
  if (absl::Status status = ParseYaml(*yaml, path, kNoSecrets, file); !status.ok()) return status;
  if (file.tests().empty()) return absl::InvalidArgumentError(path + ": has no tests");
  int index = 0;
  for (const Case& test : file.tests()) {
    const std::string place = fmt::format("{}: tests[{}]", path, index++);
    if (absl::Status status = CheckCase(test, place); !status.ok()) return status;
  }
  return file;
}

std::string PathBeside(const std::string& path, const std::string& name) {
  return (std::filesystem::path(path).parent_path() / name).lexically_normal();
}

absl::StatusOr<CaseResult> RunCase(const Case& test, const std::string& path,
                                   const config::v1::Config& config, const LoadedData& data) {
  auto source = CaseSource::Create(test, path, config);
  if (!source.ok()) return source.status();
  CaseSink sink;
  ProcessResult processed;
  const std::atomic<bool> stop = false;
  if (absl::Status status =
          RunProcessJob({.config = &config, .data = &data}, **source, sink, stop, processed);
      !status.ok()) {
    return status;
  }
  CaseResult result;
  result.records = sink.outcomes().size();
  result.damages = (*source)->damages();
  Judging(test, sink.outcomes(), result).Judge(processed.accounting);
  return result;
}

}  // namespace newsfeed::file
