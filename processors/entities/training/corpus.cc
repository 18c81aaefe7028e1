#include "processors/entities/training/corpus.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include <absl/status/status.h>
#include <fmt/format.h>
#include <simdjson.h>

#include "processors/entities/gazetteer.h"
#include "processors/entities/tokenizer.h"

namespace newsfeed::entities {
namespace {

using Texts = std::vector<std::unique_ptr<TrainingText>>;

absl::StatusOr<std::string> ReadAll(const std::string& path) {
  const bool is_xz = path.ends_with(".xz"), is_gz = path.ends_with(".gz");
  const std::string command = fmt::format("{} -dc '{}'", is_xz ? "xz" : "gzip", path);
  FILE* file = is_xz || is_gz ? popen(command.c_str(), "r") : std::fopen(path.c_str(), "rb");
  if (file == nullptr) return absl::NotFoundError(fmt::format("{}: cannot be read", path));
  std::string contents;
  std::array<char, 1 << 16> buffer;
  for (size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), file)) > 0;) {
    contents.append(buffer.data(), n);
  }
  const int closed = is_xz || is_gz ? pclose(file) : std::fclose(file);
  if (closed != 0 || contents.empty()) {
    return absl::NotFoundError(fmt::format("{}: cannot be read", path));
  }
  return contents;
}

std::string_view NextLine(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

std::optional<EntityType> TypeNamed(std::string_view name) {
  if (name == "PER") return EntityType::kPerson;
  if (name == "ORG") return EntityType::kOrganization;
  if (name == "LOC") return EntityType::kLocation;
  if (name == "MISC" || name == "?") return EntityType::kMisc;
  return std::nullopt;
}

// --- CoNLL. ---

struct ConllToken {
  std::string_view text;
  std::string_view tag;
};
using ConllSentence = std::vector<ConllToken>;
using ConllDocument = std::vector<ConllSentence>;

std::vector<ConllDocument> ParseConll(std::string_view rest, uint32_t sentences_a_document) {
  std::vector<ConllDocument> documents(1);
  ConllSentence sentence;
  const bool told_apart = rest.find("-DOCSTART-") != std::string_view::npos;
  const auto finish = [&] {
    if (sentence.empty()) return;
    if (!told_apart && documents.back().size() >= sentences_a_document) documents.emplace_back();
    documents.back().push_back(std::exchange(sentence, {}));
  };
  while (!rest.empty()) {
    const std::string_view line = NextLine(rest);
    if (line.starts_with("-DOCSTART-")) {
      finish();
      if (!documents.back().empty()) documents.emplace_back();
    } else if (line.empty()) {
      finish();
    } else {
      const size_t tab = line.find('\t');
      if (tab == std::string_view::npos) continue;
      const std::string_view tag = line.substr(tab + 1);
      sentence.push_back({line.substr(0, tab), tag.substr(0, tag.find('\t'))});
    }
  }
  finish();
  return documents;
}

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> all) {
  return std::ranges::find(all, text) != all.end();
}

std::string_view Shown(std::string_view token) {
  if (IsOneOf(token, {"``", "''"})) return "\"";
  if (token == "-LRB-") return "(";
  if (token == "-RRB-") return ")";
  return token;
}

bool HasNoBlankBefore(std::string_view t) {
  return IsOneOf(t, {".",  ",",  ";",   ":",   "!",   "?",   "%",  ")",  "]",  "}",
                     "'s", "'S", "n't", "'re", "'ve", "'ll", "'d", "'m", "''", "…"});
}

bool HasNoBlankAfter(std::string_view t) {
  return IsOneOf(t, {"(", "[", "{", "$", "#", "£", "€", "``"});
}

// Joins the tokens of a document to a text as it is written, or with a blank between any two.
class ConllJoiner {
 public:
  ConllJoiner(TrainingText& out, bool own_tokens) : out_(out), own_tokens_(own_tokens) {}

  void Add(const ConllSentence& sentence) {
    glue_ = true;
    quote_open_ = false;
    name_open_ = false;
    for (const ConllToken& token : sentence) Add(token);
    out_.text += "\n\n";
  }

