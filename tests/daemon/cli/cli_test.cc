// newsfeedd from outside: what a new user does, and does wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/testing/program.h"
#include "tests/testing/temporary_folder.h"

namespace newsfeed {
namespace {

using testing::ProgramResult;
using testing::ReadWholeFile;
using testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kArticle[] =
    R"({"id":"1","title":"Bridge opens","body":"The bridge was opened on Monday.\n\nIt is long."})";

ProgramResult Newsfeedd(std::vector<std::string> arguments, std::string_view input = "") {
  arguments.insert(arguments.begin(), NEWSFEEDD);
  return testing::RunProgram(arguments, input);
}

TEST(Cli, ProcessReadsStandardInputAndWritesJsonLines) {
  const ProgramResult run = Newsfeedd({"process", "-"}, kArticle);
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, StartsWith(R"({"id":"1",)"));
  EXPECT_THAT(run.out, HasSubstr(R"("body":"The bridge was opened on Monday.\n\nIt is long.")"));
  EXPECT_THAT(run.out, HasSubstr(R"("origin":{"topic":"stdin","partition":0,"offset":"0")"));
  EXPECT_THAT(run.err, HasSubstr("enriched 1\n"));
}

TEST(Cli, ProcessWritesEveryOutcomeToTheFolder) {
  const TemporaryFolder folder;
  const std::string out = folder.path() / "out";
  const std::string feed = folder.Write("feed.ndjson", std::string(kArticle) + "\n{bad\n\n");
  const ProgramResult run = Newsfeedd({"process", "-o", out, feed});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(ReadWholeFile(out + "/articles.enriched.ndjson"), HasSubstr("Bridge opens"));
  EXPECT_THAT(ReadWholeFile(out + "/articles.dead-letter.ndjson"),
              HasSubstr(R"("reason":"INVALID_JSON")"));
  EXPECT_EQ(ReadWholeFile(out + "/articles.duplicates.ndjson"), "");
  EXPECT_EQ(ReadWholeFile(out + "/articles.filtered.ndjson"), "");
  EXPECT_THAT(ReadWholeFile(out + "/summary.json"),
              StartsWith(R"({"read":2,"enriched":1,"duplicates":0,"dead_letter":1,"filtered":0,)"
                         R"("seconds":)"));
}

// By whatever name it is given.
TEST(Cli, ProcessDoesNotOverwriteWhatItReads) {
  const TemporaryFolder folder;
  const std::string out = folder.path() / "out";
  const std::string feed = folder.Write("out/articles.enriched.ndjson", std::string(kArticle) + "\n");
  std::filesystem::create_symlink(feed, folder.path() / "link.ndjson");
  for (const std::string& input : {feed, out, std::string(folder.path() / "link.ndjson")}) {
    const ProgramResult run = Newsfeedd({"process", "-o", out, input});
    EXPECT_EQ(run.exit_code, 64) << input;
    EXPECT_THAT(run.err, HasSubstr("is read and would be overwritten")) << input;
    EXPECT_EQ(ReadWholeFile(feed), std::string(kArticle) + "\n") << input;
  }
  const ProgramResult elsewhere = Newsfeedd({"process", "-o", folder.path() / "other", feed});
  EXPECT_EQ(elsewhere.exit_code, 0) << elsewhere.err;
}

// Beside outputs that were broken off, that of the run before would be believed.
TEST(Cli, ASummaryOfAnEarlierRunDoesNotStay) {
  const TemporaryFolder folder;
  folder.Write("out/summary.json", "{}");
  const ProgramResult run = Newsfeedd({"process", "-o", folder.path() / "out", "/proc/self/mem"});
  EXPECT_EQ(run.exit_code, 74) << run.err;
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out/summary.json"));
}

// Ctrl-C, while no more comes: the signal may go to any of the threads.
TEST(Cli, ASilentPipeDoesNotHoldCtrlC) {
  testing::TemporaryFolder folder;
  const std::string out = folder.path() / "out";
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl(NEWSFEEDD, NEWSFEEDD, "process", "-q", "-t", "4", "-o", out.c_str(), "-", nullptr);
    _exit(127);
  }
  ASSERT_GT(write(ends[1], (std::string(kArticle) + "\n").c_str(), sizeof(kArticle)), 0);
  for (int unread = 1; unread > 0;) {
    ASSERT_EQ(ioctl(ends[0], FIONREAD, &unread), 0);
    std::this_thread::yield();
  }
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  close(ends[0]);
  close(ends[1]);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_THAT(ReadWholeFile(out + "/articles.enriched.ndjson"), HasSubstr("Bridge opens"));
}

