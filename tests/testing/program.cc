#include "tests/testing/program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/testing/temporary_folder.h"

namespace newsfeed::testing {
namespace {

[[noreturn]] void Exec(const std::vector<std::string>& arguments, const TemporaryFolder& folder,
                       int limit_seconds) {
  const auto redirect = [&](const char* name, int flags, int descriptor) {
    dup2(open((folder.path() / name).c_str(), flags, 0600), descriptor);
  };
  redirect("in", O_RDONLY, STDIN_FILENO);
  redirect("out", O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
  redirect("err", O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  alarm(static_cast<unsigned>(limit_seconds));  // SIGALRM ends a program that does not handle it
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

ProgramResult RunProgram(const std::vector<std::string>& arguments, std::string_view input,
                         int limit_seconds) {
  const TemporaryFolder folder;
  folder.Write("in", input);
  const pid_t child = fork();
  if (child == 0) Exec(arguments, folder, limit_seconds);
  int status = 0;
  rusage usage{};
  EXPECT_EQ(wait4(child, &status, 0, &usage), child);
  ProgramResult result;
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.timed_out = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
  result.out = ReadWholeFile(folder.path() / "out");
  result.err = ReadWholeFile(folder.path() / "err");
  result.peak_kib = usage.ru_maxrss;
  return result;
}

}  // namespace newsfeed::testing
