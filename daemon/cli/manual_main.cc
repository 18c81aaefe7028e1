// Writes what is made from the commands, while newsfeed is built:
//
//   newsfeed_manual man  > newsfeedd.1
//   newsfeed_manual bash > completions/newsfeedd
#include <cstdio>
#include <string_view>

#include "daemon/cli/command.h"
#include "daemon/cli/manual.h"

int main(int argc, char** argv) {
  using namespace newsfeed::cli;
  const std::string_view kind = argc > 1 ? argv[1] : "";
  int exit_code = kExitOk;
  const auto app = MakeApp(exit_code);
  if (kind == "man") {
    PrintText(ManualPage(*app));
  } else if (kind == "bash") {
    PrintText(BashCompletion(*app));
  } else {
    std::fputs("usage: newsfeed_manual man|bash\n", stderr);
    return kExitUsage;
  }
  return PrintedOr(kExitOk);
}
