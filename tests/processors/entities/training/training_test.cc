// The trainer: what it reads, and that it learns the same each time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "processors/entities/training/corpus.h"
#include "processors/entities/training/learner.h"
#include "tests/testing/temporary_folder.h"
#include "tests/testing/tiny_tagger_model.h"

namespace newsfeed::entities {
namespace {

constexpr std::string_view kShown[] = {"B-PER", "I-PER", "E-PER", "S-PER", "B-ORG", "I-ORG", "E-ORG",
                                        "S-ORG", "B-LOC", "I-LOC", "E-LOC", "S-LOC", "B-MISC", "I-MISC",
                                        "E-MISC", "S-MISC", "O", "?", "O?"};

// "Ada/B-PER Novak/E-PER left/O"
std::string Shown(const TrainingText& text) {
  std::string out;
  for (size_t i = 0; i < text.gold.size(); ++i) {
    if (i > 0) out += ' ';
    out += TokenText(text.text, text.document.tokens[i]);
    out += '/';
    out += kShown[text.gold[i]];
  }
  return out;
}

CorpusOptions Options(std::string format) {
  CorpusOptions options;
  options.format = std::move(format);
  return options;
}
CorpusOptions Conll() { return Options("conll"); }
CorpusOptions Names() { return Options("names"); }
CorpusOptions OwnTokens() {
  CorpusOptions options = Conll();
  options.own_tokens = true;
  return options;
}
CorpusOptions NoMisc() {
  CorpusOptions options = Conll();
  options.no_misc = true;
  return options;
}
CorpusOptions CutNames() {
  CorpusOptions options = Conll();
  options.cut = true;
  return options;
}

std::string ReadOne(const std::string& name, std::string_view contents, CorpusOptions options) {
  testing::TemporaryFolder folder;
  options.path = std::filesystem::path(folder.path()) / name;
  std::ofstream(options.path) << contents;
  const auto texts = ReadCorpus(options);
  EXPECT_TRUE(texts.ok()) << texts.status();
  std::string out;
  for (const auto& text : *texts) out += (out.empty() ? "" : " | ") + Shown(*text);
  return out;
}

TEST(Corpus, ReadsConllAsRunningText) {
  EXPECT_EQ(ReadOne("a.conll", "Ada\tB-PER\nNovak\tI-PER\n's\tO\nhat\tO\n.\tO\n", Conll()),
            "Ada/B-PER Novak/E-PER 's/O hat/O ./O");
}

TEST(Corpus, DoesNotKnowWhatItsTokensDoNotMeet) {
  // The set has "Oslo-based" as one token, which is two and a mark.
  EXPECT_EQ(ReadOne("a.conll", "Ada-Oslo\tB-PER\nNovak\tI-PER\nin\tO\nOslo-\tB-LOC\nx\tO\n", Conll()),
            "Ada/B-PER -/I-PER Oslo/I-PER Novak/E-PER in/O Oslo/B-LOC -/E-LOC x/O");
  EXPECT_EQ(ReadOne("a.conll", "US.x\tB-LOC\n.\tO\n", Conll()), "US.x/S-LOC ./O");
}

TEST(Corpus, KeepsTheTokensOfTheSetIfAsked) {
  EXPECT_EQ(ReadOne("a.conll", "Oslo-based\tB-MISC\nAda\tB-PER\n", OwnTokens()),
            "Oslo-based/S-MISC Ada/S-PER");
}

TEST(Corpus, TellsDocumentsApart) {
  EXPECT_EQ(ReadOne("a.conll", "-DOCSTART-\tO\n\nA\tO\n\n-DOCSTART-\tO\n\nB\tB-LOC\n", Conll()),
            "A/O | B/S-LOC");
}

TEST(Corpus, MasksCapitalsWhereTheSetHasNoMisc) {
  EXPECT_EQ(ReadOne("a.conll", "The\tO\nDanish\tO\nAda\tB-PER\nleft\tO\n", NoMisc()),
            "The/O Danish/O? Ada/S-PER left/O");
}

TEST(Corpus, CutsArticlesPossessivesAndTitles) {
  EXPECT_EQ(ReadOne("a.conll", "the\tB-ORG\nBank\tI-ORG\n's\tI-ORG\nMr.\tB-PER\nMoe\tI-PER\n",
                    CutNames()),
            "the/O Bank/S-ORG 's/O Mr./O Moe/S-PER");
}

TEST(Corpus, DoesNotTakeTitlesAloneForPeople) {
  EXPECT_EQ(ReadOne("a.conll", "Prime\tB-PER\nMinister\tI-PER\nMoe\tI-PER\nleft\tO\n", CutNames()),
            "Prime/O Minister/O Moe/S-PER left/O");
  EXPECT_EQ(ReadOne("a.conll", "Prime\tB-PER\nMinister\tI-PER\nleft\tO\n", CutNames()), "Prime/O Minister/? left/O");
}

TEST(Corpus, ReadsNamesInJson) {
  EXPECT_EQ(ReadOne("a.ndjson", R"({"text": "Ünye and Oslo", "names": [[0, 5, "LOC"], [10, 14, "?"]]})",
                    Names()),
            "Ünye/S-LOC and/O Oslo/?");
}

TEST(Corpus, NamesTheLineThatIsNoDocument) {
  testing::TemporaryFolder folder;
  const std::string path = std::filesystem::path(folder.path()) / "a.ndjson";
  std::ofstream(path) << R"({"text": "x", "names": []})" << "\n" << R"({"text": "x", "names": [[0, 9, "LOC"]]})";
  CorpusOptions options = Names();
  options.path = path;
  const auto texts = ReadCorpus(options);
  ASSERT_FALSE(texts.ok());
  EXPECT_THAT(std::string(texts.status().message()), ::testing::EndsWith("a.ndjson:2: no document"));
}

TEST(Learner, LearnsTheSameBytesEachTime) {
  EXPECT_EQ(WriteTaggerModel(testing::TinyTaggerParts()), WriteTaggerModel(testing::TinyTaggerParts()));
}

TEST(Learner, IsNotTaughtByUnknownTokens) {
  const auto doubtful = testing::Marked("Shares of [? Tollund] rose.");
  std::vector<TrainingText*> texts = {doubtful.get()};
  const Lexicon lexicon;
  LearnerOptions options;
  options.row_bits = 10;
  options.min_count = 1;
  options.epochs = 1;
  Learner learner(options, lexicon);
  learner.ChooseFeatures(texts);
  learner.RunEpoch(texts, 0);
  TaggerModelParts parts;
  learner.Pack(parts);
  // "Shares" was learned to be O, of which "Tollund" has no more than the pair and the bias.
  EXPECT_EQ(doubtful->gold[2], kUnknown);
  EXPECT_GT(std::ranges::count(parts.marks, 0), 900);
}

}  // namespace
}  // namespace newsfeed::entities
