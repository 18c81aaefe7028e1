// A headless Chromium that a test drives by its DevTools protocol, over two pipes (--remote-debugging-pipe: messages of
// JSON, each ended by a zero byte). One page.
//
//   Chromium browser(Chromium::Find());
//   browser.Open("http://127.0.0.1:1234/");
//   browser.Await("document.readyState === 'complete'");
//   browser.Evaluate("document.title")                      => "newsfeed"
//
// Calls block until Chromium has answered; one that died fails the test. One thread.
#pragma once

#include <sys/types.h>

#include <string>

#include "tests/testing/temporary_folder.h"

namespace newsfeed::testing {

class Chromium {
 public:
  // $CHROMIUM, or where distributions put it; empty: there is none.
  static std::string Find();

  explicit Chromium(const std::string& program);
  Chromium(const Chromium&) = delete;
  Chromium& operator=(const Chromium&) = delete;
  ~Chromium();

  // False: it did not start; why is told.
  bool ok() const { return !session_.empty(); }

  void Open(const std::string& url);
  // Until the expression holds, asked 20 times a second; the time limit is that of the test.
  void Await(const std::string& expression);
  // As text.
  std::string Evaluate(const std::string& expression);
  // A key of a keyboard: "Tab", "Enter".
  void Press(const std::string& key, int code);

  void PreferDark(bool dark);
  void Resize(int width, int height, bool is_phone);
  // The whole page, as PNG.
  void Photograph(const std::string& path);

 private:
  // The answer's `result`, as JSON; empty where it failed.
  std::string Call(const std::string& method, const std::string& parameters);
  std::string ReadMessage();

  TemporaryFolder folder_;
  pid_t pid_ = -1;
  int to_ = -1;
  int from_ = -1;
  int last_id_ = 0;
  std::string session_;
  std::string unread_;
};

}  // namespace newsfeed::testing
