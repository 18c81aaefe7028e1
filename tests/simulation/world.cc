#include "tests/simulation/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/kafka/application.h"
#include "daemon/kafka/start_positions.h"
#include "daemon/kafka/trimmer.h"
#include "daemon/stages/hop_worker.h"
#include "daemon/stages/judge_worker.h"
#include "processors/dedup/policy.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/workload.h"

namespace newsfeed::simulation {
namespace {

constexpr int64_t kBeginMs = 1'800'000'000'000;
constexpr char kInput[] = "raw";

// What a seed decides beside the order of steps.
struct Plan {
  explicit Plan(Random& random) {
    instances = 1 + random.Below(3);
    workers = 1 + random.Below(2);
    input_partitions = 1 + random.Below(3);
    judged_partitions = 1 + random.Below(2);
    records = 8 + random.Below(30);
    batch = 1 + random.Below(8);
    at_least_once = random.OneIn(6);
    eager = random.OneIn(4);
    is_static = !eager && random.OneIn(5);
    max_entries = random.OneIn(3) ? 4 + random.Below(12) : 100'000;
    keep_records = random.Below(12);
    constexpr size_t kRates[] = {0, 200, 60, 25, 12};
    call_fault = kRates[random.Below(std::size(kRates))];
    crash = kRates[random.Below(std::size(kRates))] * 4;
    event = 20 + random.Below(200);
    chaos_steps = 300 + random.Below(1500);
    enriched_bytes = random.OneIn(2) ? 4500 : SIZE_MAX;
    prepared_bytes = random.OneIn(5) ? 7000 : SIZE_MAX;
    judged_bytes = random.OneIn(8) ? 7300 : SIZE_MAX;
    dead_letter_bytes = random.OneIn(3) ? 3000 : SIZE_MAX;
    skips = random.OneIn(6);
  }
  size_t instances, workers, input_partitions, judged_partitions, records, batch;
  bool at_least_once, eager, is_static;
  size_t max_entries, keep_records;
  size_t call_fault, crash;  // one in so many calls; 0: none
  size_t event;              // one in so many steps
  size_t chaos_steps;
  size_t enriched_bytes, prepared_bytes, judged_bytes, dead_letter_bytes;
  bool skips;  // one record of each topic that is read
};

config::v1::Config ConfigOf(const Plan& plan) {
  config::v1::Config config;
  config.mutable_pipeline()->add_processors("decode");
  config.mutable_pipeline()->add_processors("dedup");
  config.mutable_kafka()->add_bootstrap("model:1");
  config.add_inputs()->set_topic(kInput);
  config.mutable_batch()->set_max_records(static_cast<uint32_t>(plan.batch));
  config.mutable_dedup()->set_max_entries(static_cast<uint32_t>(plan.max_entries));
  config.mutable_internal()->set_keep_records(static_cast<uint32_t>(plan.keep_records));
  if (plan.at_least_once) config.mutable_delivery()->set_guarantee(config::v1::Delivery::AT_LEAST_ONCE);
  if (plan.eager) (*config.mutable_kafka()->mutable_properties())["partition.assignment.strategy"] = "range";
  config.mutable_kafka()->set_static_membership(plan.is_static);
  if (plan.skips) {
    const kafka::InternalTopics internal = kafka::InternalTopicsOf(config);
    for (const auto& place : {fmt::format("{}:0:1", kInput), internal.prepared + ":0:3", internal.judged + ":0:2"}) {
      config.add_skip(place);
    }
  }
  return config;
}

class World : private Faults {
 public:
  World(const ScheduleOptions& options, Coverage& coverage)
      : random_(options.seed * 0x9e3779b97f4a7c15ull + 1),
        plan_(random_),
        loaded_(std::make_shared<const LoadedConfig>(LoadedConfig{ConfigOf(plan_), {}})),
        config_(loaded_->config),
        trace_(options.trace),
        coverage_(coverage),
        broker_(&random_),
        workload_(&random_) {
    const auto& outputs = config_.outputs();
    const kafka::InternalTopics internal = kafka::InternalTopicsOf(config_);
    broker_.CreateTopic(kInput, static_cast<int>(plan_.input_partitions));
    broker_.CreateTopic(internal.prepared, 1, plan_.prepared_bytes);
    broker_.CreateTopic(internal.judged, static_cast<int>(plan_.judged_partitions), plan_.judged_bytes);
    broker_.CreateTopic(internal.index, 1);
    broker_.CreateTopic(outputs.enriched(), 2, plan_.enriched_bytes);
    broker_.CreateTopic(outputs.duplicates(), 2);
    broker_.CreateTopic(outputs.filtered(), 1);
    broker_.CreateTopic(outputs.dead_letter(), 2, plan_.dead_letter_bytes);
    policy_ = *dedup::MakePolicy(config_.dedup());
    for (size_t i = 0; i < plan_.instances; ++i) instances_.push_back({.name = fmt::format("i{}", i)});
    Note(fmt::format("{} instances, {} workers, {} records, batches of {}, cap {}{}{}{}", plan_.instances,
                     plan_.workers, plan_.records, plan_.batch, plan_.max_entries, plan_.at_least_once ? ", at least once" : "",
                     plan_.eager ? ", eager" : "", plan_.is_static ? ", static members" : ""));
  }