TEST(Cli, TestTellsWhatDiffers) {
  const TemporaryFolder folder;
  folder.Write("feed.ndjson", std::string(kArticle) + "\n");
  const auto cases = [&](std::string_view title) {
    return folder.Write("cases.yaml", "tests:\n- name: bridges\n  inputs: [{file: feed.ndjson}]\n  records: [{title: " +
                                          std::string(title) + "}]\n");
  };
  const ProgramResult passed = Newsfeedd({"test", cases("Bridge opens")});
  EXPECT_EQ(passed.exit_code, 0) << passed.err;
  EXPECT_EQ(passed.out, "passed  bridges (1 records)\n1 passed, 0 failed\n");
  const ProgramResult failed = Newsfeedd({"test", cases("Tunnel opens")});
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_EQ(failed.out, "FAILED  bridges (1 records)\n  feed.ndjson 0\n"
                        "    title: expected \"Tunnel opens\", is \"Bridge opens\"\n0 passed, 1 failed\n");
}

TEST(Cli, TestUsesTheConfigurationOfItsFile) {
  const TemporaryFolder folder;
  folder.Write("decode.yaml", "pipeline: {processors: [decode]}");
  const std::string cases = folder.Write(
      "cases.yaml", "config: decode.yaml\ntests: [{inputs: [{record: '{\"body\":\"x\"}'}], each: {verdict: ''}}]");
  // Without dedup no verdict; the word "UNSPECIFIED" is the JSON's.
  EXPECT_THAT(Newsfeedd({"test", cases}).out, HasSubstr(R"(verdict: expected "", is "UNSPECIFIED")"));
  EXPECT_THAT(Newsfeedd({"test", "-c", NEWSFEED_SOURCE_DIR "/config/newsfeed.yaml", cases}).out,
              HasSubstr(R"(verdict: expected "", is "UNIQUE")"));
}

TEST(Cli, TestTellsWhoIsAtFaultByItsExitCode) {
  const TemporaryFolder folder;
  const std::string missing = folder.Write("missing.yaml", "tests: [{inputs: [{file: none}], each: {id: a}}]");
  EXPECT_EQ(Newsfeedd({"test"}).exit_code, 64);
  EXPECT_EQ(Newsfeedd({"test", folder.path() / "none.yaml"}).exit_code, 66);
  EXPECT_EQ(Newsfeedd({"test", missing}).exit_code, 66);
  EXPECT_EQ(Newsfeedd({"test", folder.Write("bad.yaml", "tests: 1")}).exit_code, 78);
  EXPECT_EQ(Newsfeedd({"test", "-c", folder.Write("config.yaml", "x: 1"), missing}).exit_code, 78);
}

TEST(Cli, TestOfTheSamplesPasses) {
  const ProgramResult run = Newsfeedd({"test", NEWSFEED_SOURCE_DIR "/tests/golden/samples_expected.yaml"});
  EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
}

TEST(Cli, DecodeOfProtobufIsTheJsonOfProcess) {
  const TemporaryFolder folder;
  const std::string feed = folder.Write("feed.ndjson", kArticle);
  const std::string out = folder.path() / "out";
  ASSERT_EQ(Newsfeedd({"process", "-f", "protobuf", "-o", out, feed}).exit_code, 0);
  const ProgramResult decoded = Newsfeedd({"decode", out + "/articles.enriched.binpb"});
  EXPECT_EQ(decoded.exit_code, 0) << decoded.err;
  EXPECT_EQ(decoded.out, Newsfeedd({"process", feed}).out);
}

TEST(Cli, OwnGazetteersStandBesideTheShippedOnes) {
  const TemporaryFolder folder;
  const std::string watch = folder.Write(
      "watch.tsv", "name\ttype\tcanonical\tscheme\tid\taliases\tflags\nTollund Widgets\tORGANIZATION\t\tdesk\t7\t\twatch\n");
  const std::string config =
      folder.Write("c.yaml", "entities: {gazetteers: [\"gazetteer/*.tsv\", \"" + watch + "\"]}\n");
  const ProgramResult run = Newsfeedd(
      {"process", "-c", config, "-"}, R"({"id":"1","title":"x","body":"The Tollund Widgets were made in Norway."})");
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr(R"("links":[{"scheme":"desk","id":"7"}])"), HasSubstr(R"("id":"wikidata:Q20")")));
  const ProgramResult missing = Newsfeedd(
      {"process", "-c", folder.Write("d.yaml", "entities: {gazetteers: [\"gazetteer/*.csv\"]}\n"), "-"}, "");
  EXPECT_EQ(missing.exit_code, 78);
  EXPECT_THAT(missing.err, HasSubstr("gazetteer/*.csv"));
}

