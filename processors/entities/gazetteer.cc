#include "processors/entities/gazetteer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <fmt/format.h>
#include <unicode/uchar.h>

#include "processors/text/hash.h"
#include "processors/text/utf8.h"

namespace newsfeed::entities {
namespace {

// Names are short; a longer row is a mistake.
constexpr size_t kMaxNameTokens = 16;
constexpr size_t kMaxNameBytes = 200;
// 32 KB: some 6 % are set by 16,000 first words.
constexpr uint32_t kFirstBits = uint32_t{1} << 18;
// 4 KB: some 1 % are set by 400 words. Most words of a text end here.
constexpr uint32_t kUncapitalizedFirstBits = uint32_t{1} << 15;
// 16 KB: some 8 % are set by 10,000 prefixes of two tokens and more.
constexpr uint32_t kLongerBits = uint32_t{1} << 17;
// Cues that count for a word in lower case too.
constexpr uint16_t kCuesInAnyCase = kTitle | kParticle | kSpeechVerb;
// Tokens looked up at once, so that the table's cache lines come in while others are read.
constexpr size_t kTokensAtOnce = 32;

constexpr std::array kColumns = {"name", "type", "canonical", "scheme", "id", "aliases", "flags"};
enum Column : size_t { kName, kType, kCanonical, kScheme, kId, kAliases, kFlags, kColumnCount };

// What the column `type` may hold: entities, then cues.
struct TypeName {
  std::string_view name;
  EntityType type;
  uint16_t cue;
};
constexpr auto kTypes = std::to_array<TypeName>({
    {"PERSON", EntityType::kPerson, 0},
    {"ORGANIZATION", EntityType::kOrganization, 0},
    {"LOCATION", EntityType::kLocation, 0},
    {"MISC", EntityType::kMisc, 0},
    {"GIVEN_NAME", {}, kGivenName},
    {"TITLE", {}, kTitle},
    {"ORGANIZATION_SUFFIX", {}, kOrganizationSuffix},
    {"ORGANIZATION_HEAD", {}, kOrganizationHead},
    {"LOCATION_SUFFIX", {}, kLocationSuffix},
    {"LOCATION_HEAD", {}, kLocationHead},
    {"NOT_NAME", {}, kNotName},
    {"PARTICLE", {}, kParticle},
    {"SPEECH_VERB", {}, kSpeechVerb},
    {"THING", {}, kThing},
});

// Splits off the part before the next `separator`.
std::string_view Next(std::string_view& rest, char separator) {
  const size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

bool HasLowerCase(std::string_view word) {
  while (!word.empty()) {
    const text::CodePoint point = text::Decode(word);
    if (u_islower(static_cast<UChar32>(point.value))) return true;
    word.remove_prefix(point.bytes);
  }
  return false;
}

// CaseRule::kCapital for a word that is not written as in the table: "PARIS" and "Paris" for
// "Paris", "DE" for "de", "'S" for "'s"; not "paris" for "Paris", nor "Who" for "WHO".
bool FitsCapitals(const Token& token, std::string_view found, std::string_view expected) {
  const bool raised = token.Is(Token::kCapitalized) || token.kind == TokenKind::kClitic;
  return raised && HasLowerCase(expected) && EqualFolded(found, expected);
}

uint64_t Step(uint64_t state, uint32_t token_hash) {
  return text::Mix(state + token_hash + 0x9E3779B97F4A7C15ULL) | 1;  // never 0, the empty slot
}

// Bits of a node's key for the filter; the low ones choose the slot.
uint32_t LongerKey(uint64_t state) { return static_cast<uint32_t>(state >> 32); }

}  // namespace

// Reads the files and lays out the arrays.
class GazetteerBuilder {
 public:
  absl::StatusOr<std::shared_ptr<const Gazetteer>> Build(std::span<const GazetteerFile> files) {
    uint64_t digest = 0;
    for (const GazetteerFile& file : files) {
      digest = text::Hash(file.contents, digest + 1);
      if (absl::Status status = ReadFile(file); !status.ok()) return status;
    }
    LayOutSenses();
    LayOutNodes();
    PlaceTexts();
    built_->model_ = fmt::format("gazetteer-{:08x}", static_cast<uint32_t>(digest));
    return built_;
  }

