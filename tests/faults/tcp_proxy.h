// A TCP proxy that a test makes slow, deaf or mute, to stand in for a network that fails.
//
//   TcpProxy proxy(broker_port);
//   clients connect to 127.0.0.1:proxy.port()
//   proxy.Hold(TcpProxy::Direction::kToClient);     // requests arrive, answers do not
//   proxy.Pass();                                   // late answers come now
//
// No byte is ever lost, as with TCP over a network that drops packets: what is held comes later, unless the
// connection is reset. One thread of its own; the calls are for one other.
#pragma once

#include <absl/time/time.h>

#include <array>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace newsfeed::faults {

class TcpProxy {
 public:
  enum class Direction : uint8_t { kToBroker, kToClient };

  // Listens on a free port of 127.0.0.1, for a server on `upstream` of the same host, which need not be there yet.
  explicit TcpProxy(int upstream);
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;
  ~TcpProxy();

  int port() const { return port_; }

  // Nothing arrives any more; connections stay, and new ones are accepted.
  void Hold(Direction direction) { Delay(direction, absl::InfiniteDuration()); }
  void Hold() { for (Direction d : {Direction::kToBroker, Direction::kToClient}) Hold(d); }
  // What is sent from now on arrives so much later.
  void Delay(Direction direction, absl::Duration delay);
  // Everything arrives at once, also what was held.
  void Pass();
  // Ends all connections at once.
  void Reset();
  // Nobody listens any more, as on a machine whose server is dead; until Listen, on the same port.
  void Refuse() { SetRefuses(true); }
  void Listen() { SetRefuses(false); }

 private:
  // What was read from one end and not yet written to the other.
  struct Pipe {
    int from = -1, to = -1;
    bool ended = false;  // nothing more can be read
    struct Piece {
      absl::Time read;
      std::string bytes;
    };
    std::deque<Piece> pieces{};
  };
  struct Connection {
    int client = -1, server = -1;
    std::array<Pipe, 2> pipes{};  // by Direction
    bool dead = false;
  };

  void Run();
  void SetRefuses(bool refuses);
  // `port`: 0 for a free one.
  void OpenListener(int port);
  void Accept();
  void Read(Connection& connection, Pipe& pipe);
  static void Write(Connection& connection, Pipe& pipe, absl::Duration delay);
  static void Close(Connection& connection, bool reset);

  const int upstream_;
  int port_ = 0;
  int listener_ = -1;  // of the thread once it runs; poll ignores -1
  int wake_ = -1;  // eventfd: settings have changed
  std::mutex mutex_;
  std::array<absl::Duration, 2> delays_{};  // guarded by mutex_
  bool reset_ = false;                      // guarded by mutex_
  bool refuses_ = false;                    // guarded by mutex_
  bool stop_ = false;                       // guarded by mutex_
  std::list<Connection> connections_;       // of the thread
  std::array<char, 1 << 16> buffer_{};      // of the thread
  std::thread thread_;
};

}  // namespace newsfeed::faults