TEST(Cli, DecodePrintsFormatsOfTheTrade) {
  const TemporaryFolder folder;
  const std::string out = folder.path() / "out";
  ASSERT_EQ(Newsfeedd({"process", "-f", "protobuf", "-o", out, folder.Write("feed.ndjson", kArticle)}).exit_code, 0);
  const std::string file = out + "/articles.enriched.binpb";
  EXPECT_THAT(Newsfeedd({"decode", "--as", "ninjs", file}).out, StartsWith(R"({"uri":"urn:newsfeed:1","type":"text",)"));
  EXPECT_THAT(Newsfeedd({"decode", "--as", "schema.org", file}).out,
              StartsWith(R"({"@context":"https://schema.org","@type":"NewsArticle","identifier":"1",)"));
  EXPECT_EQ(Newsfeedd({"decode", "--as", "newsfeed", file}).out, Newsfeedd({"decode", file}).out);
  EXPECT_EQ(Newsfeedd({"decode", "--as", "newsml", file}).exit_code, 64);
}

TEST(Cli, DecodeSaysWhereAFileIsDamaged) {
  const TemporaryFolder folder;
  const ProgramResult run = Newsfeedd({"decode", folder.Write("x.binpb", "\x05\x0a")});
  EXPECT_EQ(run.exit_code, 65);
  EXPECT_THAT(run.err, HasSubstr("x.binpb: message 0 is damaged or cut short"));
}

TEST(Cli, AnEmptyFileIsNoFault) {
  const TemporaryFolder folder;
  const ProgramResult run = Newsfeedd({"process", folder.Write("feed.ndjson", "")});
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("read 0\n"));
}

TEST(Cli, ADamagedGzipGivesWhatComesBeforeAndExits65) {
  const TemporaryFolder folder;
  std::string gzip = testing::Gzip(std::string(kArticle) + "\n");
  gzip.resize(gzip.size() - 8);  // checksum and length are gone
  const ProgramResult run = Newsfeedd({"process", folder.Write("feed.ndjson.gz", gzip)});
  EXPECT_EQ(run.exit_code, 65);
  EXPECT_THAT(run.out, HasSubstr("Bridge opens"));
  EXPECT_THAT(run.err, HasSubstr("feed.ndjson.gz: damaged after"));
}

TEST(Cli, ValidateNamesTheBadKeyAndExits78) {
  const TemporaryFolder folder;
  const std::string config = folder.Write("c.yaml", "dedup:\n  window_hour: 3\n");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"validate", config}, {"process", "-c", config, "-"}}) {
    const ProgramResult run = Newsfeedd(arguments);
    EXPECT_EQ(run.exit_code, 78);
    EXPECT_THAT(run.err, HasSubstr("c.yaml:2: dedup.window_hour: unknown key"));
  }
}

TEST(Cli, ValidateChecksWhatProcessorsThinkOfTheirConfig) {
  const TemporaryFolder folder;
  const ProgramResult run = Newsfeedd(
      {"validate", folder.Write("c.yaml", "decode: {mapping: {body: not-a-pointer}}\n")});
  EXPECT_EQ(run.exit_code, 78);
  EXPECT_THAT(run.err, HasSubstr("decode.mapping.body"));
}

