#include "tests/simulation/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>

#include "daemon/kafka/application.h"
#include "daemon/tools/audit.h"
#include "newsfeed/v1/article.pb.h"
#include "newsfeed/v1/internal.pb.h"
#include "processors/dedup/entry.h"
#include "processors/dedup/judge.h"

namespace newsfeed::simulation {
namespace {

using State = StoredRecord::State;

std::optional<std::string> HeaderOf(const StoredRecord& record, std::string_view name) {
  std::optional<std::string> last;
  for (const auto& [header, value] : record.headers) {
    if (header == name) last = value;
  }
  return last;
}

struct Place {
  int32_t partition = 0;
  int64_t offset = 0;
  auto operator<=>(const Place&) const = default;
};

// The input record that an outcome or a record between the stages was made of.
std::optional<Place> SourceOf(const StoredRecord& record, bool dead_letter) {
  const std::string prefix = dead_letter ? "newsfeed-error-" : "newsfeed-source-";
  const auto partition = HeaderOf(record, prefix + "partition");
  const auto offset = HeaderOf(record, prefix + "offset");
  if (!partition || !offset) return std::nullopt;
  return Place{std::atoi(partition->c_str()), std::atoll(offset->c_str())};
}

std::string Name(const Place& place) { return fmt::format("input {}/{}", place.partition, place.offset); }

class Checker {
 public:
  Checker(const CheckInput& input, std::map<std::string, uint64_t>& events)
      : in_(input), events_(events), internal_(kafka::InternalTopicsOf(input.config)) {}

  std::vector<std::string> Run() {
    NothingOpen();
    OutcomesOnce();
    Order();
    OffsetsFit();
    Entries();
    Verdicts();
    Restored();
    Audit();
    return std::move(violations_);
  }

 private:
  void Violated(std::string what) {
    if (violations_.size() < 10) violations_.push_back(std::move(what));
  }

  template <typename Take>
  void ForCommitted(const std::string& topic, Take take) {
    for (const TopicPartition& where : in_.broker.PartitionsOf(topic)) {
      for (const StoredRecord& record : in_.broker.Log(where)->records) {
        if (record.state == State::kCommitted) take(where, record);
      }
    }
  }

  void NothingOpen() {
    for (const auto& [name, topic] : in_.broker.topics()) {
      for (const PartitionLog& log : topic.partitions) {
        if (!log.open.empty()) Violated(fmt::format("I8: a transaction is open in {} at the end", name));
      }
    }
  }

  // I1, I2.
  void OutcomesOnce() {
    std::map<Place, std::vector<std::string>> outcomes;
    const auto& outputs = in_.config.outputs();
    for (const std::string& topic :
         {outputs.enriched(), outputs.duplicates(), outputs.filtered(), outputs.dead_letter()}) {
      ForCommitted(topic, [&](const TopicPartition& where, const StoredRecord& record) {
        const auto source = SourceOf(record, topic == outputs.dead_letter());
        if (!source) return Violated("an outcome without source in " + topic);
        outcomes[*source].push_back(fmt::format("{}/{}@{}", topic, where.partition, record.offset));
        ++events_["outcomes in " + topic];
        if (HeaderOf(record, "newsfeed-error-stub")) ++events_["stubs"];
        const auto reason = HeaderOf(record, "newsfeed-error-reason");
        if (reason == "OUTPUT_REFUSED") ++events_["refused records"];
        if (reason == "OPERATOR_SKIPPED") {
          ++events_["skipped records"];
          skipped_.insert(*source);
        }
      });
    }
    for (const auto& [place, spec] : in_.specs) {
      const auto found = outcomes.find({place.first, place.second});
      if (found == outcomes.end()) {
        Violated(fmt::format("I1: {} has no outcome", Name({place.first, place.second})));
      } else if (in_.exactly_once && found->second.size() > 1) {
        Violated(fmt::format("I2: {} has outcomes {} and {}", Name(found->first), found->second[0],
                             found->second[1]));
      }
      // What cannot be an article is a dead letter, and so on.
      if (found == outcomes.end() || found->second.empty()) continue;
      const bool dead = found->second[0].starts_with(outputs.dead_letter());
      const bool filtered = found->second[0].starts_with(outputs.filtered());
      if (spec.kind == Spec::Kind::kJunk && !dead) Violated("junk is no dead letter");
      if (skipped_.contains(found->first)) continue;
      if (spec.kind == Spec::Kind::kTombstone && !filtered) Violated("a tombstone was not filtered");
      if (spec.kind == Spec::Kind::kArticle && (dead || filtered)) {
        Violated(fmt::format("{}: a good article is a dead letter: {}", Name(found->first), found->second[0]));
      }
    }
    for (const auto& [place, where] : outcomes) {
      if (!in_.specs.contains({place.partition, place.offset})) {
        Violated(fmt::format("{}: an outcome of {}, which is none of the input", where[0], Name(place)));
      }
    }
  }

