// What failpoints do in newsfeedd_failpoints. NEWSFEED_FAILPOINTS holds rules, each passed in turn:
//
//   publisher.before_commit@prepare:3=kill          the third pass, in threads whose name begins with "prepare"
//   publisher.before_commit@judge:5=kill_in:0.003   3 ms later: while the commit is under way
//   publisher.after_produce:20+=sleep:0.05;…        from the twentieth on; no number: each
//   index_log.applied:100=stop                      SIGSTOP, until somebody continues the process
//
// What is done once is told on standard error before. A rule that cannot be read ends the process.
#include "daemon/failpoint.h"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <sstream>
#include <string>
#include <thread>

namespace newsfeed {
namespace {

struct Rule {
  std::string point, thread, action;
  double seconds = 0;
  uint64_t pass = 0;  // 0: each
  bool and_later = false;
  std::atomic<uint64_t> passes = 0;
};

// What stands behind the last `mark`, which is cut off; empty where there is none.
std::string CutOff(std::string& text, char mark) {
  const size_t at = text.rfind(mark);
  if (at == std::string::npos) return "";
  const std::string tail = text.substr(at + 1);
  text.resize(at);
  return tail;
}

[[noreturn]] void Refuse(const std::string& rule) {
  const std::string message = "NEWSFEED_FAILPOINTS: cannot read \"" + rule + "\"\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, message.data(), message.size());
  _exit(64);
}

void Parse(const std::string& text, Rule& rule) {
  rule.point = text;
  rule.action = CutOff(rule.point, '=');
  if (const std::string seconds = CutOff(rule.action, ':'); !seconds.empty()) rule.seconds = std::atof(seconds.c_str());
  if (const std::string pass = CutOff(rule.point, ':'); !pass.empty()) {
    rule.pass = std::strtoull(pass.c_str(), nullptr, 10);
    rule.and_later = pass.ends_with('+');
  }
  rule.thread = CutOff(rule.point, '@');
  if (rule.action != "kill" && rule.action != "kill_in" && rule.action != "stop" && rule.action != "sleep") {
    Refuse(text);
  }
}

// Never destroyed: threads pass points until the end. A deque, since rules do not move.
std::deque<Rule>& Rules() {
  static auto& rules = *[] {
    auto* all = new std::deque<Rule>();
    const char* variable = std::getenv("NEWSFEED_FAILPOINTS");
    std::istringstream texts(variable == nullptr ? "" : variable);
    for (std::string rule; std::getline(texts, rule, ';');) Parse(rule, all->emplace_back());
    return all;
  }();
  return rules;
}

void Tell(const Rule& rule) {
  const std::string line = "failpoint " + rule.point + ": " + rule.action + "\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

void Act(const Rule& rule) {
  const std::chrono::duration<double> seconds(rule.seconds);
  if (rule.action == "sleep") return std::this_thread::sleep_for(seconds);
  Tell(rule);
  if (rule.action == "stop") {
    raise(SIGSTOP);
  } else if (rule.action == "kill") {
    raise(SIGKILL);
  } else {
    std::thread([seconds] {
      std::this_thread::sleep_for(seconds);
      raise(SIGKILL);
    }).detach();
  }
}

}  // namespace

void Failpoint(std::string_view name) {
  for (Rule& rule : Rules()) {
    if (rule.point != name) continue;
    if (!rule.thread.empty()) {
      std::array<char, 16> thread{};
      pthread_getname_np(pthread_self(), thread.data(), thread.size());
      if (!std::string_view(thread.data()).starts_with(rule.thread)) continue;
    }
    const uint64_t pass = ++rule.passes;
    if (rule.pass == 0 || pass == rule.pass || (rule.and_later && pass > rule.pass)) Act(rule);
  }
}

}  // namespace newsfeed