TEST(Cli, ValidateAcceptsWhatIsShipped) {
  const std::string config = NEWSFEED_SOURCE_DIR "/config/";
  const ProgramResult run = Newsfeedd({"validate", config + "newsfeed.yaml",
                                       config + "verbatim.yaml", config + "dev.yaml"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

TEST(Cli, WrongUseIsToldInALine) {
  const TemporaryFolder folder;
  EXPECT_EQ(Newsfeedd({}).exit_code, 64);
  EXPECT_EQ(Newsfeedd({"proces", "x"}).exit_code, 64);
  EXPECT_EQ(Newsfeedd({"process"}).exit_code, 64);
  EXPECT_EQ(Newsfeedd({"process", "--thread", "x", "-"}).exit_code, 64);
  EXPECT_EQ(Newsfeedd({"process", "-t", "0", "-"}).exit_code, 64);
  EXPECT_EQ(Newsfeedd({"process", "--format", "xml", "-"}).exit_code, 64);
  EXPECT_EQ(Newsfeedd({"process", "--format", "protobuf", "-"}).exit_code, 64);
  const ProgramResult missing = Newsfeedd({"process", "no/such/file"});
  EXPECT_EQ(missing.exit_code, 66);
  EXPECT_THAT(missing.err, HasSubstr("no/such/file"));
  EXPECT_EQ(Newsfeedd({"validate", "no/such/config"}).exit_code, 78);
  EXPECT_EQ(Newsfeedd({"decode", "no/such/file"}).exit_code, 66);
  EXPECT_EQ(Newsfeedd({"process", "-o", "/dev/null/x", folder.Write("a.txt", "b")}).exit_code, 74);
}

// Of the list that `newsfeedd --help` ends with: "  run         the daemon: …".
std::vector<std::string> CommandsOfHelp() {
  std::istringstream help(Newsfeedd({"--help"}).out);
  std::vector<std::string> commands;
  bool listed = false;
  for (std::string line; std::getline(help, line);) {
    if (listed && line.starts_with("  ") && line.size() > 2 && line[2] != ' ') {
      commands.push_back(line.substr(2, line.find(' ', 2) - 2));
    }
    listed |= line == "Subcommands:";
  }
  return commands;
}

TEST(Cli, EveryHelpShowsAnExample) {
  const std::vector<std::string> commands = CommandsOfHelp();
  EXPECT_THAT(commands, IsSupersetOf({"run", "validate", "audit", "why"}));
  for (const std::string& command : commands) {
    const ProgramResult run = Newsfeedd({command, "--help"});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.out, HasSubstr("newsfeedd " + command)) << command;
    EXPECT_THAT(run.out, HasSubstr("Example")) << command;
  }
}

// Nobody listens at port 1.
constexpr char kNoBroker[] = "kafka: {bootstrap: [\"127.0.0.1:1\"]}\ninputs: [{topic: raw}]\n";

TEST(Cli, WhereNoBrokerAnswersOneLineSaysSo) {
  const TemporaryFolder folder;
  const ProgramResult run = Newsfeedd({"audit", "-c", folder.Write("c.yaml", kNoBroker)});
  EXPECT_EQ(run.exit_code, 69);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, StartsWith("newsfeedd: kafka.bootstrap: no broker answers at 127.0.0.1:1"));
  EXPECT_THAT(run.err, HasSubstr("Connection refused")) << "or a wrong password, or a certificate";
  EXPECT_EQ(std::ranges::count(run.err, '\n'), 1) << run.err;
}

TEST(Cli, WrongPlacesAreToldBeforeAnythingIsConnected) {
  const TemporaryFolder folder;
  const std::string config = folder.Write("c.yaml", kNoBroker);
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"duplicates", "promote"},
                                                {"duplicates", "promote", "3-17"},
                                                {"duplicates", "promote", "3-17", "--twinless"},
                                                {"duplicates", "promote", "3:17", "--twinless"},
                                                {"dead-letters", "show", "--offset", "17"},
                                                {"dead-letters", "replay", "--offset", "17"},
                                                {"dead-letters", "list", "--partition", "-1"},
                                                {"decode", "--topic", "raw", "--last", "0"}}) {
    std::vector<std::string> arguments = wrong;
    arguments.insert(arguments.end(), {"-c", config});
    const ProgramResult run = Newsfeedd(arguments);
    EXPECT_EQ(run.exit_code, 64) << wrong[0] << " " << wrong[1] << ": " << run.err;
    EXPECT_NE(run.err, "");
  }
}

TEST(Cli, AFullDiskIsToldAndIsNoCrash) {
  const TemporaryFolder folder;
  std::string feed;
  for (int i = 0; i < 100; ++i) feed += std::string(kArticle) + "\n";  // more than a buffer
  const std::string out = folder.path() / "out";
  const std::string config = folder.Write("verbatim.yaml", "pipeline: {processors: [decode]}\n");
  ASSERT_EQ(Newsfeedd({"process", "-c", config, "-f", "protobuf", "-o", out, folder.Write("feed.ndjson", feed)})
                .exit_code, 0);
  for (const std::string& command : {"decode '" + out + "/articles.enriched.binpb'", "validate '" + config + "'"}) {
    const ProgramResult run =
        testing::RunProgram({"/bin/sh", "-c", "'" NEWSFEEDD "' " + command + " >/dev/full"});
    EXPECT_EQ(run.exit_code, 74) << command;
    EXPECT_EQ(run.err, "newsfeedd: standard output: No space left on device\n");
  }
}

