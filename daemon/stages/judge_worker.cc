#include "daemon/stages/judge_worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/failpoint.h"
#include "daemon/kafka/application.h"
#include "daemon/log.h"
#include "daemon/record_headers.h"
#include "processors/article/to_proto.h"
#include "processors/dedup/entry.h"

namespace newsfeed::stages {
namespace {

using kafka::Publisher;

constexpr absl::Duration kCloseTimeout = absl::Seconds(5);
// How often an owner asks where the changelog ends.
constexpr absl::Duration kNoteEvery = absl::Seconds(60);
// Entries applied in one step.
constexpr int kReadsPerStep = 512;
// A verdict takes a sixth of what prepare and enrich do with a record, a transaction as long as
// theirs.
constexpr size_t kBatches = 4;
// Distance of the places in the changelog that trimming can cut at.
constexpr uint64_t kMarkEvery = 5000;

}  // namespace

JudgeWorker::JudgeWorker(kafka::ClientFactory* factory, const config::v1::Config* config,
                         std::string instance, std::shared_ptr<const dedup::Policy> policy,
                         FlightRecorder::Desk desk)
    : policy_(std::move(policy)),
      skips_(SkipList::Checked(config->skip())),
      desk_(desk),
      judged_topic_(kafka::InternalTopicsOf(*config).judged),
      index_topic_(kafka::InternalTopicsOf(*config).index),
      judge_(std::make_unique<dedup::Judge>(policy_)),
      log_(factory, kafka::ReaderProperties(*config), index_topic_),
      reader_(factory, ReaderOptions(*config, {Stage::kJudge, instance, 0},
                                     {kafka::InternalTopicsOf(*config).prepared})),
      publisher_(factory,
                 PublisherOptions(*config, {Stage::kJudge, instance, 0},
                                  {judged_topic_, index_topic_, config->outputs().dead_letter()})),
      filler_(*config, kBatches),
      records_(*config, OutcomeRecords::Headers::kOurs) {}

Progress JudgeWorker::Step(absl::Time now, absl::Duration may_wait) {
  last_step_ = now;
  if (state_ == State::kClosed) return Progress::kDone;
  if (state_ == State::kFatal) return Progress::kFatal;
  if (draining_ && AtBoundary()) return Close();
  if (finishing_ && AtBoundary()) return Progress::kParked;
  if (backoff_.Waiting(now)) return Progress::kWaiting;
  switch (state_) {
    case State::kOpenLog: return OpenLog(now);
    case State::kCatchUp: return CatchUp(now, may_wait);
    case State::kJoin: return Join(now);
    case State::kStandby: return StandBy(now, may_wait);
    case State::kInit: return Init(now);
    case State::kAskEnd: return AskEnd(now);
    case State::kReadToEnd: return ReadToEnd(now, may_wait);
    case State::kCheck: return Check(now);
    case State::kFill: return Fill(now, may_wait);
    case State::kPublish: return Publish(now);
    case State::kCommitted: return FinishBatch(now);
    case State::kRewind: return Rewind(now);
    case State::kClosed:
    case State::kFatal: break;
  }
  return Progress::kDone;
}

// In office the policy is part of what the next entry says: standbys and successors judge on as we
// do.
bool JudgeWorker::Renew(Renewal& renewal) {
  if (!AtBoundary()) return false;
  policy_ = renewal.policy;
  judge_->SetPolicy(policy_);
  skips_ = SkipList::Checked(renewal.made_of->config.skip());
  filler_ = BatchFiller(renewal.made_of->config, kBatches);
  return true;
}

// --- standing by ------------------------------------------------------------------------------

Progress JudgeWorker::OpenLog(absl::Time now) {
  if (catch_up_begun_ == absl::InfinitePast()) catch_up_begun_ = now;
  if (absl::Status status = log_.Open(); !status.ok()) {
    return NotReady(std::string(status.message()), now);
  }
  // No more than the log holds; ignored where the index has begun.
  judge_->Reserve(std::min(log_.behind(), policy_->max_entries));
  state_ = State::kCatchUp;
  return Progress::kProgress;
}

bool JudgeWorker::ReadLog(absl::Time now, absl::Duration may_wait, Progress& progress) {
  progress = Progress::kProgress;
  for (int reads = 0; reads < kReadsPerStep; ++reads) {
    switch (log_.Read(*judge_, reads == 0 ? may_wait : absl::ZeroDuration())) {
      case IndexLog::Result::kApplied:
        MarkSequence(log_.position(), judge_->index().sequence());
        continue;
      case IndexLog::Result::kNothing:
        if (reads == 0) progress = Progress::kWaiting;
        return true;
      case IndexLog::Result::kGap:
        log::Warn("changelog does not go on where we are: restoring from its start",
                  {{"why", log_.error()}});
        judge_ = std::make_unique<dedup::Judge>(policy_);
        marks_.clear();
        log_.Restart();
        state_ = State::kOpenLog;
        progress = RetryLater(now);
        return false;
      case IndexLog::Result::kUnreadable:
        // Another version writes what we cannot read: never take office, wait for an upgrade.
        log_.Close();
        state_ = State::kOpenLog;
        if (reader_.is_open()) reader_.Close(kCloseTimeout);
        progress = NotReady(log_.error(), now);
        return false;
      case IndexLog::Result::kDead:
        log_.Close();
        state_ = State::kOpenLog;
        progress = RetryLater(now);
        return false;
    }
  }
  return true;
}

Progress JudgeWorker::CatchUp(absl::Time now, absl::Duration may_wait) {
  ServeGroup(now);
  Progress progress;
  if (!ReadLog(now, may_wait, progress)) return progress;
  if (!log_.reached_end()) {
    why_not_ready_ = fmt::format("restoring the index: at {} of {}", log_.position(), log_.end());
    if (!log_.error().empty()) why_not_ready_ += ": " + log_.error();
    return progress;
  }
  judge_->Commit();
  restore_seconds_ = absl::ToDoubleSeconds(now - catch_up_begun_);
  catch_up_begun_ = absl::InfinitePast();
  backoff_.Succeed();
  why_not_ready_.clear();
  log::Info("index restored", {{"entries", std::to_string(judge_->index().size())},
                               {"seconds", fmt::format("{:.2f}", restore_seconds_)}});
  state_ = reader_.is_open() ? State::kStandby : State::kJoin;
  return Progress::kProgress;
}

// A member that does not poll holds up the whole group, also while it restores.
void JudgeWorker::ServeGroup(absl::Time now) {
  if (reader_.is_open() &&
      reader_.Read(batch_, now, absl::ZeroDuration()) == kafka::GroupReader::ReadResult::kDead) {
    reader_.Close(absl::ZeroDuration());
  }
  reader_.TakeRevoked();
}

Progress JudgeWorker::Join(absl::Time now) {
  if (const kafka::Error error = reader_.Open(); !error.ok()) return NotReady(error.message, now);
  backoff_.Succeed();
  why_not_ready_.clear();
  state_ = State::kStandby;
  return Progress::kProgress;
}

Progress JudgeWorker::StandBy(absl::Time now, absl::Duration may_wait) {
  if (reader_.Read(batch_, now, absl::ZeroDuration()) == kafka::GroupReader::ReadResult::kDead) {
    return Leave(reader_.last_error().message, now);
  }
  reader_.TakeRevoked();
  if (!reader_.pending().empty()) {
    log::Info("taking office as the judge", {});
    state_ = State::kInit;
    return Progress::kProgress;
  }
  Progress progress;
  ReadLog(now, std::min(may_wait, absl::Milliseconds(50)), progress);
  return progress;
}

// --- taking over ------------------------------------------------------------------------------

bool JudgeWorker::StillGiven(absl::Time now, Progress& progress) {
  if (reader_.Read(batch_, now, absl::ZeroDuration()) == kafka::GroupReader::ReadResult::kDead) {
    progress = Leave(reader_.last_error().message, now);
    return false;
  }
  if (!reader_.pending().empty()) return true;
  progress = StepDown();
  return false;
}

Progress JudgeWorker::Init(absl::Time now) {
  Progress progress;
  if (!StillGiven(now, progress)) return progress;
  if (publisher_.Step(now) != Publisher::Result::kReady) {
    why_not_ready_ = fmt::format("taking over: {}", publisher_.state());
    if (!publisher_.last_error().ok()) why_not_ready_ += ": " + publisher_.last_error().message;
    return publisher_.waiting(now) ? Progress::kWaiting : Progress::kProgress;
  }
  Failpoint("judge.fenced_predecessor");
  state_ = State::kAskEnd;
  return Progress::kProgress;
}

Progress JudgeWorker::AskEnd(absl::Time now) {
  if (absl::Status status = log_.AskEnd(); !status.ok()) {
    return NotReady(std::string(status.message()), now);
  }
  state_ = State::kReadToEnd;
  return Progress::kProgress;
}

Progress JudgeWorker::ReadToEnd(absl::Time now, absl::Duration may_wait) {
  Progress progress;
  if (!StillGiven(now, progress)) return progress;
  if (!ReadLog(now, std::min(may_wait, absl::Milliseconds(20)), progress)) return progress;
  if (log_.reached_end()) {
    Failpoint("judge.read_to_end");
    judge_->Commit();
    state_ = State::kCheck;
    return Progress::kProgress;
  }
  // Nothing of a fenced owner can be open any more: init ended it.
  why_not_ready_ = fmt::format("taking over: the changelog can be read to {} of {}",
                               log_.position(), log_.end());
  return progress;
}

Progress JudgeWorker::Check(absl::Time now) {
  Progress progress;
  if (!StillGiven(now, progress)) return progress;
  int64_t committed = kafka::kNoOffset;
  if (absl::Status status = reader_.PendingCommitted(committed); !status.ok()) {
    return NotReady(std::string(status.message()), now);
  }
  const int64_t last = judge_->index().last_prepared_offset();
  if (committed != last + 1 && !(committed == kafka::kNoOffset && last < 0)) {
    return NotReady(
        fmt::format("taking over: the changelog ends with the article at {}, but the group has "
                    "committed {}: topic {} or the group's offsets were tampered with",
                    last, committed, index_topic_),
        now);
  }
  const absl::Status status =
      committed == kafka::kNoOffset ? reader_.Assign() : reader_.AssignAt(last + 1);
  if (absl::IsFailedPrecondition(status)) return Fatal(std::string(status.message()));
  if (!status.ok()) return NotReady(std::string(status.message()), now);
  if (!reader_.Partitions().empty()) {
    const PartitionStatus prepared = reader_.Partitions().front();
    desk_.Committed(prepared.topic, prepared.partition, prepared.position);
  }
  ++takeovers_;
  backoff_.Succeed();
  noted_ = now;
  why_not_ready_.clear();
  log_.Close();
  log::Info("in office as the judge", {{"entries", std::to_string(judge_->index().size())},
                                       {"next", std::to_string(last + 1)}});
  state_ = State::kFill;
  return Progress::kProgress;
}

// --- in office --------------------------------------------------------------------------------

Progress JudgeWorker::Fill(absl::Time now, absl::Duration may_wait) {
  if (now - noted_ >= kNoteEvery) NoteOwnEntries(now);
  const size_t limit = std::min(refusals_.limit(), desk_.most_records());
  switch (filler_.Fill(reader_, batch_, limit, now, may_wait)) {
    case BatchFiller::Result::kMore: return Progress::kProgress;
    case BatchFiller::Result::kPending:
      return StepDown();  // given anew: take over from the beginning
    case BatchFiller::Result::kGone:
      return Fatal(
          "the topic of prepared articles does not hold the next one: it was deleted or trimmed by "
          "hand");
    case BatchFiller::Result::kNothing: return Progress::kWaiting;
    case BatchFiller::Result::kRevoked: return StepDown();
    case BatchFiller::Result::kDead: return Leave(reader_.last_error().message, now);
    case BatchFiller::Result::kClosed: break;
  }
  if (desk_.MustSplit(batch_)) {
    state_ = State::kRewind;
    return Progress::kProgress;
  }
  desk_.Begin(batch_);
  const Progress progress = JudgeBatch(now);
  desk_.End();
  return progress;
}

Progress JudgeWorker::JudgeBatch(absl::Time now) {
  batch_.set_now_ms(absl::ToUnixMillis(Wall(now)));
  refusals_.Mark(batch_);
  records_.Begin(batch_, out_);
  for (Article& article : batch_.articles()) {
    if (absl::Status status = JudgeRecord(article); !status.ok()) {
      ++counters_.errors;
      judge_->Rollback();
      return Leave(std::string(status.message()), now);
    }
  }
  in_flight_ = true;
  begun_ = now;
  publisher_.Begin(out_.records, reader_.offsets(), reader_.consumer());
  state_ = State::kPublish;
  return Progress::kProgress;
}

absl::Status JudgeWorker::JudgeRecord(Article& article) {
  const auto source = headers::ReadSource(article.headers);
  const auto sketch = headers::Last(article.headers, headers::kSketch);
  if (skips_.Has(article.origin.topic.name, article.origin.partition.value,
                 article.origin.offset.value) ||
      (source && skips_.Has(source->topic, source->partition, source->offset))) {
    return RejectRecord(article, Reason::kOperatorSkipped, "left out by the operator",
                        source.has_value());
  }
  if (!source || !sketch || article.key.empty()) {
    return RejectRecord(article, Reason::kWrongType,
                        "no prepared article with id, source and sketch", false);
  }
  article.id = article.key;
  dedup::IndexEntry entry = judge_->Consider(
      {.prepared_offset = article.origin.offset.value,
       .sketch = *sketch,
       .origin = {source->topic, {source->partition}, {source->offset}, source->timestamp_ms},
       .id = article.id});
  verdict_.Clear();  // ToProto adds
  ToProto(entry.dedup, verdict_);
  const Header detail[] = {{headers::kVerdictDetail, records_.Serialize(verdict_)}};
  if (article.refusals > 0) {
    // It is nobody's original, and goes back to the judged ones with its verdict.
    article.Reject(Reason::kOutputRefused, article.refused_why);
    article.fate.stage = StageName(Stage::kJudge);
    records_.AddDeadLetter(article, *source,
                           {.late = true, .stub = article.refusals > 1, .more = detail});
    entry.rejected = true;
    return AddEntry(entry);
  }
  records_.AddInternal(judged_topic_, article, *source, article.value, detail);
  ++out_.verdicts[entry.dedup.verdict];
  return AddEntry(entry);
}

absl::Status JudgeWorker::RejectRecord(Article& article, Reason reason, std::string_view detail,
                                       bool prepared) {
  article.Reject(reason, detail);
  article.fate.stage = StageName(Stage::kJudge);
  const Source source = headers::ReadSource(article.headers).value_or(SourceOf(article));
  dedup::IndexEntry entry = judge_->Consider({.prepared_offset = article.origin.offset.value,
                                              .sketch = {}, .origin = {}, .id = {}});
  // A prepared article is no input: it can only go back to the judged ones, as what has no text to
  // be compared.
  verdict_.Clear();
  ToProto(entry.dedup, verdict_);
  const Header detail_header[] = {{headers::kVerdictDetail, records_.Serialize(verdict_)}};
  OutcomeRecords::DeadLetterForm form{.late = prepared, .stub = article.refusals > 1};
  if (prepared) form.more = detail_header;
  records_.AddDeadLetter(article, source, form);
  entry.rejected = true;
  return AddEntry(entry);
}

absl::Status JudgeWorker::AddEntry(const dedup::IndexEntry& entry) {
  dedup::ToProto(entry, entry_);
  const std::string_view value = records_.Serialize(entry_);
  out_.records.push_back(
      {.topic = index_topic_, .partition = 0, .timestamp_ms = batch_.now_ms(), .value = value});
  out_.bytes += value.size();
  return judge_->Insert(entry);
}

Progress JudgeWorker::Publish(absl::Time now) {
  switch (publisher_.Step(now)) {
    case Publisher::Result::kWorking:
    case Publisher::Result::kReady:
      return publisher_.waiting(now) ? Progress::kWaiting : Progress::kProgress;
    case Publisher::Result::kCommitted:
      judge_->Commit();
      reader_.Committed();
      // What lay there before this commit was ours: a commit that passes proves that nobody wrote
      // in between.
      if (noted_end_ > 0) {
        log_.SkipTo(noted_end_);
        MarkSequence(noted_end_, noted_sequence_);
        noted_end_ = 0;
      }
      in_flight_ = false;
      state_ = State::kCommitted;
      return Progress::kProgress;
    case Publisher::Result::kAborted:
      ++counters_.batches_aborted;
      judge_->Rollback();
      in_flight_ = false;
      state_ = State::kRewind;
      if (backoff_.failures() > 0) {
        why_not_ready_ = "verdicts are not taken: " + publisher_.last_error().message;
      }
      return RetryLater(now);
    case Publisher::Result::kRefused:
      ++counters_.batches_aborted;
      judge_->Rollback();
      refusals_.Add(batch_, publisher_.last_error());
      in_flight_ = false;
      state_ = State::kRewind;
      if (!refusals_.stuck()) return Progress::kProgress;
      why_not_ready_ = "verdicts are not taken: " + publisher_.last_error().message;
      return RetryLater(now);
    case Publisher::Result::kUnknown:
    case Publisher::Result::kTakenOver: break;
  }
  ++counters_.batches_aborted;
  judge_->Rollback();
  return Leave(publisher_.last_error().message, now);
}

// A step of its own, so that `now` is after the commit.
Progress JudgeWorker::FinishBatch(absl::Time now) {
  CountBatch(batch_, out_, now - begun_, Wall(now), counters_);
  desk_.Passed(batch_);
  last_commit_ = now;
  refusals_.Settle(batch_);
  batch_.Clear();
  backoff_.Succeed();
  why_not_ready_.clear();
  state_ = State::kFill;
  return Progress::kProgress;
}

Progress JudgeWorker::Rewind(absl::Time now) {
  batch_.Clear();
  // The broker refused something: a producer is made in office. An abort that passed has proved
  // that nobody had fenced us; should another have taken over since, our generation is old and
  // nothing of ours is committed.
  if (!publisher_.ready() && publisher_.Step(now) != Publisher::Result::kReady) {
    return publisher_.waiting(now) ? Progress::kWaiting : Progress::kProgress;
  }
  if (absl::Status status = reader_.Rewind(); !status.ok()) {
    if (backoff_.failures() > 3) return Leave(std::string(status.message()), now);
    return RetryLater(now);
  }
  state_ = State::kFill;
  return Progress::kProgress;
}

void JudgeWorker::NoteOwnEntries(absl::Time now) {
  noted_ = now;
  if (!log_.AskEnd().ok()) return;
  noted_end_ = log_.end();
  noted_sequence_ = judge_->index().sequence();
}

void JudgeWorker::MarkSequence(int64_t index_offset, uint64_t sequence) {
  if (!marks_.empty() && sequence < marks_.back().sequence + kMarkEvery) return;
  marks_.push_back({index_offset, sequence});
  // One before the window is enough.
  while (marks_.size() > 1 && marks_[1].sequence <= OutsideWindow()) marks_.pop_front();
}

// Entries up to this sequence are out of the window.
uint64_t JudgeWorker::OutsideWindow() const {
  const dedup::Index& index = judge_->index();
  // Not every entry is kept in the index: a redelivery only moves the sequence on.
  return index.size() > 0 ? index.oldest().sequence - 1 : index.sequence();
}

// Of the marks before the oldest entry of the window the last; the newest entry is always kept.
int64_t JudgeWorker::trimmable_index_offset() const {
  int64_t offset = 0;
  for (const Mark& mark : marks_) {
    if (mark.sequence > OutsideWindow() || mark.sequence >= judge_->index().sequence()) break;
    offset = mark.offset;
  }
  return offset;
}

// --- leaving ----------------------------------------------------------------------------------

// The partition went to another by the group's rules: nothing of ours is open.
Progress JudgeWorker::StepDown() {
  log::Info("out of office: the partition was taken away", {});
  batch_.Clear();
  publisher_.Drop();
  marks_.clear();
  noted_end_ = 0;
  why_not_ready_ = "follows the changelog to its end";
  state_ = log_.is_open() ? State::kStandby : State::kOpenLog;
  if (log_.is_open()) why_not_ready_.clear();
  return Progress::kProgress;
}

Progress JudgeWorker::Leave(std::string why, absl::Time now) {
  log::Warn("leaving the office of the judge", {{"why", why}});
  why_not_ready_ = "left office: " + why;
  in_flight_ = false;
  batch_.Clear();
  publisher_.Drop();
  reader_.Close(kCloseTimeout);
  log_.Close();
  marks_.clear();
  noted_end_ = 0;
  state_ = State::kOpenLog;
  return RetryLater(now);
}

Progress JudgeWorker::Close() {
  batch_.Clear();
  reader_.Close(kCloseTimeout);
  publisher_.Drop();
  log_.Close();
  state_ = State::kClosed;
  return Progress::kDone;
}

Progress JudgeWorker::Fatal(std::string why) {
  log::Error("worker cannot go on", {{"stage", StageName(Stage::kJudge)}, {"why", why}});
  why_not_ready_ = std::move(why);
  state_ = State::kFatal;
  return Progress::kFatal;
}

Progress JudgeWorker::NotReady(std::string why, absl::Time now) {
  if (why != why_not_ready_) log::Warn("judge is not ready", {{"why", why}});
  why_not_ready_ = std::move(why);
  return RetryLater(now);
}

void JudgeWorker::FillStatus(WorkerStatus& status) const {
  JudgeStatus judge;
  FillJudge(judge);
  status.stage = StageName(Stage::kJudge);
  status.state = OfficeName(judge.office);
  status.detail = why_not_ready_;
  status.ready = why_not_ready_.empty() && (reader_.joined() || state_ == State::kStandby);
  status.last_step = last_step_;
  status.last_commit = last_commit_;
  status.counters = counters_;
  FillStatusOf(reader_, publisher_, status);
}

bool JudgeWorker::FillJudge(JudgeStatus& status) const {
  using Office = JudgeStatus::Office;
  status.office = owner()                    ? Office::kOwner
                  : state_ >= State::kInit   ? Office::kTakingOver
                  : state_ == State::kStandby ? Office::kStandby
                                             : Office::kCatchingUp;
  if (state_ == State::kClosed || state_ == State::kFatal) status.office = Office::kCatchingUp;
  const dedup::Index& index = judge_->index();
  status.why_not_ready = why_not_ready_;
  status.entries = index.size();
  status.originals = index.store().originals();
  status.index_bytes = index.reserved_bytes();
  status.clock_ms = index.clock_ms();
  if (index.size() > 0) status.oldest_ms = index.oldest().time_ms;
  status.last_prepared_offset = index.last_prepared_offset();
  status.index_position = log_.position();
  status.index_end = log_.end();
  status.restore_seconds = restore_seconds_;
  status.takeovers = takeovers_;
  status.compared = judge_->probe().compared;
  status.repeated = judge_->probe().repeated;
  status.evicted_by_cap = index.probe().evicted_by_cap;
  status.evicted_by_window = index.probe().evicted_by_window;
  return true;
}

}  // namespace newsfeed::stages
