// cpp-httplib's server, with bounds on what one connection may take: the library itself reads a
// line however long it is, and waits anew for each byte.
//
// The head of a request has 16 KiB and 2 s, all of it; each 64 KiB of an answer 5 s. A connection
// that wants more is closed. One request a connection: one that is kept open would hold a thread,
// and a probe would wait for it. Part of server.cc.
#pragma once

#include <httplib.h>

namespace newsfeed::admin {

class BoundedServer : public httplib::Server {
 private:
  bool process_and_close_socket(socket_t socket) override;
};

}  // namespace newsfeed::admin