TEST(Cli, ValidateChecksWhatRunNeedsOfKafka) {
  struct {
    std::string yaml, error;
  } const cases[] = {
      {"inputs: [{topic: raw}]\n", "kafka.bootstrap: no broker is named"},
      {"kafka: {bootstrap: [\"k:9092\"]}\n", "inputs: no topic is named"},
      {"kafka: {bootstrap: [\"k:9092\"], properties: {group.id: x}}\ninputs: [{topic: raw}]\n", "group.id"},
  };
  for (const auto& [yaml, error] : cases) {
    const TemporaryFolder folder;
    const ProgramResult run = Newsfeedd({"validate", folder.Write("c.yaml", yaml)});
    EXPECT_EQ(run.exit_code, 78) << yaml;
    EXPECT_THAT(run.err, AllOf(HasSubstr("c.yaml: "), HasSubstr(error)));
  }
}

TEST(Cli, VerbatimRepairsNothing) {
  const ProgramResult run = Newsfeedd(
      {"process", "-c", NEWSFEED_SOURCE_DIR "/config/verbatim.yaml", "-"},
      R"({"id":"1","title":"t","body":"&lt;p&gt;Hello there&lt;/p&gt; [+99 chars]"})");
  EXPECT_THAT(run.out, HasSubstr(R"("body":"&lt;p&gt;Hello there&lt;/p&gt; [+99 chars]")"));
}

TEST(Cli, ABadConfigurationLeavesEarlierOutputAlone) {
  const TemporaryFolder folder;
  folder.Write("out/articles.enriched.ndjson", "precious");
  const ProgramResult run = Newsfeedd(
      {"process", "-c", folder.Write("c.yaml", "decode: {mapping: {title: headline}}"), "-o",
       folder.path() / "out", "-"}, kArticle);
  EXPECT_EQ(run.exit_code, 78);
  EXPECT_EQ(ReadWholeFile(folder.path() / "out/articles.enriched.ndjson"), "precious");
}

TEST(Cli, AFolderIsNoConfiguration) {
  const TemporaryFolder folder;
  EXPECT_EQ(Newsfeedd({"validate", folder.path()}).exit_code, 78);
}

TEST(Cli, VerbatimPublishesByteForByte) {
  const std::string body = "  Two  blanks,\\ttab \\u00a0NBSP soft\\u00ad hyphen\\r\\n\\r\\n<b>x</b> "
                           "&amp; e\\u0301 \\u200b Advertisement\\n\\nSHARE THIS\\n";
  const ProgramResult run = Newsfeedd(
      {"process", "-c", NEWSFEED_SOURCE_DIR "/config/verbatim.yaml", "-"},
      R"({"id":"1","title":" A  title - Site ","body":")" + body + "\"}\n" +
          R"({"id":"2","title":" A  title - Site ","body":")" + body + "\"}\n");
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr(R"("title":" A  title - Site ")"));
  // JSON escapes of the same bytes.
  EXPECT_THAT(run.out, HasSubstr("\"body\":\"  Two  blanks,\\ttab \u00a0NBSP soft"));
  EXPECT_THAT(run.out, HasSubstr("e\u0301"));
  EXPECT_THAT(run.err, HasSubstr("enriched 2\n"));
}

// Four stories of one source between the same two lines, as records of a feed.
std::string FeedWithFurniture() {
  const char* stories[] = {
      "The tunnel under the harbour opened on Monday, two years later than the city had promised, said the mayor.",
      "A storm took the roof of the old market hall on Tuesday night; nobody was hurt, said the fire brigade.",
      "The council will pay for new lanterns on the quay, after three winters of quarrels with its neighbours.",
      "Eleven bakers of the old town have agreed on one recipe for the harbour loaf, which a judge had asked for."};
  std::string feed;
  for (int i = 0; i < 4; ++i) {
    const std::string id = std::to_string(i);
    feed += R"({"id":")" + id + R"(","url":"https://news.example.com/)" + id +
            R"(","title":"Story )" + std::string(1, static_cast<char>('A' + i)) +
            R"(","body":"A harbour paper since the flood\n\n)" + stories[i] + "\"}\n";
  }
  return feed;
}