  ScheduleOutcome Run() {
    for (size_t i = 0; i < plan_.chaos_steps && outcome_.violations.empty(); ++i) {
      if (random_.OneIn(plan_.chaos_steps / plan_.records + 1)) ProduceInput();
      if (random_.OneIn(plan_.event)) SomethingHappens();
      Step();
    }
    if (outcome_.violations.empty()) Heal();
    if (outcome_.violations.empty()) Settle();
    if (outcome_.violations.empty()) Drain();
    if (outcome_.violations.empty()) Check();
    outcome_.records = inputs_.size();
    coverage_.events["transactions committed"] += broker_.commits();
    coverage_.events["transactions aborted"] += broker_.aborts();
    return std::move(outcome_);
  }

 private:
  struct Instance {
    std::string name;
    std::unique_ptr<ModelFactory> factory{};  // outlives the workers
    std::vector<std::unique_ptr<stages::Worker>> workers{};
    std::vector<std::unique_ptr<stages::Renewal>> renewals{};  // one a worker; null: none waits
    stages::JudgeWorker* judge = nullptr;
    bool started = false;  // has workers
    absl::Time paused_until = absl::InfinitePast();
    absl::Time down_until = absl::InfinitePast();
    bool alive() const { return factory != nullptr; }
  };

  // --- Faults ---
  Fault Draw(Call call) override {
    Fault fault = Fault::kNone;
    // Polls are many, trimming and closing are few.
    const auto one_in = [call](size_t calls) {
      if (call == Call::kPoll) return calls * 10;
      return call == Call::kDeleteRecords || call == Call::kClose ? (calls + 7) / 8 : calls;
    };
    if (chaos_ && random_.OneIn(one_in(plan_.crash))) {
      fault = random_.OneIn(2) ? Fault::kCrashBefore : Fault::kCrashAfter;
    } else if (chaos_ && random_.OneIn(one_in(plan_.call_fault))) {
      fault = static_cast<Fault>(3 + random_.Below(kFaults - 3));
      if (!Possible(call, fault)) fault = Fault::kNone;
    }
    ++coverage_.calls[static_cast<size_t>(call)][static_cast<size_t>(fault)];
    last_call_ = call;
    if (trace_ && (fault != Fault::kNone || call != Call::kPoll)) {
      Note(fmt::format("{} {}: {}", stepping_, CallName(call), FaultName(fault)));
    }
    return fault;
  }
  void Note(const std::string& event) override {
    if (!trace_) return;
    outcome_.trace.push_back(fmt::format("{:8.3f} {}", absl::ToDoubleSeconds(now_ - Begin()), event));
  }
  void Count(const char* what) override { ++coverage_.events[what]; }
  static absl::Time Begin() { return absl::FromUnixMillis(kBeginMs); }

  void Happened(const char* what, const Instance& instance) {
    for (const auto& worker : instance.workers) {
      WorkerStatus status;
      worker->FillStatus(status);
      ++coverage_.states[status.stage + ": " + status.state][what];
    }
    Note(fmt::format("{} {}", instance.name, what));
  }