 private:
  // A name on its way into the trie.
  struct NewSense {
    Sense sense;
    uint16_t file = 0;
  };
  struct NewNode {
    std::vector<NewSense> senses;
    uint16_t cues = 0;
    bool goes_on = false;
  };
  // Texts move while they are gathered: places in Gazetteer::texts_.
  struct Place {
    uint32_t begin = 0;
    uint32_t size = 0;
  };
  struct Row {
    std::array<std::string_view, kColumnCount> cells;
    const TypeName* type = nullptr;
    GazetteerEntry entry;
    CaseRule rule = CaseRule::kCapital;
  };

  absl::Status ReadFile(const GazetteerFile& file) {
    if (!text::IsValidUtf8(file.contents)) {
      return absl::InvalidArgumentError(fmt::format("{}: not valid UTF-8", file.name));
    }
    std::string_view rest = file.contents;
    bool header_seen = false;
    for (size_t number = 1; !rest.empty(); ++number) {
      std::string_view line = Next(rest, '\n');
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.empty() || line.starts_with('#')) continue;
      const std::string problem = header_seen ? ReadRow(line) : CheckHeader(line);
      header_seen = true;
      if (!problem.empty()) {
        return absl::InvalidArgumentError(fmt::format("{}:{}: {}", file.name, number, problem));
      }
    }
    ++file_;
    return absl::OkStatus();
  }

  static std::string CheckHeader(std::string_view line) {
    const std::string expected = fmt::format("{}", fmt::join(kColumns, "\t"));
    if (line == expected) return "";
    return fmt::format("the first line must name the columns: {}", fmt::join(kColumns, " "));
  }

  // Empty, or what is wrong.
  std::string ReadRow(std::string_view line) {
    Row row;
    if (std::string problem = SplitRow(line, row); !problem.empty()) return problem;
    const bool is_cue = row.type->cue != 0;
    if (!is_cue) AddEntry(row);
    if (std::string problem = AddName(row, row.cells[kName]); !problem.empty()) return problem;
    std::string_view aliases = row.cells[kAliases];
    while (!aliases.empty()) {
      if (std::string problem = AddName(row, Next(aliases, '|')); !problem.empty()) return problem;
    }
    return "";
  }

  static std::string SplitRow(std::string_view line, Row& row) {
    size_t count = 0;
    for (bool more = true; more; ++count) {
      if (count == kColumnCount) return fmt::format("more than {} columns", +kColumnCount);
      more = line.find('\t') != std::string_view::npos;
      row.cells[count] = Next(line, '\t');
    }
    if (count < kType + 1) return "no type (columns are separated by tabs)";
    const auto* type = std::ranges::find(kTypes, row.cells[kType], &TypeName::name);
    if (type == kTypes.end()) return fmt::format("unknown type \"{}\"", row.cells[kType]);
    row.type = type;
    row.entry.type = type->type;
    if (row.cells[kScheme].empty() != row.cells[kId].empty()) return "scheme and id go together";
    return ReadFlags(row.cells[kFlags], row);
  }

  static std::string ReadFlags(std::string_view flags, Row& row) {
    while (!flags.empty()) {
      const std::string_view flag = Next(flags, ',');
      std::string_view value = flag;
      const std::string_view key = Next(value, '=');
      if (!ReadFlag(key, value, row)) return fmt::format("unknown flag \"{}\"", flag);
    }
    return "";
  }