  // I3: of one input partition in order, in ID-prepared and of each id in the outputs.
  void Order() {
    if (!in_.exactly_once) return;
    std::map<int32_t, int64_t> last;
    ForCommitted(internal_.prepared, [&](const TopicPartition&, const StoredRecord& record) {
      const Place source = SourceOf(record, false).value_or(Place{});
      const auto [at, fresh] = last.emplace(source.partition, source.offset);
      if (!fresh && source.offset <= at->second) Violated("I3: out of order in ID-prepared: " + Name(source));
      at->second = source.offset;
    });
    const auto& outputs = in_.config.outputs();
    for (const std::string& topic : {outputs.enriched(), outputs.duplicates()}) {
      std::map<std::pair<std::string, int32_t>, int64_t> last_of_id;
      ForCommitted(topic, [&](const TopicPartition&, const StoredRecord& record) {
        const Place source = SourceOf(record, false).value_or(Place{});
        const auto [at, fresh] = last_of_id.emplace(std::pair(record.key.value_or(""), source.partition), source.offset);
        if (!fresh && source.offset <= at->second) Violated(fmt::format("I3: out of order in {}: {}", topic, Name(source)));
        at->second = source.offset;
      });
    }
  }

  // I5: nothing is committed that was not done, and all that was done is.
  void OffsetsFit() {
    if (!AllRead(in_.broker, in_.config, in_.input_topic)) Violated("I5: committed offsets are not the end");
    const auto beyond = [&](Stage stage, const std::string& topic) {
      std::vector<PartitionOffset> offsets;
      for (const TopicPartition& where : in_.broker.PartitionsOf(topic)) offsets.push_back({where});
      in_.broker.Committed(kafka::GroupOf(in_.config, stage), offsets, false);
      for (const PartitionOffset& offset : offsets) {
        if (offset.offset > in_.broker.Log(offset.where)->high()) {
          Violated(fmt::format("I5: {}/{}: {} is committed beyond the end", topic, offset.where.partition, offset.offset));
        }
      }
    };
    beyond(Stage::kPrepare, in_.input_topic);
    beyond(Stage::kJudge, internal_.prepared);
    beyond(Stage::kEnrich, internal_.judged);
  }

  // I4: entry, verdict and article of a record came together.
  void Entries() {
    std::set<int64_t> prepared;
    std::map<Place, int> judged;  // by source; at least once one source has several
    ForCommitted(internal_.index, [&](const TopicPartition&, const StoredRecord& record) {
      v1::IndexEntry entry;
      if (!entry.ParseFromString(record.value.value_or(""))) return Violated("I4: no entry in ID-index");
      if (!prepared.insert(entry.prepared_offset()).second) {
        Violated(fmt::format("I4: two entries for offset {} of ID-prepared", entry.prepared_offset()));
      }
      if (entry.rejected()) ++events_["refused by the judge"];
    });
    ForCommitted(internal_.prepared, [&](const TopicPartition&, const StoredRecord& record) {
      const PartitionLog& index = *in_.broker.Log({internal_.index, 0});
      if (index.low == 0 && !prepared.contains(record.offset)) {
        Violated(fmt::format("I4: no entry for offset {} of ID-prepared", record.offset));
      }
    });
  }

  // I7: each verdict is what the plain judge says, in the order of ID-prepared; and follows from the entries before.
  void Verdicts() {
    std::map<int64_t, v1::IndexEntry> entries;
    ForCommitted(internal_.index, [&](const TopicPartition&, const StoredRecord& record) {
      v1::IndexEntry entry;
      entry.ParseFromString(*record.value);
      entries[entry.prepared_offset()] = entry;
    });
    const bool whole = in_.broker.Log({internal_.index, 0})->low == 0 &&
                       in_.broker.Log({internal_.prepared, 0})->low == 0;
    PlainJudge plain(in_.policy->max_entries);
    dedup::Judge replay(in_.policy);
    // Of a log that was trimmed only what was judged beside entries that are still there can be judged again.
    const bool index_whole = in_.broker.Log({internal_.index, 0})->low == 0;
    const uint64_t first = entries.empty() ? 0 : entries.begin()->second.sequence();
    uint64_t oldest_before = 0;
    for (auto& [offset, entry] : entries) {
      const StoredRecord* record = in_.broker.Log({internal_.prepared, 0})->At(offset);
      if (record != nullptr) {
        const Place source = SourceOf(*record, false).value_or(Place{});
        if (index_whole || oldest_before >= first) Replay(replay, offset, *record, source, entry);
        const auto spec = in_.specs.find({source.partition, source.offset});
        if (whole && spec != in_.specs.end()) AskPlain(plain, spec->second, source, entry);
      }
      const dedup::IndexEntry plain_entry = dedup::FromProto(entry);
      if (!replay.Apply(plain_entry).ok()) Violated(fmt::format("I7: entry {} cannot be applied", offset));
      replay.Commit();
      oldest_before = entry.oldest_sequence();
    }
    replayed_entries_ = replay.index().size();
    replayed_last_ = replay.index().last_prepared_offset();
    replayed_clock_ = replay.index().clock_ms();
    replayed_originals_ = replay.index().store().originals();
  }