  // --- what goes on ---
  void ProduceInput() {
    if (inputs_.size() >= plan_.records) return;
    const Spec spec = workload_.Next();
    StoredRecord record;
    record.timestamp_ms = absl::ToUnixMillis(now_);
    record.key = spec.id;
    if (spec.kind != Spec::Kind::kTombstone) record.value = spec.value;
    const auto partition = static_cast<int32_t>(random_.Below(plan_.input_partitions));
    const TopicPartition where{kInput, partition};
    inputs_[{partition, broker_.Log(where)->high()}] = spec;
    broker_.Append(where, std::move(record));
  }

  void Start(Instance& instance) {
    instance.factory = std::make_unique<ModelFactory>(&broker_, static_cast<Faults*>(this), &random_);
    instance.started = false;
    Note(instance.name + " starts");
  }

  // As `run` does before its workers.
  void MakeWorkers(Instance& instance) {
    const absl::Status begun = kafka::CommitStartPositions(*instance.factory, config_);
    if (absl::IsFailedPrecondition(begun)) Violated(fmt::format("start is refused: {}", std::string(begun.message())));
    if (!begun.ok()) return;
    const stages::HopContext context{&loaded_->config, &loaded_->data};
    for (size_t i = 0; i < plan_.workers; ++i) {
      instance.workers.push_back(std::make_unique<stages::HopWorker>(
          instance.factory.get(), config_, stages::WorkerName{Stage::kPrepare, instance.name, i},
          std::vector<std::string>{kInput}, *stages::CreatePrepareHop(context)));
      instance.workers.push_back(std::make_unique<stages::HopWorker>(
          instance.factory.get(), config_, stages::WorkerName{Stage::kEnrich, instance.name, i},
          std::vector<std::string>{kafka::InternalTopicsOf(config_).judged}, *stages::CreateEnrichHop(context)));
    }
    auto judge = std::make_unique<stages::JudgeWorker>(instance.factory.get(), &config_, instance.name, policy_);
    instance.judge = judge.get();
    instance.workers.push_back(std::move(judge));
    instance.renewals.resize(instance.workers.size());
    instance.started = true;
  }