  static bool ReadFlag(std::string_view key, std::string_view value, Row& row) {
    if (key == "population") {
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), row.entry.population);
      return error == std::errc() && end == value.data() + value.size();
    }
    if (key == "country") return CopyCode(value, row.entry.country);
    if (key == "region") return CopyCode(value, row.entry.region);
    if (!value.empty()) return false;
    if (key == "exact") return row.rule = CaseRule::kExact, true;
    if (key == "any-case") return row.rule = CaseRule::kAny, true;
    if (key == "watch") return row.entry.watch = true;
    if (key == "common") return row.entry.common = true;
    if (key == "capital") return row.entry.capital = true;
    if (key == "city") return row.entry.city = true;
    return false;
  }

  template <size_t size>
  static bool CopyCode(std::string_view code, char (&out)[size]) {
    if (code.empty() || code.size() >= size) return false;
    std::ranges::copy(code, out);
    return true;
  }

  Place Keep(std::string_view text) {
    const Place place{static_cast<uint32_t>(built_->texts_.size()),
                      static_cast<uint32_t>(text.size())};
    built_->texts_.append(text);
    return place;
  }

  void AddEntry(Row& row) {
    const bool named = !row.cells[kCanonical].empty();
    names_.push_back(Keep(row.cells[named ? kCanonical : kName]));
    row.entry.first_link = static_cast<uint32_t>(links_.size());
    std::string_view schemes = row.cells[kScheme];
    std::string_view ids = row.cells[kId];
    while (!schemes.empty() && !ids.empty()) {
      const Place scheme = Keep(Next(schemes, '|'));
      links_.emplace_back(scheme, Keep(Next(ids, '|')));
    }
    row.entry.link_count = static_cast<uint32_t>(links_.size()) - row.entry.first_link;
    built_->entries_.push_back(row.entry);
  }

  std::string AddName(const Row& row, std::string_view name) {
    tokens_.clear();
    if (name.size() <= kMaxNameBytes) Tokenize(name, tokens_);
    if (tokens_.empty() || tokens_.size() > kMaxNameTokens) {
      return fmt::format("name \"{}\" has no word, or more than {} tokens or {} bytes",
                         text::Prefix(name, 80), kMaxNameTokens, kMaxNameBytes);
    }
    AddFirst(row, tokens_.front());
    NewNode& node = Descend();
    if (row.type->cue != 0) {
      node.cues |= row.type->cue;
      return "";
    }
    AddSense(row, name, node);
    return "";
  }

  // The node of `tokens_`; creates those on the way.
  NewNode& Descend() {
    uint64_t state = 0;
    for (const Token& token : tokens_) {
      const uint64_t before = std::exchange(state, Step(state, token.hash));
      if (before != 0) {
        nodes_[before].goes_on = true;
        built_->longer_.Add(LongerKey(state));
      }
      nodes_.try_emplace(state);
    }
    return nodes_[state];
  }

  void AddFirst(const Row& row, const Token& first) {
    built_->firsts_.Add(first.hash);
    const bool any_case = (row.type->cue & kCuesInAnyCase) != 0 || row.rule == CaseRule::kAny;
    if (any_case || Gazetteer::IsUncapitalized(first)) {
      built_->uncapitalized_firsts_.Add(first.hash);
    }
  }

  void AddSense(const Row& row, std::string_view name, NewNode& node) {
    const auto entry = static_cast<uint32_t>(built_->entries_.size() - 1);
    const Place surface = KeepSurface(name);
    for (const NewSense& known : node.senses) {
      if (known.sense.entry != entry || SurfaceOf(known.sense) != View(surface)) continue;
      built_->texts_.resize(surface.begin);  // an alias given twice
      return;
    }
    node.senses.push_back({{.entry = entry,
                            .surface_begin = surface.begin,
                            .surface_size = static_cast<uint16_t>(surface.size),
                            .rule = row.rule},
                           file_});
  }

  std::string_view View(Place place) const {
    return std::string_view(built_->texts_).substr(place.begin, place.size);
  }
  std::string_view SurfaceOf(const Sense& sense) const {
    return View({sense.surface_begin, sense.surface_size});
  }

  // The tokens of `name`, with a blank after each.
  Place KeepSurface(std::string_view name) {
    const auto begin = static_cast<uint32_t>(built_->texts_.size());
    for (const Token& token : tokens_) {
      built_->texts_.append(TokenText(name, token)).push_back(' ');
    }
    return {begin, static_cast<uint32_t>(built_->texts_.size()) - begin};
  }

  const GazetteerEntry& EntryOf(const NewSense& sense) const {
    return built_->entries_[sense.sense.entry];
  }

  // Of the readings of one name: a watch list hides all others, a later file those of earlier ones,
  // except that places of one name stay side by side.
  void Choose(std::vector<NewSense>& senses) const {
    const auto rank = [&](const NewSense& s) { return std::pair(EntryOf(s).watch, s.file); };
    std::ranges::stable_sort(senses, std::ranges::greater{}, rank);
    const NewSense best = senses.front();
    const bool places = EntryOf(best).type == EntityType::kLocation && !EntryOf(best).watch;
    std::erase_if(senses, [&](const NewSense& s) {
      if (s.sense.entry == best.sense.entry) return false;
      return !places || EntryOf(s).type != EntityType::kLocation;
    });
    if (senses.size() > kMaxSenses) senses.resize(kMaxSenses);
  }

  // More places of one name than anybody needs to tell apart.
  static constexpr size_t kMaxSenses = 64;

  void LayOutSenses() {
    // In the order of keys: the layout must not depend on the hash map's.
    for (const auto& [key, node] : nodes_) order_.push_back(key);
    std::ranges::sort(order_);
    for (uint64_t key : order_) {
      if (NewNode& node = nodes_[key]; !node.senses.empty()) Choose(node.senses);
    }
  }

  void LayOutNodes() {
    size_t slots = 16;
    while (slots < nodes_.size() * 2) slots *= 2;
    built_->nodes_.resize(slots);
    for (uint64_t key : order_) {
      const NewNode& node = nodes_[key];
      size_t slot = key & (slots - 1);
      while (built_->nodes_[slot].key != 0) slot = (slot + 1) & (slots - 1);
      Gazetteer::Node& placed = built_->nodes_[slot];
      placed.key = key;
      placed.first_sense = static_cast<uint32_t>(built_->senses_.size());
      placed.sense_count = static_cast<uint16_t>(node.senses.size()) & 0x7FFF;  // <= kMaxSenses
      placed.goes_on = node.goes_on;
      placed.cues = node.cues;
      for (const NewSense& sense : node.senses) built_->senses_.push_back(sense.sense);
    }
  }

  void PlaceTexts() {
    built_->texts_.shrink_to_fit();
    for (size_t i = 0; i < names_.size(); ++i) built_->entries_[i].name = View(names_[i]);
    for (const auto& [scheme, id] : links_) built_->links_.push_back({View(scheme), View(id)});
  }

  std::shared_ptr<Gazetteer> built_{new Gazetteer};
  absl::flat_hash_map<uint64_t, NewNode> nodes_;
  std::vector<uint64_t> order_;
  std::vector<Place> names_;
  std::vector<std::pair<Place, Place>> links_;
  std::vector<Token> tokens_;
  uint16_t file_ = 0;
};