  void Replay(dedup::Judge& replay, int64_t offset, const StoredRecord& record, const Place& source,
              const v1::IndexEntry& entry) {
    if (entry.rejected() && entry.sketch().empty()) return;  // skipped, and not looked into
    const std::string sketch = HeaderOf(record, "newsfeed-sketch").value_or("");
    const std::string timestamp = HeaderOf(record, "newsfeed-source-timestamp").value_or("0");
    const dedup::IndexEntry again = replay.Consider(
        {.prepared_offset = offset,
         .sketch = sketch,
         .origin = {in_.input_topic, {source.partition}, {source.offset}, std::atoll(timestamp.c_str())},
         .id = *record.key});
    v1::IndexEntry message;
    dedup::ToProto(again, message);
    if (message.dedup().SerializeAsString() != entry.dedup().SerializeAsString()) {
      Violated(fmt::format("I7: replayed, offset {} of ID-prepared is {} and was {}", offset,
                           message.dedup().ShortDebugString(), entry.dedup().ShortDebugString()));
    }
  }

  void AskPlain(PlainJudge& plain, const Spec& spec, const Place& source, const v1::IndexEntry& entry) {
    if (entry.rejected() && entry.sketch().empty()) return;
    const std::string want = plain.Judge(spec, Name(source));
    const std::string got = v1::Dedup::Verdict_Name(entry.dedup().verdict());
    ++events_["verdicts " + got];
    if (want != got) {
      Violated(fmt::format("I7: {} (story {}, id {}) is {}, and must be {}", Name(source), spec.story, spec.id, got, want));
    } else if (got == "DUPLICATE" && !plain.MayRepeat(entry.dedup().canonical_id())) {
      Violated(fmt::format("I7: {} repeats {}, which was not published", Name(source), entry.dedup().canonical_id()));
    }
    if (entry.rejected()) plain.Reject();
  }

  // The index of the judge that was in office is the one that its changelog gives.
  void Restored() {
    const JudgeStatus& owner = in_.owner;
    if (owner.entries != replayed_entries_ || owner.last_prepared_offset != replayed_last_ ||
        owner.clock_ms != replayed_clock_ || owner.originals != replayed_originals_) {
      Violated(fmt::format("I7: the judge had {} entries ({} originals) up to {}, the changelog gives {} ({}) up to {}",
                           owner.entries, owner.originals, owner.last_prepared_offset, replayed_entries_,
                           replayed_originals_, replayed_last_));
    }
  }

  // The audit that operators run says the same.
  void Audit() {
    auto reader = tools::TopicReader::Open(in_.factory, in_.config);
    if (!reader.ok()) return Violated("audit: " + std::string(reader.status().message()));
    tools::AuditLedger ledger(tools::AuditTopicsOf(in_.config));
    auto report = tools::RunAudit(**reader, in_.config, ledger);
    if (!report.ok()) return Violated("audit: " + std::string(report.status().message()));
    // Copies of what the operator skipped after it was judged: listed on purpose, to be promoted.
    std::erase_if(report->twinless, [&](const tools::Twinless& copy) {
      return skipped_.contains({copy.canonical.partition, copy.canonical.offset});
    });
    if (!report->clean()) Violated("audit: " + tools::JsonOf(*report, false));
  }

  const CheckInput& in_;
  std::map<std::string, uint64_t>& events_;
  const kafka::InternalTopics internal_;
  std::vector<std::string> violations_;
  std::set<Place> skipped_;
  uint64_t replayed_entries_ = 0;
  uint64_t replayed_originals_ = 0;
  int64_t replayed_last_ = -1;
  int64_t replayed_clock_ = 0;
};

}  // namespace

bool AllRead(BrokerModel& broker, const config::v1::Config& config, const std::string& input_topic) {
  const kafka::InternalTopics internal = kafka::InternalTopicsOf(config);
  const auto read = [&](Stage stage, const std::string& topic) {
    std::vector<PartitionOffset> offsets;
    for (const TopicPartition& where : broker.PartitionsOf(topic)) offsets.push_back({where});
    if (!broker.Committed(kafka::GroupOf(config, stage), offsets, true)) return false;
    return std::ranges::all_of(offsets, [&](const PartitionOffset& offset) {
      const PartitionLog& log = *broker.Log(offset.where);
      for (int64_t at = log.high() - 1; at >= std::max(offset.offset, log.low); --at) {
        if (log.At(at)->state == State::kCommitted || log.At(at)->state == State::kOpen) return false;
      }
      return true;
    });
  };
  return read(Stage::kPrepare, input_topic) && read(Stage::kJudge, internal.prepared) &&
         read(Stage::kEnrich, internal.judged);
}

std::vector<std::string> CheckAll(const CheckInput& input, std::map<std::string, uint64_t>& events) {
  return Checker(input, events).Run();
}

}  // namespace newsfeed::simulation