  void Crash(Instance& instance) {
    if (!instance.alive()) return;
    Happened("crashed", instance);
    ++coverage_.events["crashes"];
    instance.factory->Kill();
    instance.workers.clear();
    instance.renewals.clear();
    instance.judge = nullptr;
    instance.factory.reset();
    instance.started = false;
    instance.down_until = now_ + absl::Milliseconds(random_.OneIn(2) ? random_.Below(500) : random_.Below(20'000));
  }

  Instance& AnyInstance() { return instances_[random_.Below(instances_.size())]; }

  void SomethingHappens() {
    Instance& instance = AnyInstance();
    switch (random_.Below(9)) {
      case 0: Crash(instance); break;
      case 1: Pause(instance); break;
      case 2:
        for (const Instance& each : instances_) Happened("broker down", each);
        ++coverage_.events["broker restarts"];
        broker_.GoDown(absl::Milliseconds(random_.Below(15'000)));
        break;
      case 3: {
        const std::vector<std::string> groups = broker_.GroupNames();
        if (groups.empty() || broker_.down()) break;
        for (const Instance& each : instances_) Happened("partitions moved", each);
        ++coverage_.events["partitions moved"];
        broker_.Shuffle(groups[random_.Below(groups.size())]);
        break;
      }
      case 4:
        ++coverage_.events["time passes"];
        for (int i = 0; i < 10; ++i) Tick(absl::Milliseconds(random_.Below(4000)));
        break;
      case 5:
        if (broker_.late_pending()) ++coverage_.events["late requests"];
        broker_.DeliverSomeLate();
        break;
      case 7: Reload(instance); break;
      default: Trim(instance); break;
    }
  }

  void Pause(Instance& instance) {
    if (!instance.alive()) return;
    Happened("paused", instance);
    ++coverage_.events["pauses"];
    instance.paused_until = now_ + absl::Milliseconds(random_.Below(50'000));
  }

  // The worst moments: to stand still with all but the commit done, and to come back while another takes over.
  void PauseOrWake(Instance& instance, const stages::Worker& worker) {
    if (last_call_ == Call::kSendOffsets && random_.OneIn(25)) Pause(instance);
    JudgeStatus status;
    if (&worker != instance.judge || !random_.OneIn(8) || !worker.FillJudge(status)) return;
    if (status.office != JudgeStatus::Office::kTakingOver) return;
    for (Instance& other : instances_) {
      if (!Paused(other) || !other.alive()) continue;
      ++coverage_.events["came back while another takes over"];
      other.paused_until = now_;
    }
  }

  // The same configuration once more: what changes is that hops are swapped.
  void Reload(Instance& instance) {
    if (!instance.started || Paused(instance)) return;
    ++coverage_.events["reloads"];
    const stages::HopContext context{&loaded_->config, &loaded_->data};
    for (size_t i = 0; i < instance.workers.size(); ++i) {
      WorkerStatus status;
      instance.workers[i]->FillStatus(status);
      auto renewal = std::make_unique<stages::Renewal>(stages::Renewal{loaded_, nullptr, policy_});
      if (status.stage == StageName(Stage::kPrepare)) renewal->hop = *stages::CreatePrepareHop(context);
      if (status.stage == StageName(Stage::kEnrich)) renewal->hop = *stages::CreateEnrichHop(context);
      instance.renewals[i] = std::move(renewal);
    }
  }

  void Trim(Instance& instance) {
    if (instance.judge == nullptr || Paused(instance)) return;
    JudgeStatus status;
    instance.judge->FillJudge(status);
    if (status.office != JudgeStatus::Office::kOwner) return;
    ++coverage_.events["trimmings"];
    Guarded(instance, [&] {
      const std::atomic<bool> stop = false;
      kafka::TrimInternalTopics(*instance.factory, config_, instance.judge->trimmable_index_offset(), stop)
          .IgnoreError();
    });
  }

  bool Paused(const Instance& instance) const { return now_ < instance.paused_until; }

  void Tick(absl::Duration time) {
    now_ += time;
    for (Instance& instance : instances_) {
      if (instance.alive() && !Paused(instance) && !broker_.down()) instance.factory->Beat();
    }
    broker_.SetNow(now_);
  }

  template <typename Work>
  void Guarded(Instance& instance, Work work) {
    stepping_ = instance.name;
    try {
      work();
    } catch (const CrashNow&) {
      Crash(instance);
    }
  }

  void Step() {
    ++outcome_.steps;
    if (random_.OneIn(chaos_ ? 4 : 1)) broker_.WriteSomeMarker();
    if (broker_.late_pending() && random_.OneIn(30)) broker_.DeliverSomeLate();
    Instance& instance = AnyInstance();
    absl::Duration passes = absl::Milliseconds(1);
    if (!instance.alive()) {
      if (now_ >= instance.down_until) Start(instance);
    } else if (!Paused(instance) && !instance.started) {
      Guarded(instance, [&] { MakeWorkers(instance); });
      if (instance.alive() && !instance.started) {
        passes = absl::Milliseconds(500);
        instance.workers.clear();
      }
    } else if (!Paused(instance)) {
      const size_t number = random_.Below(instance.workers.size());
      stages::Worker& worker = *instance.workers[number];
      auto& renewal = instance.renewals[number];
      if (renewal != nullptr && worker.Renew(*renewal)) {
        renewal.reset();
        ++coverage_.events["workers renewed"];
      }
      last_call_ = Call::kCount;
      Guarded(instance, [&] {
        const stages::Progress progress = worker.Step(now_, absl::ZeroDuration());
        if (chaos_) PauseOrWake(instance, worker);
        if (progress == stages::Progress::kWaiting) passes = absl::Milliseconds(5 + random_.Below(60));
        if (progress == stages::Progress::kFatal) Fatal(instance, worker);
      });
    }
    Tick(passes);
  }

  // A process that gives up is started again, as systemd does; on a model without rivals it may only be fenced by
  // its own predecessor.
  void Fatal(Instance& instance, const stages::Worker& worker) {
    WorkerStatus status;
    worker.FillStatus(status);
    ++coverage_.events["gave up"];
    Note(fmt::format("{} gives up: {}", instance.name, status.detail));
    if (status.detail.find("internal topic") != std::string::npos) Violated("gave up: " + status.detail);
    Crash(instance);
  }

  // --- the end ---
  void Heal() {
    chaos_ = false;
    Note("healed");
    while (inputs_.size() < plan_.records) ProduceInput();
    broker_.GoDown(absl::ZeroDuration());
    for (Instance& instance : instances_) {
      instance.paused_until = std::min(instance.paused_until, now_);
      instance.down_until = std::min(instance.down_until, now_);
    }
  }

  bool AllDone() {
    if (broker_.late_pending() || broker_.markers_pending()) return false;
    for (const Instance& instance : instances_) {
      if (!instance.started) return false;
    }
    owner_.reset();
    int owners = 0;
    for (const Instance& instance : instances_) {
      JudgeStatus status;
      instance.judge->FillJudge(status);
      if (status.office != JudgeStatus::Office::kOwner) continue;
      owner_ = status;
      ++owners;
    }
    return owners == 1 && AllRead(broker_, config_, kInput);
  }

  // Within session and transaction timeouts, some seconds, and what each record may cost that is refused four times
  // by steps of workers that take turns.
  void Settle() {
    const absl::Time end = now_ + absl::Seconds(240) + absl::Seconds(20) * plan_.records;
    // Who slept in office says that he holds it until he polls: all have their turns once everything is done.
    constexpr int kRounds = 3;
    for (int done = 0; done < kRounds; done = AllDone() ? done + 1 : 0) {
      for (int i = 0; i < 30; ++i) Step();
      if (now_ > end) {
        std::string what = "no progress after healing:";
        for (const Instance& instance : instances_) {
          for (const auto& worker : instance.workers) {
            WorkerStatus status;
            worker->FillStatus(status);
            what += fmt::format(" {} {} {} [{}]", instance.name, status.stage, status.state, status.detail);
          }
        }
        return Violated(what);
      }
      if (!outcome_.violations.empty()) return;
    }
  }

  void Drain() {
    const uint64_t aborts = broker_.aborts();
    // As App does: all finish before the first leaves its group.
    StepAll(&stages::Worker::Finish, stages::Progress::kParked);
    StepAll(&stages::Worker::Drain, stages::Progress::kDone);
    broker_.WriteAllMarkers();
    if (broker_.aborts() != aborts) Violated("a drain without faults aborted a transaction");
  }

  void StepAll(void (stages::Worker::*tell)(), stages::Progress until) {
    const absl::Time end = now_ + absl::Seconds(30);
    for (Instance& instance : instances_) {
      for (const auto& worker : instance.workers) ((*worker).*tell)();
    }
    for (Instance& instance : instances_) {
      for (const auto& worker : instance.workers) {
        while (worker->Step(now_, absl::ZeroDuration()) != until) {
          Tick(absl::Milliseconds(5));
          if (now_ > end) return Violated("does not drain");
        }
      }
    }
  }

  void Check() {
    ModelFactory factory(&broker_, this, &random_);
    const CheckInput input{.broker = broker_,
                           .factory = factory,
                           .config = config_,
                           .policy = policy_,
                           .input_topic = kInput,
                           .specs = inputs_,
                           .owner = *owner_,
                           .exactly_once = !plan_.at_least_once};
    for (std::string& violation : CheckAll(input, coverage_.events)) Violated(std::move(violation));
  }

  void Violated(std::string what) {
    Note("VIOLATED " + what);
    outcome_.violations.push_back(std::move(what));
  }

  Random random_;
  const Plan plan_;
  const std::shared_ptr<const LoadedConfig> loaded_;
  const config::v1::Config& config_;
  const bool trace_;
  Coverage& coverage_;
  BrokerModel broker_;
  Workload workload_;
  std::shared_ptr<const dedup::Policy> policy_;
  absl::Time now_ = Begin();
  bool chaos_ = true;
  std::string stepping_;
  Call last_call_ = Call::kCount;
  SpecMap inputs_;
  std::vector<Instance> instances_;
  std::optional<JudgeStatus> owner_;
  ScheduleOutcome outcome_;
};

}  // namespace

ScheduleOutcome RunSchedule(const ScheduleOptions& options, Coverage& coverage) {
  return World(options, coverage).Run();
}

// What must have happened, to somebody at some time.
constexpr const char* kStates[] = {
    "prepare: making a producer", "prepare: initialising transactions", "prepare: asking for topics",
    "prepare: joining the group", "prepare: reading", "prepare: processing", "prepare: beginning a transaction",
    "prepare: producing", "prepare: sending offsets", "prepare: flushing", "prepare: committing", "prepare: aborting",
    "prepare: committed", "prepare: rewinding", "enrich: making a producer", "enrich: initialising transactions",
    "enrich: asking for topics", "enrich: joining the group", "enrich: reading", "enrich: processing",
    "enrich: beginning a transaction", "enrich: producing", "enrich: sending offsets", "enrich: flushing",
    "enrich: committing", "enrich: aborting", "enrich: committed", "enrich: rewinding", "judge: catching up",
    "judge: standby", "judge: taking over", "judge: owner"};
constexpr const char* kEvents[] = {
    "broker restarts", "came back while another takes over", "crashes", "late requests", "offsets of an old generation",
    "partitions lost", "partitions moved", "partitions revoked", "pauses", "producer fenced",
    "records fetched again", "refused by the judge", "refused records", "reloads", "skipped records",
    "stubs", "time passes", "transactions aborted", "transactions committed", "trimmings",
    "verdicts DUPLICATE", "verdicts UNIQUE", "verdicts UPDATE", "workers renewed"};

// --- coverage ---------------------------------------------------------------------------------

void Coverage::Add(const Coverage& other) {
  for (size_t c = 0; c < kCalls; ++c) {
    for (size_t f = 0; f < kFaults; ++f) calls[c][f] += other.calls[c][f];
  }
  for (const auto& [state, events_of] : other.states) {
    for (const auto& [what, count] : events_of) states[state][what] += count;
  }
  for (const auto& [what, count] : other.events) events[what] += count;
}

std::vector<std::string> Coverage::Zeros() const {
  std::vector<std::string> zeros;
  for (size_t c = 0; c < kCalls; ++c) {
    for (size_t f = 0; f < kFaults; ++f) {
      const auto call = static_cast<Call>(c);
      const auto fault = static_cast<Fault>(f);
      if (Possible(call, fault) && calls[c][f] == 0) {
        zeros.push_back(fmt::format("{}: {}", CallName(call), FaultName(fault)));
      }
    }
  }
  for (const char* state : kStates) {
    for (const char* what : {"crashed", "paused", "broker down", "partitions moved"}) {
      const auto found = states.find(state);
      if (found == states.end() || !found->second.contains(what)) zeros.push_back(fmt::format("{}: {}", state, what));
    }
  }
  for (const char* event : kEvents) {
    const auto found = events.find(event);
    if (found == events.end() || found->second == 0) zeros.push_back(event);
  }
  return zeros;
}

std::string Coverage::Table() const {
  std::string out = fmt::format("{:<18}", "call");
  for (size_t f = 0; f < kFaults; ++f) out += fmt::format("{:>14}", FaultName(static_cast<Fault>(f)));
  out += "\n";
  for (size_t c = 0; c < kCalls; ++c) {
    out += fmt::format("{:<18}", CallName(static_cast<Call>(c)));
    for (size_t f = 0; f < kFaults; ++f) {
      out += Possible(static_cast<Call>(c), static_cast<Fault>(f)) ? fmt::format("{:>14}", calls[c][f])
                                                                    : fmt::format("{:>14}", "-");
    }
    out += "\n";
  }
  out += "\nstate of a worker                    crashed      paused broker down  partitions moved\n";
  for (const auto& [state, events_of] : states) {
    const auto count = [&](const char* what) {
      const auto found = events_of.find(what);
      return found == events_of.end() ? 0 : found->second;
    };
    out += fmt::format("{:<34}{:>10}{:>12}{:>12}{:>18}\n", state, count("crashed"), count("paused"),
                       count("broker down"), count("partitions moved"));
  }
  out += "\n";
  for (const auto& [what, count] : events) out += fmt::format("{:<34}{:>10}\n", what, count);
  return out;
}

}  // namespace newsfeed::simulation