Gazetteer::Gazetteer()
    : firsts_(kFirstBits), uncapitalized_firsts_(kUncapitalizedFirstBits), longer_(kLongerBits) {}

absl::StatusOr<std::shared_ptr<const Gazetteer>> Gazetteer::Create(
    std::span<const GazetteerFile> files) {
  return GazetteerBuilder().Build(files);
}

const Gazetteer::Node* Gazetteer::FindNode(uint64_t key) const {
  const size_t mask = nodes_.size() - 1;
  for (size_t slot = key & mask;; slot = (slot + 1) & mask) {
    const Node& node = nodes_[slot];
    if (node.key == key) return &node;
    if (node.key == 0) return nullptr;
  }
}

Match Gazetteer::Find(std::string_view text, std::span<const Token> tokens,
                      bool exact_case) const {
  Match match;
  if (tokens.empty() || !MayBegin(tokens.front())) return match;
  Walk(text, tokens, Step(0, tokens.front().hash), exact_case, match);
  return match;
}

void Gazetteer::FindAll(std::string_view text, std::span<const Token> tokens, bool exact_case,
                        std::span<Match> matches) const {
  struct Start {
    uint64_t state;
    size_t token;
  };
  std::array<Start, kTokensAtOnce> starts;
  for (size_t begin = 0; begin < tokens.size(); begin += kTokensAtOnce) {
    const size_t end = std::min(tokens.size(), begin + kTokensAtOnce);
    size_t count = 0;
    for (size_t i = begin; i < end; ++i) {
      if (!MayBegin(tokens[i])) continue;
      starts[count] = {Step(0, tokens[i].hash), i};
      __builtin_prefetch(&nodes_[starts[count++].state & (nodes_.size() - 1)]);
    }
    for (const Start& start : std::span(starts).first(count)) {
      Walk(text, tokens.subspan(start.token), start.state, exact_case, matches[start.token]);
    }
  }
}