 private:
  void Add(const ConllToken& token) {
    const std::string_view shown = Shown(token.text);
    const bool closing = shown == "\"" && quote_open_;
    const bool no_blank = !own_tokens_ && (HasNoBlankBefore(token.text) || closing);
    if (!glue_ && !no_blank) out_.text += ' ';
    const auto begin = static_cast<uint32_t>(out_.text.size());
    out_.text += shown;
    const auto end = static_cast<uint32_t>(out_.text.size());
    glue_ = !own_tokens_ && (HasNoBlankAfter(token.text) || (shown == "\"" && !closing));
    if (shown == "\"") quote_open_ = !quote_open_;
    const auto type = token.tag.size() > 2 ? TypeNamed(token.tag.substr(2)) : std::nullopt;
    if (!type.has_value()) {
      name_open_ = false;
    } else if (token.tag.starts_with("I-") && name_open_ && out_.names.back().type == *type) {
      out_.names.back().end = end;
    } else {
      out_.names.push_back({begin, end, *type, false});
      name_open_ = true;
    }
  }

  TrainingText& out_;
  const bool own_tokens_;
  bool glue_ = true;
  bool quote_open_ = false;
  bool name_open_ = false;
};

// --- Tokens and tags. ---

// A token of the set as the tokeniser would have described it.
Token OwnToken(std::string_view text, uint32_t begin, uint32_t end) {
  std::vector<Token> parts;
  Tokenize(text.substr(begin, end - begin), parts);
  Token token = parts.empty() ? Token() : parts.front();
  if (parts.size() > 1) {
    for (const Token& part : parts) {
      if (part.is_word() && token.kind == TokenKind::kMark) token.kind = TokenKind::kWord;
      if (part.letter_case == LetterCase::kNone) continue;
      if (token.letter_case == LetterCase::kNone) token.letter_case = part.letter_case;
      if (token.letter_case != part.letter_case) token.letter_case = LetterCase::kMixed;
    }
  }
  token.begin = begin;
  token.end = end;
  token.hash = TokenHash(text.substr(begin, end - begin));
  token.flags = static_cast<uint8_t>(token.flags & Token::kCapitalized);
  return token;
}

void ReadOwnTokens(TrainingText& text) {
  Document& document = text.document;
  document = {};
  document.fields.push_back({TextField::kBody, text.text, {}});
  bool start = true, word_due = true;
  const std::string_view all = text.text;
  for (uint32_t i = 0; i < all.size();) {
    if (all[i] == ' ' || all[i] == '\n') {
      if (all[i] == '\n') start = word_due = true;
      ++i;
      continue;
    }
    uint32_t end = i;
    while (end < all.size() && all[end] != ' ' && all[end] != '\n') ++end;
    Token token = OwnToken(all, i, end);
    if (start) {
      token.flags |= Token::kSentenceStart;
      const auto at = static_cast<uint32_t>(document.tokens.size());
      document.sentences.push_back({{at, at}, 0, false, false});
    }
    if (word_due && token.kind != TokenKind::kMark) {
      token.flags |= Token::kFirstWord;
      word_due = false;
    }
    start = false;
    document.tokens.push_back(token);
    document.sentences.back().tokens.end = static_cast<uint32_t>(document.tokens.size());
    i = end;
  }
  document.fields[0].tokens = {0, static_cast<uint32_t>(document.tokens.size())};
  for (Sentence& sentence : document.sentences) Describe(document, sentence);
}

void ReadTokens(TrainingText& text) {
  static const auto no_names = *Gazetteer::Create({});
  Article article;
  article.body = text.text;
  Read(article, *no_names, text.document);
  text.document.matches = {};
}

bool EqualsFolded(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view w) { return EqualFolded(text, w); });
}

bool IsTitle(std::string_view word) {
  return EqualsFolded(
      word,
      {"mr.",   "mr",        "mrs.",  "ms.",     "ms",       "mrs",        "dr.",       "dr",
       "sir",   "president", "vice",  "prime",   "minister", "chancellor", "premier",   "foreign",
       "sen.",  "gov.",      "rep.",  "gen.",    "general",  "lt.",        "col.",      "sgt.",
       "prof.", "rev.",      "judge", "sheriff", "justice",  "senator",    "secretary", "governor",
       "mayor", "pope",      "queen", "prince"});
}

// "the Bank's" -> "Bank"; "President Jane Doe" -> "Jane Doe". False if no name is left: "Prime
// Minister".
bool Cut(const TrainingText& text, uint32_t& first, uint32_t& last, EntityType type) {
  const auto word = [&](uint32_t i) { return TokenText(text.text, text.document.tokens[i]); };
  const auto may_go = [&](std::string_view w) {
    return EqualsFolded(w, {"the"}) || (type == EntityType::kPerson && IsTitle(w));
  };
  while (first < last && may_go(word(first)) &&
         !(first + 1 == last && EqualsFolded(word(last), {"'s"}))) {
    ++first;
  }
  if (first < last && EqualsFolded(word(last), {"'s", "'", "’"})) --last;
  return type != EntityType::kPerson || first < last || !IsTitle(word(first));
}

