#include "daemon/flight_recorder.h"

#include <absl/cleanup/cleanup.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string_view>

namespace newsfeed {
namespace {

constexpr std::array<char, 16> kMagic = {'n', 'e', 'w', 's', 'f', 'e', 'e', 'd',
                                         ' ', 'f', 'l', 'i', 'g', 'h', 't', '1'};
constexpr size_t kTopicBytes = 256;  // Kafka allows 249

// As it lies in the file.
struct StoredRange {
  int64_t first;
  int64_t last;
  int32_t partition;
  uint32_t deaths;
  char topic[kTopicBytes];

  void Set(std::string_view name, int32_t of, int64_t from, int64_t to, uint32_t count) {
    first = from;
    last = to;
    partition = of;
    deaths = count;
    const size_t size = std::min(name.size(), kTopicBytes - 1);
    std::memcpy(topic, name.data(), size);
    topic[size] = 0;
  }
  // False: it cannot have been written by us.
  bool sound() const {
    return topic[0] != 0 && std::memchr(topic, 0, kTopicBytes) != nullptr && partition >= 0 &&
           first >= 0 && last >= first;
  }
};

absl::Status NotKept(const std::string& path, std::string_view what) {
  return absl::UnavailableError(fmt::format("{}: {}: {}", path, what, std::strerror(errno)));
}

bool Touch(const Suspect& suspect, std::string_view topic, int32_t partition, int64_t first,
           int64_t last) {
  return suspect.topic == topic && suspect.partition == partition && suspect.first <= last &&
         first <= suspect.last;
}

}  // namespace

std::string ToString(const Suspect& suspect) {
  std::string text = fmt::format("{}:{}:{}", suspect.topic, suspect.partition, suspect.first);
  if (suspect.last > suspect.first) text += fmt::format(" to {}", suspect.last);
  return text;
}

struct FlightRecorder::File {
  struct Slot {
    uint32_t ranges;  // in hand; 0: nothing
    uint32_t unused;
    StoredRange range[kMaxRanges];
  };
  std::array<char, 16> magic;
  uint64_t suspects;
  StoredRange suspect[kMaxSuspects];
  Slot slot[kMaxDesks];
};

absl::StatusOr<std::unique_ptr<FlightRecorder>> FlightRecorder::Open(const std::string& path,
                                                                     bool* fresh) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return NotKept(path, "cannot be opened");
  absl::Cleanup close_it = [&] { close(descriptor); };
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) return NotKept(path, "another process has it");
  struct stat found {};
  if (fstat(descriptor, &found) != 0) return NotKept(path, "cannot be read");
  const bool sized = found.st_size == static_cast<off_t>(sizeof(File));
  // Another's is emptied first: nothing of it is to be taken for ours.
  if (!sized && (ftruncate(descriptor, 0) != 0 || ftruncate(descriptor, sizeof(File)) != 0)) {
    return NotKept(path, "cannot be made");
  }
  // Now, not by SIGBUS when a mark is set on a full disk.
  if (const int error = posix_fallocate(descriptor, 0, sizeof(File)); error != 0) {
    errno = error;
    return NotKept(path, "cannot be made");
  }
  void* mapped = mmap(nullptr, sizeof(File), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (mapped == MAP_FAILED) return NotKept(path, "cannot be mapped");
  auto* file = static_cast<File*>(mapped);
  const bool ours = file->magic == kMagic;
  if (!ours) std::memset(mapped, 0, sizeof(File));
  if (fresh != nullptr) *fresh = !ours && found.st_size > 0;
  file->magic = kMagic;
  std::move(close_it).Cancel();
  std::unique_ptr<FlightRecorder> recorder(new FlightRecorder(descriptor, file));
  recorder->TakeOverMarks();
  return recorder;
}

FlightRecorder::~FlightRecorder() {
  munmap(file_, sizeof(File));
  close(descriptor_);
}

// A mark within a suspect narrows it down: the same record, once more.
void FlightRecorder::TakeOverMarks() {
  const std::lock_guard lock(mutex_);
  const auto known =
      std::span(file_->suspect).first(std::min<size_t>(file_->suspects, kMaxSuspects));
  std::vector<Suspect> before;
  for (const StoredRange& range : known) {
    if (range.sound()) {
      before.push_back({range.topic, range.partition, range.first, range.last, range.deaths});
    }
  }
  for (File::Slot& slot : file_->slot) {
    for (const StoredRange& range :
         std::span(slot.range).first(std::min<size_t>(slot.ranges, kMaxRanges))) {
      if (!range.sound()) continue;
      Suspect now{range.topic, range.partition, range.first, range.last, 0};
      for (const Suspect& suspect : before) {
        if (Touch(suspect, now.topic, now.partition, now.first, now.last)) {
          now.deaths = std::max(now.deaths, suspect.deaths);
        }
      }
      ++now.deaths;
      suspects_.push_back(now);
    }
    slot.ranges = 0;
  }
  const auto narrowed = [&](const Suspect& old) {
    return std::ranges::any_of(suspects_, [&](const Suspect& s) {
      return Touch(old, s.topic, s.partition, s.first, s.last);
    });
  };
  std::erase_if(before, narrowed);
  suspects_.insert(suspects_.end(), before.begin(), before.end());
  if (suspects_.size() > kMaxSuspects) suspects_.resize(kMaxSuspects);
  StoreSuspects();
}