// Follows the trie from `state`, that of the first token, to the longest name.
void Gazetteer::Walk(std::string_view text, std::span<const Token> tokens, uint64_t state,
                     bool exact_case, Match& match) const {
  const Node* node = FindNode(state);
  if (node == nullptr) return;
  match.cues = node->cues;
  const size_t limit = std::min(tokens.size(), kMaxNameTokens);
  for (size_t size = 1;; ++size) {
    if (node->cues & kTitle) match.title_tokens = static_cast<uint8_t>(size);
    const auto senses = Accepted(text, tokens.first(size), *node, exact_case);
    if (!senses.empty()) {
      match.tokens = static_cast<uint8_t>(size);
      match.first_sense = senses.data();
      match.sense_count = static_cast<uint16_t>(senses.size());
    }
    // Names do not go over the ends of sentences.
    if (!node->goes_on || size == limit || tokens[size].Is(Token::kSentenceStart)) return;
    state = Step(state, tokens[size].hash);
    if (!longer_.Has(LongerKey(state))) return;
    node = FindNode(state);
    if (node == nullptr) return;
  }
}

// The readings whose way of writing is that of the text. Those of one row lie side by side, and
// rows differ in case only where a table wants it so ("US" beside "Us"): the first that fits and
// its like.
std::span<const Sense> Gazetteer::Accepted(std::string_view text, std::span<const Token> tokens,
                                           const Node& node, bool exact_case) const {
  const auto senses = std::span(senses_).subspan(node.first_sense, node.sense_count);
  size_t begin = 0;
  while (begin < senses.size() && !Accepts(text, tokens, senses[begin], exact_case)) ++begin;
  size_t end = begin;
  while (end < senses.size() && Accepts(text, tokens, senses[end], exact_case)) ++end;
  return senses.subspan(begin, end - begin);
}

bool Gazetteer::Accepts(std::string_view text, std::span<const Token> tokens, const Sense& sense,
                        bool exact_case) const {
  std::string_view surface =
      std::string_view(texts_).substr(sense.surface_begin, sense.surface_size);
  const bool exact = exact_case || sense.rule == CaseRule::kExact;
  for (const Token& token : tokens) {
    const std::string_view expected = Next(surface, ' ');
    const std::string_view found = TokenText(text, token);
    if (EqualButApostrophes(found, expected)) continue;
    if (sense.rule == CaseRule::kAny ? !EqualFolded(found, expected)
                                     : exact || !FitsCapitals(token, found, expected)) {
      return false;
    }
  }
  return true;
}

size_t Gazetteer::bytes() const {
  return entries_.capacity() * sizeof(entries_[0]) + links_.capacity() * sizeof(links_[0]) +
         senses_.capacity() * sizeof(senses_[0]) + nodes_.capacity() * sizeof(nodes_[0]) +
         firsts_.bytes() + uncapitalized_firsts_.bytes() + longer_.bytes() + texts_.capacity();
}

}  // namespace newsfeed::entities
