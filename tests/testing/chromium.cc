#include "tests/testing/chromium.h"

#include <absl/strings/escaping.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <simdjson.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string_view>

#include "daemon/file/json_writer.h"

namespace newsfeed::testing {
namespace {

std::string Quoted(const std::string& text) {
  std::string json;
  file::AppendJsonString(text, json);
  return json;
}

// A text at a JSON pointer; empty: none.
std::string TextAt(const std::string& json, const char* pointer) {
  simdjson::dom::parser parser;
  std::string_view text;
  if (parser.parse(json).at_pointer(pointer).get_string().get(text) != simdjson::SUCCESS) return "";
  return std::string(text);
}

}  // namespace

std::string Chromium::Find() {
  if (const char* named = std::getenv("CHROMIUM"); named != nullptr) return named;
  for (const char* path : {"/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"}) {
    if (access(path, X_OK) == 0) return path;
  }
  return "";
}

Chromium::Chromium(const std::string& program) {
  int in[2];
  int out[2];
  EXPECT_EQ(pipe2(in, O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
  const std::string profile = "--user-data-dir=" + (folder_.path() / "profile").string();
  const std::string log = (folder_.path() / "log").string();
  pid_ = fork();
  if (pid_ == 0) {
    // Above the two that Chromium reads and writes, in case they are these.
    const int reads = fcntl(in[0], F_DUPFD, 10);
    const int writes = fcntl(out[1], F_DUPFD, 10);
    dup2(reads, 3);
    dup2(writes, 4);
    const int messages = open(log.c_str(), O_WRONLY | O_CREAT, 0600);
    dup2(messages, STDERR_FILENO);
    dup2(messages, STDOUT_FILENO);
    setpgid(0, 0);
    execl(program.c_str(), program.c_str(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
          "--hide-scrollbars", "--no-first-run", "--remote-debugging-pipe", profile.c_str(), "about:blank", nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  to_ = in[1];
  from_ = out[0];
  const std::string target = TextAt(Call("Target.createTarget", R"({"url":"about:blank"})"), "/targetId");
  session_ = TextAt(Call("Target.attachToTarget", R"({"flatten":true,"targetId":)" + Quoted(target) + "}"), "/sessionId");
  if (!ok()) ADD_FAILURE() << program << ": " << ReadWholeFile(log);
}

Chromium::~Chromium() {
  close(to_);
  close(from_);
  // Its own children with it.
  if (pid_ > 0) kill(-pid_, SIGKILL);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

std::string Chromium::Call(const std::string& method, const std::string& parameters) {
  const std::string session = session_.empty() ? "" : R"("sessionId":)" + Quoted(session_) + ",";
  const std::string message =
      fmt::format(R"({{"id":{},{}"method":"{}","params":{}}})", ++last_id_, session, method, parameters);
  const auto size = static_cast<ssize_t>(message.size() + 1);
  if (write(to_, message.c_str(), message.size() + 1) != size) return "";
  for (;;) {
    const std::string answer = ReadMessage();
    if (answer.empty()) return "";
    simdjson::dom::parser parser;
    const auto parsed = parser.parse(answer);
    int64_t id = 0;
    if (parsed["id"].get_int64().get(id) != simdjson::SUCCESS || id != last_id_) continue;  // an event
    simdjson::dom::element result;
    if (parsed["result"].get(result) == simdjson::SUCCESS) return simdjson::minify(result);
    ADD_FAILURE() << method << ": " << answer;
    return "";
  }
}

std::string Chromium::ReadMessage() {
  for (;;) {
    if (const size_t end = unread_.find('\0'); end != std::string::npos) {
      std::string message = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return message;
    }
    char buffer[65536];
    const ssize_t size = read(from_, buffer, sizeof(buffer));
    if (size <= 0) return "";
    unread_.append(buffer, static_cast<size_t>(size));
  }
}

void Chromium::Open(const std::string& url) {
  // What the page's policy kept it from doing.
  const std::string watch =
      "window.violations = []; document.addEventListener('securitypolicyviolation',"
      " (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));";
  Call("Page.enable", "{}");
  Call("Page.addScriptToEvaluateOnNewDocument", R"({"source":)" + Quoted(watch) + "}");
  Call("Page.navigate", R"({"url":)" + Quoted(url) + "}");
}

void Chromium::Await(const std::string& expression) {
  const std::string promise = fmt::format(
      "new Promise((resolve) => {{ const timer = setInterval(() => {{ if (!({})) return;"
      " clearInterval(timer); resolve('yes'); }}, 50); }})", expression);
  // A navigation on the way ends the wait: it is asked again in the new page.
  for (int i = 0; i < 5; ++i) {
    const std::string answer =
        Call("Runtime.evaluate", R"({"awaitPromise":true,"returnByValue":true,"expression":)" + Quoted(promise) + "}");
    if (TextAt(answer, "/result/value") == "yes") return;
  }
  ADD_FAILURE() << expression;
}

std::string Chromium::Evaluate(const std::string& expression) {
  const std::string answer = Call("Runtime.evaluate", R"({"returnByValue":true,"expression":)" +
                                                          Quoted("String(" + expression + ")") + "}");
  return TextAt(answer, "/result/value");
}

void Chromium::Press(const std::string& key, int code) {
  const std::string text = key == "Enter" ? R"(,"text":"\r")" : "";
  for (const char* type : {"keyDown", "keyUp"}) {
    Call("Input.dispatchKeyEvent", fmt::format(R"({{"type":"{}","key":"{}","code":"{}","windowsVirtualKeyCode":{}{}}})",
                                               type, key, key, code, type == std::string_view("keyDown") ? text : ""));
  }
}

void Chromium::PreferDark(bool dark) {
  Call("Emulation.setEmulatedMedia", fmt::format(R"({{"features":[{{"name":"prefers-color-scheme","value":"{}"}}]}})",
                                                 dark ? "dark" : "light"));
}

void Chromium::Resize(int width, int height, bool is_phone) {
  Call("Emulation.setDeviceMetricsOverride",
       fmt::format(R"({{"width":{},"height":{},"deviceScaleFactor":1,"mobile":{}}})", width, height, is_phone));
}

void Chromium::Photograph(const std::string& path) {
  const std::string data = TextAt(Call("Page.captureScreenshot", R"({"captureBeyondViewport":true})"), "/data");
  std::string image;
  EXPECT_TRUE(absl::Base64Unescape(data, &image));
  std::ofstream(path, std::ios::binary) << image;
}

}  // namespace newsfeed::testing
