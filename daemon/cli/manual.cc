#include "daemon/cli/manual.h"

#include <fmt/format.h>

#include <sstream>
#include <string_view>
#include <vector>

#include "daemon/cli/command.h"
#include "daemon/version.h"
#include "proto/roff.h"

namespace newsfeed::cli {
namespace {

std::vector<const CLI::App*> Subcommands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}
std::vector<const CLI::Option*> Options(const CLI::App& app) {
  return app.get_options([](const CLI::Option*) { return true; });
}

// "-c, --config TEXT"
std::string OptionTitle(const CLI::Option& option) {
  const bool is_flag = option.get_items_expected_max() == 0;
  std::string title = option.get_name(/*positional=*/false, /*all_options=*/true);
  if (option.nonpositional()) {
    for (size_t comma = 0; (comma = title.find(',', comma)) != title.npos; comma += 2) {
      title.replace(comma, 1, ", ");
    }
  }
  return is_flag || !option.nonpositional() ? title : title + " " + option.get_type_name();
}

// Footers hold examples: lines as they stand.
void AppendFooter(const std::string& footer, std::string& out) {
  if (footer.empty()) return;
  const size_t begin = footer.find_first_not_of('\n');
  out += fmt::format(".PP\n.nf\n{}\n.fi\n", Roff(std::string_view(footer).substr(begin)));
}

void AppendCommand(const CLI::App& command, const std::string& path, std::string& out) {
  out += fmt::format(".SS {}\n{}.\n", Roff(path), Roff(command.get_description()));
  for (const CLI::Option* option : Options(command)) {
    if (option->get_single_name() == "help") continue;
    out +=
        fmt::format(".TP\n.B {}\n{}{}\n", Roff(OptionTitle(*option)),
                    Roff(option->get_description()), option->get_required() ? " (required)" : "");
    if (!option->get_default_str().empty()) {
      out += fmt::format("[{}]\n", Roff(option->get_default_str()));
    }
  }
  for (const CLI::App* below : Subcommands(command)) {
    AppendCommand(*below, path + " " + below->get_name(), out);
  }
  // A command's footer is handed down to those below.
  if (Subcommands(command).empty() && path.find(' ') != path.npos) return;
  AppendFooter(command.get_footer(), out);
}

// Words after `path`: options and commands.
void AppendWords(const CLI::App& command, const std::string& path, std::string& out) {
  std::string words;
  for (const CLI::App* below : Subcommands(command)) words += below->get_name() + " ";
  const std::string commands = words;
  for (const CLI::Option* option : Options(command)) {
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
    for (const std::string& name : option->get_snames()) words += "-" + name + " ";
  }
  if (!words.empty()) words.pop_back();
  out += fmt::format("    \"{}\") words=\"{}\" ;;\n", path, words);
  for (const CLI::App* below : Subcommands(command)) {
    AppendWords(*below, path.empty() ? below->get_name() : path + " " + below->get_name(), out);
  }
}

constexpr char kExitStatus[] = R"(.SH EXIT STATUS
.TP
.B 0
all is well
.TP
.B 1
what was asked about is not so: a check, a test or an audit failed; or not drained in time
.TP
.B 64
wrong arguments
.TP
.B 65
a damaged input; what came before the damage is through
.TP
.B 66
an input does not exist
.TP
.B 69
no broker answers
.TP
.B 70
cannot go on: a fault of newsfeedd's own, or another process has the same instance name
.TP
.B 71
a worker hangs
.TP
.B 74
reading or writing failed
.TP
.B 78
the configuration is wrong, or topics are not as they must be
.TP
.B 130
Ctrl\-C: what had been read is through
)";

constexpr char kFiles[] = R"(.SH FILES
.TP
.I /etc/newsfeed/newsfeed.yaml
configuration of the service
.TP
.I /etc/newsfeed/secrets/
each file F is ${file:secret_F} in the configuration of the service
.TP
.I /etc/default/newsfeedd
NEWSFEEDD_OPTIONS: more options of run for the service
.TP
.I /usr/share/newsfeed/
rules, gazetteers, models and samples
.SH ENVIRONMENT
.TP
.B NEWSFEED_DATA_DIR
folder of rules and gazetteers, as \-\-data\-dir
.SH SEE ALSO
.BR newsfeedd (5)
)";

}  // namespace

std::unique_ptr<CLI::App> MakeApp(int& exit_code) {
  auto app = std::make_unique<CLI::App>(
      "newsfeedd: raw article messages in, clean, judged and tagged articles out", "newsfeedd");
  app->set_version_flag("--version", std::string(kVersion));
  app->require_subcommand(1);
  app->footer("\nnewsfeedd COMMAND --help shows the options of a command with examples.");
  for (const Command& command : CommandTable()) {
    command.add(*app->add_subcommand(std::string(command.name), std::string(command.summary)),
                exit_code);
  }
  return app;
}

std::string ManualPage(const CLI::App& app) {
  std::string out = fmt::format(
      ".TH NEWSFEEDD 1 \"\" \"newsfeed {}\" \"User Commands\"\n"
      ".SH NAME\nnewsfeedd \\- raw article messages in, clean, judged and tagged articles out\n"
      ".SH SYNOPSIS\n.B newsfeedd\n.I COMMAND\n[\\fIOPTION\\fR]...\n"
      ".SH DESCRIPTION\nTakes raw articles from Kafka or files, cleans them, judges whether each "
      "is new, tags the people,\n"
      "organisations and places in it, and publishes the article with the reason for every "
      "decision. Each record\n"
      "ends as exactly one of enriched, duplicate, dead letter and filtered.\n"
      ".SH COMMANDS\n",
      kVersion);
  for (const CLI::App* command : Subcommands(app)) {
    AppendCommand(*command, command->get_name(), out);
  }
  return out + kExitStatus + kFiles;
}

std::string BashCompletion(const CLI::App& app) {
  std::string table;
  AppendWords(app, "", table);
  return fmt::format(R"(# bash completion for newsfeedd
_newsfeedd() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} path="" word words=""
  # Commands come before all options.
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    [[ $word == -* ]] && break
    path+="${{path:+ }}$word"
  done
  # The last known command: what follows it are files.
  while ! _newsfeedd_words "$path"; do path=${{path% *}}; done
  COMPREPLY=()
  if [[ $cur == -* || -z $path || $words == [a-z]* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  fi
  [[ ${{#COMPREPLY[@]}} -gt 0 ]] || mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}}

# Sets `words` to what may follow a command; false: no such command.
_newsfeedd_words() {{
  case $1 in
{}    *) [[ $1 != *" "* ]] && words="" && return 0; return 1 ;;
  esac
}}

complete -o filenames -F _newsfeedd newsfeedd
)",
                     table);
}

}  // namespace newsfeed::cli
