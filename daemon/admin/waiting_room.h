// Connections that were accepted and wait for a thread: a bounded queue, where the library's own
// grows without end.
//
// When it is full the accepting thread waits, and further clients wait in the kernel's queue. Part
// of server.cc; the library deletes it.
#pragma once

#include <httplib.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace newsfeed::admin {

class WaitingRoom : public httplib::TaskQueue {
 public:
  WaitingRoom(size_t threads, size_t seats);
  WaitingRoom(const WaitingRoom&) = delete;
  WaitingRoom& operator=(const WaitingRoom&) = delete;

  // Nothing to return, or whether it was taken: versions of the library differ.
  using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue(nullptr));
  Enqueued enqueue(std::function<void()> task) override;

  // No longer waits for seats; any thread.
  void Open();
  // Works off what waits and joins. The library's, after the last enqueue.
  void shutdown() override;

 private:
  void Work();

  const size_t seats_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;  // guarded by mutex_
  bool open_ = false;                        // guarded by mutex_
  bool ending_ = false;                      // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace newsfeed::admin
