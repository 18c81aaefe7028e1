// What is made from the commands themselves, so that it cannot say otherwise: newsfeedd(1), and
// completion for bash.
#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

namespace newsfeed::cli {

// All of CommandTable(), as main() parses them; `exit_code` must outlive it.
std::unique_ptr<CLI::App> MakeApp(int& exit_code);

// In the language of man(7).
std::string ManualPage(const CLI::App& app);

// A script that bash-completion loads.
std::string BashCompletion(const CLI::App& app);

}  // namespace newsfeed::cli
