#include "daemon/ordered_stages.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace newsfeed {
namespace {

// A batch goes through these in order; the step named is the next to be done.
enum class Step { kFill, kPrepare, kJudge, kEnrich, kWrite };
constexpr size_t kSteps = 5;

constexpr bool InOrder(Step step) { return step != Step::kPrepare && step != Step::kEnrich; }

struct Slot {
  Batch batch;
  EncodedOutcomes outcomes;
  Step next = Step::kFill;
  bool busy = false;
};

class OrderedStages {
 public:
  OrderedStages(const StageFunctions& stages, size_t threads, const std::atomic<bool>& stop)
      : stages_(stages), stop_(stop), slots_(2 * threads + 1) {}

  void Work(size_t worker) {
    std::unique_lock lock(mutex_);
    while (true) {
      std::optional<Task> task;
      changed_.wait(lock, [&] {
        task = Pick();
        return task.has_value() || Finished();
      });
      if (!task) return;
      Slot& slot = slots_[task->ordinal % slots_.size()];
      slot.busy = true;
      if (InOrder(task->step)) in_order_[static_cast<size_t>(task->step)].busy = true;
      lock.unlock();
      const absl::StatusOr<bool> done = Do(task->step, slot, worker);
      lock.lock();
      slot.busy = false;
      Advance(*task, slot, done);
      changed_.notify_all();
    }
  }

  // To be called when all workers have ended.
  const absl::Status& status() const { return status_; }

 private:
  struct Task {
    uint64_t ordinal;  // of the batch
    Step step;
  };
  // A step that is done in the order of the batches.
  struct Turn {
    uint64_t next = 0;  // ordinal of the batch whose turn it is
    bool busy = false;
  };

  Turn& turn(Step step) {
    return in_order_[static_cast<size_t>(step)];
  }

  // The most advanced work first.
  std::optional<Task> Pick() {
    if (!status_.ok()) return std::nullopt;
    for (Step step : {Step::kWrite, Step::kEnrich, Step::kJudge, Step::kPrepare}) {
      if (InOrder(step)) {
        if (IsNext(step)) return Task{turn(step).next, step};
        continue;
      }
      // Batches before the one to be written are through, those from `fill` on not yet there.
      for (uint64_t i = turn(Step::kWrite).next; i < turn(Step::kFill).next; ++i) {
        const Slot& slot = slots_[i % slots_.size()];
        if (slot.next == step && !slot.busy) return Task{i, step};
      }
    }
    const Turn& fill = turn(Step::kFill);
    const bool room = fill.next < turn(Step::kWrite).next + slots_.size();
    if (room && !fill.busy && !ended_ && !stop_.load()) return Task{fill.next, Step::kFill};
    return std::nullopt;
  }

  bool IsNext(Step step) {
    const Turn& its_turn = turn(step);
    if (its_turn.busy || its_turn.next >= turn(Step::kFill).next) return false;
    const Slot& slot = slots_[its_turn.next % slots_.size()];
    return slot.next == step && !slot.busy;
  }

  bool Finished() {
    if (!status_.ok()) return true;
    const Turn& fill = turn(Step::kFill);
    return (ended_ || stop_.load()) && !fill.busy && turn(Step::kWrite).next == fill.next;
  }

  absl::StatusOr<bool> Do(Step step, Slot& slot, size_t worker) {
    absl::Status status;
    switch (step) {
      case Step::kFill: return stages_.fill(slot.batch);
      case Step::kPrepare: status = stages_.prepare(slot.batch, worker); break;
      case Step::kJudge: status = stages_.judge(slot.batch); break;
      case Step::kEnrich: status = stages_.enrich(slot.batch, slot.outcomes, worker); break;
      case Step::kWrite:
        status = stages_.write(slot.batch, slot.outcomes);
        slot.batch.Clear();
        slot.outcomes.Clear();
        break;
    }
    if (!status.ok()) return status;
    return true;
  }

  void Advance(const Task& task, Slot& slot, const absl::StatusOr<bool>& done) {
    if (InOrder(task.step)) turn(task.step).busy = false;
    if (!done.ok()) {
      if (status_.ok()) status_ = done.status();
      return;
    }
    if (!*done) {
      ended_ = true;
      return;
    }
    slot.next = static_cast<Step>((static_cast<size_t>(task.step) + 1) % kSteps);
    if (InOrder(task.step)) ++turn(task.step).next;
  }

  const StageFunctions& stages_;
  const std::atomic<bool>& stop_;
  // Not absl::Mutex: Debian's is built without the annotations by which ThreadSanitizer knows it.
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_, but for a slot's batch and outcomes, which belong to whoever set `busy`.
  std::vector<Slot> slots_;
  std::array<Turn, kSteps> in_order_;
  bool ended_ = false;
  absl::Status status_;
};

}  // namespace

absl::Status RunOrderedStages(const StageFunctions& stages, size_t threads,
                              const std::atomic<bool>& stop) {
  OrderedStages ordered(stages, threads, stop);
  std::vector<std::thread> others;
  for (size_t worker = 1; worker < threads; ++worker) {
    others.emplace_back([&ordered, worker] { ordered.Work(worker); });
  }
  ordered.Work(0);
  for (std::thread& thread : others) thread.join();
  return ordered.status();
}

}  // namespace newsfeed