TEST(Cli, BoilerplateLearnsWhatProcessThenRemoves) {
  const TemporaryFolder folder;
  const std::string feed = folder.Write("feed.ndjson", FeedWithFurniture());
  const std::string table = folder.path() / "furniture.tsv";
  const ProgramResult learned = Newsfeedd({"boilerplate", "learn", "-o", table, feed});
  EXPECT_EQ(learned.exit_code, 0) << learned.err;
  EXPECT_THAT(learned.err, HasSubstr("4 records, 4 stories of 1 sources\n"));
  EXPECT_THAT(ReadWholeFile(table), HasSubstr("news.example.com\t4\t4\tA harbour paper since the flood\n"));
  const ProgramResult before = Newsfeedd({"process", feed});
  EXPECT_THAT(before.out, HasSubstr("\"body\":\"A harbour paper"));
  const std::string config = folder.Write("c.yaml", "cleanup: {source_furniture: " + table + "}\n");
  const ProgramResult after = Newsfeedd({"process", "-c", config, feed});
  EXPECT_EQ(after.exit_code, 0) << after.err;
  EXPECT_THAT(after.out, Not(HasSubstr("\"body\":\"A harbour paper")));
  EXPECT_THAT(after.out, HasSubstr(R"("rule":"source-furniture","text":"A harbour paper since the flood")"));
}

TEST(Cli, BoilerplateOfTheSameInputIsTheSameFile) {
  const TemporaryFolder folder;
  const std::string feed = folder.Write("feed.ndjson", FeedWithFurniture());
  const std::string once = Newsfeedd({"boilerplate", "learn", feed}).out;
  EXPECT_THAT(once, HasSubstr("A harbour paper"));
  EXPECT_EQ(once, Newsfeedd({"boilerplate", "learn", feed}).out);
}

TEST(Cli, ABadFurnitureTableIsToldWithItsPlace) {
  const TemporaryFolder folder;
  const std::string table = folder.Write("furniture.tsv", "news.example.com\tA harbour paper\n");
  const ProgramResult run =
      Newsfeedd({"validate", folder.Write("c.yaml", "cleanup: {source_furniture: " + table + "}\n")});
  EXPECT_EQ(run.exit_code, 78);
  EXPECT_THAT(run.err, HasSubstr("furniture.tsv:1: a row is source, stories, of, line"));
}

TEST(Cli, ExplainShowsTheRuleBesideEachLine) {
  const TemporaryFolder folder;
  const std::string feed = folder.Write("feed.ndjson", FeedWithFurniture());
  const std::string page = folder.path() / "page.html";
  const ProgramResult run = Newsfeedd({"explain", "--id", "2", folder.Write(
      "skip.ndjson", R"({"id":"2","body":"Skip to main content\n\nThe council will pay for new lanterns on the quay, )"
                     R"(after three winters of quarrels."})")});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("- navigation         Skip to main content\n"));
  EXPECT_THAT(run.out, Not(HasSubstr("\x1b")));
  EXPECT_EQ(Newsfeedd({"explain", "--html", page, feed}).exit_code, 0);
  EXPECT_THAT(ReadWholeFile(page), AllOf(StartsWith("<!DOCTYPE html>"), HasSubstr("new lanterns on the quay"),
                                         HasSubstr("</html>")));
  EXPECT_EQ(Newsfeedd({"explain", "--id", "nobody", feed}).exit_code, 1);
}

// At the start: nobody is to wait for the end of an input to be told so.
TEST(Cli, ExplainTellsAtOnceThatThePageCannotBeWritten) {
  const ProgramResult run = testing::RunProgram(
      {"/bin/sh", "-c", "yes '{}' | timeout 30 " NEWSFEEDD " explain --html /nowhere/page.html -"}, "");
  EXPECT_EQ(run.exit_code, 74);
  EXPECT_THAT(run.err, HasSubstr("/nowhere/page.html: No such file or directory"));
}

TEST(Cli, ExplainTellsDamagedInputsAndWhatItPassedOver) {
  const TemporaryFolder folder;
  std::string gzip = testing::Gzip(std::string(kArticle) + "\n");
  gzip.resize(gzip.size() - 8);
  folder.Write("in/feed.ndjson.gz", gzip);
  folder.Write("in/notes.doc", "x");
  for (const std::vector<std::string>& command : {std::vector<std::string>{"explain"}, {"boilerplate", "learn"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back(folder.path() / "in");
    const ProgramResult run = Newsfeedd(arguments);
    EXPECT_EQ(run.exit_code, 65);
    EXPECT_THAT(run.err, AllOf(HasSubstr("feed.ndjson.gz: damaged after"), HasSubstr("notes.doc")));
  }
}

}  // namespace
}  // namespace newsfeed
