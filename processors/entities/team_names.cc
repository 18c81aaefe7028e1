#include "processors/entities/team_names.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <absl/container/flat_hash_set.h>

#include "processors/entities/tokenizer.h"

namespace newsfeed::entities {
namespace {

// So many places beside such words, or scores, before the text is looked at.
constexpr uint32_t kMinTeams = 2;
// A report of a match has one word of sport among so many, and not fewer than the second figure.
// Reports of politics borrow some of them.
constexpr uint32_t kTokensAGameWord = 100;
constexpr uint32_t kMinGameWords = 5;
constexpr uint32_t kMaxScoreDigits = 3;

// Behind a team: what it did, or who belongs to it.
constexpr auto kAfterTeam = std::to_array<std::string_view>(
    {"beat",      "beaten",     "beats",      "defeat",    "defeated",   "defeats",     "drew",
     "edged",     "eliminated", "equalised",  "equalized", "face",       "faced",       "faces",
     "lead",      "leads",      "led",        "lose",      "loses",      "lost",        "overcame",
     "qualified", "routed",     "scored",     "scores",    "thrashed",   "trailed",     "win",
     "winning",   "wins",       "won",        "batsman",   "bowler",     "captain",     "coach",
     "defender",  "forward",    "goalkeeper", "keeper",    "midfielder", "quarterback", "skipper",
     "striker",   "winger"});
// In front of it.
constexpr auto kBeforeTeam = std::to_array<std::string_view>(
    {"against", "beat",   "beating", "beats",    "defeated", "defeating", "eliminated", "face",
     "faced",   "facing", "over",    "overcame", "routed",   "thrashed",  "v",          "v.",
     "versus",  "vs",     "vs.",     "edged",    "put",      "putting"});
// Of the text around.
constexpr auto kGameWords = std::to_array<std::string_view>(
    {"assist",    "batted",       "batting",       "champions", "championship", "coach",
     "equaliser", "equalizer",    "final",         "finals",    "football",     "game",
     "games",     "goal",         "goalkeeper",    "goalless",  "goals",        "halftime",
     "innings",   "kick",         "league",        "match",     "matches",      "midfielder",
     "offside",   "penalty",      "playoff",       "playoffs",  "points",       "referee",
     "rugby",     "runs",         "score",         "scored",    "scoring",      "season",
     "semifinal", "semifinals",   "soccer",        "striker",   "substitute",   "team",
     "teammate",  "teams",        "tournament",    "wicket",    "wickets",      "winger",
     "cricket",   "quarterfinal", "quarterfinals", "stoppage"});

using Hashes = absl::flat_hash_set<uint32_t>;

template <size_t size>
Hashes HashesOf(const std::array<std::string_view, size>& words) {
  Hashes hashes;
  for (std::string_view word : words) hashes.insert(TokenHash(word));
  return hashes;
}

class TeamReader {
 public:
  TeamReader(const Document& document, const Candidate& name)
      : tokens_(document.tokens),
        field_(document.fields[name.field]),
        name_(name.tokens) {}

  bool IsTeam() const {
    static const Hashes after = HashesOf(kAfterTeam);
    static const Hashes before = HashesOf(kBeforeTeam);
    uint32_t next = name_.end;
    if (next < field_.tokens.end && tokens_[next].kind == TokenKind::kClitic) ++next;
    if (next < field_.tokens.end && IsLower(next) && after.contains(tokens_[next].hash)) {
      return true;
    }
    if (IsScore(next)) return true;
    if (name_.begin == field_.tokens.begin) return false;
    const uint32_t last = name_.begin - 1;
    if (IsLower(last) && before.contains(tokens_[last].hash)) return true;
    return last >= field_.tokens.begin + 2 && IsScore(last - 2);
  }

 private:
  bool IsLower(uint32_t i) const { return tokens_[i].letter_case == LetterCase::kLower; }

  // "1 – 0", "24-17"
  bool IsScore(uint32_t i) const {
    if (i + 2 >= field_.tokens.end || !IsPoints(i) || !IsPoints(i + 2)) return false;
    const std::string_view mark = TokenText(field_.text, tokens_[i + 1]);
    return mark == "-" || mark == "–" || mark == ":";
  }
  bool IsPoints(uint32_t i) const {
    return tokens_[i].kind == TokenKind::kNumber &&
           tokens_[i].end - tokens_[i].begin <= kMaxScoreDigits;
  }

  std::span<const Token> tokens_;
  const DocumentField& field_;
  const Range name_;
};

bool IsAboutAGame(const Document& document) {
  static const Hashes game_words = HashesOf(kGameWords);
  uint32_t count = 0;
  for (const Token& token : document.tokens) {
    if (token.letter_case == LetterCase::kLower && game_words.contains(token.hash)) ++count;
  }
  return count >= kMinGameWords && count * kTokensAGameWord >= document.tokens.size();
}

}  // namespace

void FindTeams(const Document& document, std::span<const Candidate> candidates,
               std::vector<uint8_t>& teams) {
  teams.assign(candidates.size(), 0);
  if (!document.english) return;
  uint32_t count = 0;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].type != EntityType::kLocation ||
        !TeamReader(document, candidates[i]).IsTeam()) {
      continue;
    }
    teams[i] = 1;
    ++count;
  }
  if (count > 0 && (count < kMinTeams || !IsAboutAGame(document))) {
    std::ranges::fill(teams, uint8_t{0});
  }
}

}  // namespace newsfeed::entities