void FlightRecorder::StoreSuspects() {
  for (size_t i = 0; i < suspects_.size(); ++i) {
    const Suspect& s = suspects_[i];
    file_->suspect[i].Set(s.topic, s.partition, s.first, s.last, s.deaths);
  }
  file_->suspects = suspects_.size();
  any_.store(!suspects_.empty(), std::memory_order_release);
}

std::vector<Suspect> FlightRecorder::suspects() const {
  const std::lock_guard lock(mutex_);
  return suspects_;
}

FlightRecorder::Desk FlightRecorder::NewDesk() {
  Desk desk;
  if (desks_ == kMaxDesks) return desk;
  desk.recorder_ = this;
  desk.slot_ = desks_++;
  return desk;
}

bool FlightRecorder::Desk::MustSplit(const Batch& batch) {
  if (recorder_ == nullptr || batch.size() < 2 ||
      !recorder_->any_.load(std::memory_order_acquire)) {
    return false;
  }
  const std::lock_guard lock(recorder_->mutex_);
  careful_ = 0;
  for (const Article& article : batch.articles()) {
    const RecordId& id = article.origin;
    for (const Suspect& s : recorder_->suspects_) {
      if (Touch(s, id.topic.name, id.partition.value, id.offset.value, id.offset.value)) {
        ++careful_;
        break;
      }
    }
  }
  return careful_ > 0;
}

void FlightRecorder::Desk::Begin(const Batch& batch) {
  if (recorder_ == nullptr) return;
  File::Slot& slot = recorder_->file_->slot[slot_];
  uint32_t used = 0;
  for (const Article& article : batch.articles()) {
    const RecordId& id = article.origin;
    const auto ranges = std::span(slot.range).first(used);
    // Records of a partition come in runs: the last range first.
    const auto found = std::find_if(ranges.rbegin(), ranges.rend(), [&](const StoredRange& range) {
      return range.partition == id.partition.value && range.topic == id.topic.name;
    });
    if (found != ranges.rend()) {
      found->last = id.offset.value;
    } else if (used < kMaxRanges) {
      slot.range[used++].Set(id.topic.name, id.partition.value, id.offset.value, id.offset.value,
                             0);
    }
  }
  // After the ranges, also in the eyes of the process that comes next.
  std::atomic_ref(slot.ranges).store(used, std::memory_order_release);
}

void FlightRecorder::Desk::End() {
  if (recorder_ == nullptr) return;
  std::atomic_ref(recorder_->file_->slot[slot_].ranges).store(0, std::memory_order_release);
}

void FlightRecorder::Desk::Passed(const Batch& batch) {
  if (careful_ > 0) --careful_;
  if (recorder_ == nullptr || !recorder_->any_.load(std::memory_order_acquire)) return;
  const std::lock_guard lock(recorder_->mutex_);
  for (const Article& article : batch.articles()) {
    const RecordId& id = article.origin;
    recorder_->ForgetBelow(id.topic.name, id.partition.value, id.offset.value + 1);
  }
  recorder_->StoreSuspects();
}

void FlightRecorder::Desk::Committed(std::string_view topic, int32_t partition, int64_t offset) {
  if (recorder_ == nullptr || !recorder_->any_.load(std::memory_order_acquire)) return;
  const std::lock_guard lock(recorder_->mutex_);
  recorder_->ForgetBelow(topic, partition, offset);
  recorder_->StoreSuspects();
}

std::vector<Suspect> FlightRecorder::Desk::suspects() const {
  if (recorder_ == nullptr || !recorder_->any_.load(std::memory_order_acquire)) return {};
  return recorder_->suspects();
}

void FlightRecorder::ForgetBelow(std::string_view topic, int32_t partition, int64_t offset) {
  for (Suspect& s : suspects_) {
    if (s.topic == topic && s.partition == partition) s.first = std::max(s.first, offset);
  }
  std::erase_if(suspects_, [](const Suspect& s) { return s.first > s.last; });
}

void FlightRecorder::ForgetSkipped(const SkipList& skips) {
  const std::lock_guard lock(mutex_);
  std::erase_if(suspects_, [&](const Suspect& s) {
    return s.first == s.last && skips.Has(s.topic, s.partition, s.first);
  });
  StoreSuspects();
}

}  // namespace newsfeed
