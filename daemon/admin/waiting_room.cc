#include "daemon/admin/waiting_room.h"

namespace newsfeed::admin {

WaitingRoom::WaitingRoom(size_t threads, size_t seats) : seats_(seats) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

WaitingRoom::Enqueued WaitingRoom::enqueue(std::function<void()> task) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return tasks_.size() < seats_ || open_; });
    tasks_.push_back(std::move(task));
  }
  changed_.notify_all();
  return Enqueued(true);
}

void WaitingRoom::Open() {
  {
    const std::lock_guard lock(mutex_);
    open_ = true;
  }
  changed_.notify_all();
}

void WaitingRoom::shutdown() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = open_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WaitingRoom::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return !tasks_.empty() || ending_; });
    if (tasks_.empty()) return;
    const std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    changed_.notify_all();
    task();
    lock.lock();
  }
}

}  // namespace newsfeed::admin
