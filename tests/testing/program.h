// Runs the built program as a user would.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace newsfeed::testing {

struct ProgramResult {
  int exit_code = -1;  // 128 + signal where one ended it
  std::string out;
  std::string err;
  long peak_kib = 0;   // resident memory
  bool timed_out = false;
};

// Runs `arguments[0]` with the rest and `input` on standard input, and kills it after
// `limit_seconds`: a program that hangs must fail its test, not stop the suite.
ProgramResult RunProgram(const std::vector<std::string>& arguments, std::string_view input = "",
                         int limit_seconds = 60);

}  // namespace newsfeed::testing
