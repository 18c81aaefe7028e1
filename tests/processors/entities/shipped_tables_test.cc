// The shipped tables beside each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "processors/entities/gazetteer.h"
#include "tests/testing/gazetteer_files.h"

namespace newsfeed::entities {
namespace {

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// A row of an entity.
struct Row {
  EntityType type;
  std::string_view canonical, id;
  std::vector<std::string_view> names;
};

// False for cues, comments and the header.
bool ReadRow(std::string_view line, Row& row) {
  const auto cells = Split(line, '\t');
  static const std::map<std::string_view, EntityType> kTypes = {{"PERSON", EntityType::kPerson},
                                                                {"ORGANIZATION", EntityType::kOrganization},
                                                                {"LOCATION", EntityType::kLocation},
                                                                {"MISC", EntityType::kMisc}};
  if (line.starts_with('#') || cells.size() < 2 || !kTypes.contains(cells[1])) return false;
  const auto cell = [&](size_t i) { return i < cells.size() ? cells[i] : std::string_view(); };
  row = {kTypes.at(cells[1]), cell(2).empty() ? cells[0] : cell(2), Split(cell(4), '|').front(), {cells[0]}};
  for (std::string_view alias : Split(cell(5), '|')) {
    if (!alias.empty()) row.names.push_back(alias);
  }
  return true;
}

bool Leads(const Gazetteer& gazetteer, std::string_view name, const Row& to) {
  std::vector<Token> tokens;
  Tokenize(name, tokens);
  // "Hannaford Bros. Co." is two sentences to the tokenizer: no other row hides it.
  const auto begins_sentence = [](const Token& token) { return token.Is(Token::kSentenceStart); };
  if (std::ranges::count_if(tokens, begins_sentence) > 1) return true;
  const Match match = gazetteer.Find(name, tokens, false);
  return match.tokens == tokens.size() && std::ranges::any_of(match.senses(), [&](const Sense& sense) {
           const GazetteerEntry& entry = gazetteer.entry(sense.entry);
           const auto links = gazetteer.links(entry);
           return entry.type == to.type && entry.name == to.canonical &&
                  (to.id.empty() || (!links.empty() && links[0].id == to.id));
         });
}

// A name that a later file gives to something else is in vain: "Toyota", the firm, behind a town in Japan.
TEST(ShippedTables, EachNameLeadsToItsRow) {
  const auto files = testing::GazetteerFiles(NEWSFEED_SOURCE_DIR "/config/gazetteer");
  const auto gazetteer = *Gazetteer::Create(files);
  std::vector<std::string> hidden;
  size_t rows = 0;
  for (const GazetteerFile& file : files) {
    for (std::string_view line : Split(file.contents, '\n')) {
      Row row;
      if (!ReadRow(line, row)) continue;
      ++rows;
      for (std::string_view name : row.names) {
        if (!Leads(*gazetteer, name, row)) hidden.push_back(file.name + ": " + std::string(name));
      }
    }
  }
  EXPECT_THAT(hidden, ::testing::IsEmpty());
  EXPECT_EQ(rows, gazetteer->size());
}

}  // namespace
}  // namespace newsfeed::entities