void SetGold(TrainingText& text, uint32_t first, uint32_t last, const GoldName& name) {
  for (uint32_t i = first; i <= last; ++i) {
    const Place place = first == last ? kSingle : i == first ? kBegin : i == last ? kEnd : kInside;
    text.gold[i] = name.doubtful ? kUnknown : MakeTag(name.type, place);
  }
}

void Label(const CorpusOptions& options, TrainingText& text) {
  const std::vector<Token>& tokens = text.document.tokens;
  text.gold.assign(tokens.size(), kOutside);
  for (const GoldName& name : text.names) {
    const auto begins = std::ranges::lower_bound(tokens, name.begin + 1, {}, &Token::end);
    auto first = static_cast<uint32_t>(begins - tokens.begin());
    uint32_t last = first;
    while (last + 1 < tokens.size() && tokens[last + 1].begin < name.end) ++last;
    if (first >= tokens.size() || tokens[first].begin >= name.end) continue;
    GoldName as_tokens = name;
    as_tokens.doubtful |= tokens[first].begin != name.begin || tokens[last].end != name.end ||
                          (options.misc_doubtful && name.type == EntityType::kMisc);
    if (options.cut && !Cut(text, first, last, name.type)) as_tokens.doubtful = true;
    SetGold(text, first, last, as_tokens);
  }
  if (!options.no_misc && !options.partial) return;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const bool plain =
        tokens[i].letter_case == LetterCase::kLower || tokens[i].letter_case == LetterCase::kNone;
    if (text.gold[i] == kOutside && !plain && !tokens[i].Is(Token::kFirstWord)) {
      text.gold[i] = options.partial ? kUnknown : kOutsideOrMisc;
    }
  }
}

Texts ReadConll(std::string_view contents, const CorpusOptions& options) {
  Texts texts;
  for (const ConllDocument& document : ParseConll(contents, options.sentences_a_document)) {
    auto text = std::make_unique<TrainingText>();
    ConllJoiner joiner(*text, options.own_tokens);
    for (const ConllSentence& sentence : document) joiner.Add(sentence);
    texts.push_back(std::move(text));
  }
  return texts;
}

// --- JSON lines. ---

bool ReadNames(simdjson::dom::element line, TrainingText& text) {
  std::string_view body;
  simdjson::dom::array names;
  if (line["text"].get(body) != simdjson::SUCCESS) return false;
  if (line["names"].get(names) != simdjson::SUCCESS) return false;
  text.text = body;
  for (simdjson::dom::element element : names) {
    simdjson::dom::array name;
    uint64_t begin = 0, end = 0;
    std::string_view type;
    if (element.get(name) != simdjson::SUCCESS || name.at(0).get(begin) != simdjson::SUCCESS ||
        name.at(1).get(end) != simdjson::SUCCESS || name.at(2).get(type) != simdjson::SUCCESS) {
      return false;
    }
    const auto known = TypeNamed(type);
    if (!known.has_value() || begin >= end || end > body.size()) return false;
    text.names.push_back(
        {static_cast<uint32_t>(begin), static_cast<uint32_t>(end), *known, type == "?"});
  }
  return true;
}

absl::StatusOr<Texts> ReadNamesFile(std::string_view rest, const CorpusOptions& options) {
  Texts texts;
  simdjson::dom::parser parser;
  for (size_t number = 1; !rest.empty() && texts.size() < options.limit; ++number) {
    const simdjson::padded_string line(NextLine(rest));
    simdjson::dom::element element;
    auto text = std::make_unique<TrainingText>();
    if (parser.parse(line).get(element) != simdjson::SUCCESS || !ReadNames(element, *text)) {
      return absl::InvalidArgumentError(fmt::format("{}:{}: no document", options.path, number));
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace

void Prepare(const CorpusOptions& options, TrainingText& text) {
  if (options.own_tokens) {
    ReadOwnTokens(text);
  } else {
    ReadTokens(text);
  }
  text.weight = options.weight;
  Label(options, text);
}

absl::StatusOr<Texts> ReadCorpus(const CorpusOptions& options) {
  auto contents = ReadAll(options.path);
  if (!contents.ok()) return contents.status();
  Texts texts;
  if (options.format == "conll") {
    texts = ReadConll(*contents, options);
  } else {
    auto read = ReadNamesFile(*contents, options);
    if (!read.ok()) return read.status();
    texts = *std::move(read);
  }
  for (auto& text : texts) Prepare(options, *text);
  return texts;
}

}  // namespace newsfeed::entities
