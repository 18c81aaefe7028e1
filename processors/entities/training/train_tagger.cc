// Trains the tagger and writes its model file.
//
//   train_tagger RECIPE MODEL
//
// A recipe is lines of "key value"; paths are relative to the folder of the recipe. See README.md.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string>

#include <absl/status/status.h>

#include "processors/entities/tagger.h"
#include "processors/entities/training/learner.h"

namespace newsfeed::entities {
namespace {

struct Recipe {
  TaggerModelParts parts;
  LearnerOptions learner;
  std::string words;    // word TAB four classes TAB lists
  std::string phrases;  // phrase TAB lists
  std::optional<int16_t> outside;  // the score of O; without it, the best on `tune`
  std::vector<CorpusOptions> train;
  std::vector<CorpusOptions> dev;
  std::vector<CorpusOptions> tune;  // for the score of O and the calibration
  std::vector<CorpusOptions> text;  // for the habits of case
};

[[noreturn]] void Fail(std::string_view why) {
  fmt::print(stderr, "train_tagger: {}\n", why);
  std::exit(1);
}

CorpusOptions ReadCorpusLine(std::istringstream& line, const std::filesystem::path& folder) {
  CorpusOptions options;
  std::string path, option;
  line >> options.format >> path;
  options.path = folder / path;
  while (line >> option) {
    const std::string key = option.substr(0, option.find('='));
    const std::string value = option.size() > key.size() ? option.substr(key.size() + 1) : "";
    if (key == "weight") {
      options.weight = std::strtof(value.c_str(), nullptr);
    } else if (key == "limit") {
      options.limit = static_cast<uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
    } else if (key == "own_tokens") {
      options.own_tokens = true;
    } else if (key == "no_misc") {
      options.no_misc = true;
    } else if (key == "partial") {
      options.partial = true;
    } else if (key == "misc_doubtful") {
      options.misc_doubtful = true;
    } else if (key == "cut") {
      options.cut = true;
    } else {
      Fail(fmt::format("recipe: unknown option {}", option));
    }
  }
  return options;
}

Recipe ReadRecipe(const std::string& path) {
  std::ifstream in(path);
  if (!in) Fail(path + ": cannot be read");
  const auto folder = std::filesystem::path(path).parent_path();
  Recipe recipe;
  for (std::string text; std::getline(in, text);) {
    std::istringstream line(text);
    std::string key;
    if (!(line >> key) || key.front() == '#') continue;
    std::string file;
    const auto read_path = [&] {
      line >> file;
      return (folder / file).string();
    };
    if (key == "name") line >> recipe.parts.name;
    else if (key == "languages") line >> recipe.parts.languages;
    else if (key == "words") recipe.words = read_path();
    else if (key == "phrases") recipe.phrases = read_path();
    else if (key == "row_bits") line >> recipe.learner.row_bits;
    else if (key == "max_rows") line >> recipe.learner.max_rows;
    else if (key == "min_count") line >> recipe.learner.min_count;
    else if (key == "epochs") line >> recipe.learner.epochs;
    else if (key == "rate") line >> recipe.learner.rate;
    else if (key == "dropout") line >> recipe.learner.dropout;
    else if (key == "word_dropout") line >> recipe.learner.word_dropout;
    else if (key == "document_memory") line >> recipe.learner.document_memory;
    else if (key == "seed") line >> recipe.learner.seed;
    else if (key == "outside") line >> recipe.outside.emplace();
    else if (key == "train") recipe.train.push_back(ReadCorpusLine(line, folder));
    else if (key == "dev") recipe.dev.push_back(ReadCorpusLine(line, folder));
    else if (key == "tune") recipe.tune.push_back(ReadCorpusLine(line, folder));
    else if (key == "text") recipe.text.push_back(ReadCorpusLine(line, folder));
    else Fail(fmt::format("recipe: unknown key {}", key));
    if (line.fail() && !line.eof()) Fail(fmt::format("recipe: bad value: {}", text));
  }
  if (recipe.learner.row_bits < kMinRowBits || recipe.learner.row_bits > kMaxRowBits) {
    Fail("row_bits");
  }
  return recipe;
}

using Texts = std::vector<std::unique_ptr<TrainingText>>;

Texts ReadTexts(const std::vector<CorpusOptions>& all) {
  Texts texts;
  for (const CorpusOptions& options : all) {
    auto read = ReadCorpus(options);
    if (!read.ok()) Fail(std::string(read.status().message()));
    size_t tokens = 0, names = 0;
    for (auto& text : *read) {
      tokens += text->document.tokens.size();
      names += text->names.size();
      texts.push_back(std::move(text));
    }
    fmt::print("{}: {} documents, {} tokens, {} names\n", options.path, read->size(), tokens,
               names);
  }
  return texts;
}

// --- The lexicon. ---

struct Habit {
  uint32_t capital = 0;
  uint32_t lower = 0;
  uint32_t begins = 0;  // begins a name without a capital
};

uint8_t HabitValue(const Habit& habit) {
  const uint32_t all = habit.capital + habit.lower;
  if (all < 3) return 0;
  const float share = static_cast<float>(habit.capital) / static_cast<float>(all);
  uint8_t value = 1;
  for (float bound : {0.02F, 0.1F, 0.3F, 0.6F, 0.85F, 0.97F}) {
    if (share >= bound) ++value;
  }
  return value;
}

void CountHabits(const Texts& texts, std::map<uint32_t, Habit>& habits) {
  for (const auto& text : texts) {
    for (const Sentence& sentence : text->document.sentences) {
      if (sentence.all_caps || sentence.title_case) continue;
      for (uint32_t i = sentence.tokens.begin; i < sentence.tokens.end; ++i) {
        const Token& token = text->document.tokens[i];
        if (token.kind == TokenKind::kMark || token.kind == TokenKind::kClitic) continue;
        Habit& habit = habits[token.hash];
        const bool small =
            token.letter_case == LetterCase::kLower || token.letter_case == LetterCase::kNone;
        if (!token.Is(Token::kFirstWord)) ++(small ? habit.lower : habit.capital);
        const Tag gold = text->gold[i];
        if (small && gold < kColumns && (PlaceOf(gold) == kBegin || PlaceOf(gold) == kSingle)) {
          ++habit.begins;
        }
      }
    }
  }
}

std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells(1);
  for (char c : line) {
    if (c == '\t') cells.emplace_back();
    else cells.back() += c;
  }
  return cells;
}

uint32_t Number(const std::string& text) {
  return static_cast<uint32_t>(std::strtoul(text.c_str(), nullptr, 10));
}

void ReadWords(const std::string& path, std::map<uint32_t, WordInfo>& words) {
  std::ifstream in(path);
  if (!in) Fail(path + ": cannot be read");
  for (std::string line; std::getline(in, line);) {
    const auto cells = Cells(line);
    if (cells.size() != 2 + kClusterings) Fail(path + ": bad line: " + line);
    WordInfo& info = words[TokenHash(cells[0])];
    for (uint32_t i = 0; i < kClusterings; ++i) {
      if (info.clusters[i] == 0) info.clusters[i] = static_cast<uint16_t>(Number(cells[i + 1]));
    }
    info.lists |= static_cast<uint8_t>(Number(cells[1 + kClusterings]));
  }
}

void ReadPhrases(const std::string& path, std::map<uint32_t, WordInfo>& words,
                 std::map<uint32_t, PhraseInfo>& phrases) {
  std::ifstream in(path);
  if (!in) Fail(path + ": cannot be read");
  std::vector<Token> tokens;
  for (std::string line; std::getline(in, line);) {
    const auto cells = Cells(line);
    tokens.clear();
    Tokenize(cells[0], tokens);
    const auto lists = static_cast<uint8_t>(Number(cells.at(1)));
    if (tokens.empty() || tokens.size() > 7) continue;
    if (tokens.size() == 1) {
      words[tokens[0].hash].lists |= lists;
      continue;
    }
    words[tokens[0].hash].flags |= WordInfo::kBeginsPhrase;
    uint32_t key = Lexicon::PhraseKey(0, tokens[0].hash);
    for (size_t i = 1; i < tokens.size(); ++i) {
      key = Lexicon::PhraseKey(key, tokens[i].hash);
      if (i + 1 < tokens.size()) phrases[key].goes_on = true;
      else phrases[key].lists |= lists;
    }
  }
}

void MakeLexicon(Recipe& recipe, const Texts& train) {
  std::map<uint32_t, Habit> habits;
  CountHabits(train, habits);
  for (const CorpusOptions& options : recipe.text) CountHabits(ReadTexts({options}), habits);
  std::map<uint32_t, WordInfo> words;
  std::map<uint32_t, PhraseInfo> phrases;
  if (!recipe.words.empty()) ReadWords(recipe.words, words);
  if (!recipe.phrases.empty()) ReadPhrases(recipe.phrases, words, phrases);
  for (const auto& [hash, habit] : habits) {
    const uint8_t value = HabitValue(habit);
    const bool may_begin = habit.begins >= 3 && habit.begins * 10 >= habit.lower;
    if (value == 0 && !may_begin) continue;
    WordInfo& info = words[hash];
    info.case_habit = value;
    if (may_begin) info.flags |= WordInfo::kMayBegin;
  }
  for (const auto& [hash, info] : words) {
    if (hash != 0) recipe.parts.words.push_back({hash, info});
  }
  for (const auto& [key, info] : phrases) {
    if (key != 0) recipe.parts.phrases.push_back({key, info});
  }
  fmt::print("lexicon: {} words, {} phrases\n", recipe.parts.words.size(),
             recipe.parts.phrases.size());
}

// --- Evaluation. ---

struct Counts {
  uint32_t gold = 0, found = 0, right = 0;
  double f1() const { return gold + found == 0 ? 0 : 200.0 * right / (gold + found); }
};

struct Result {
  std::array<Counts, kTypes> by_type;
  // Names found, by type and eighth of probability: all and right.
  std::array<std::array<std::array<uint32_t, 2>, kCalibrationKnots>, kTypes> reliability{};

  Counts Sum(uint32_t types) const {
    Counts sum;
    for (uint32_t t = 0; t < types; ++t) {
      sum.gold += by_type[t].gold;
      sum.found += by_type[t].found;
      sum.right += by_type[t].right;
    }
    return sum;
  }
};

void Evaluate(StatisticalTagger& tagger, const TrainingText& text, Result& result) {
  const auto& gold = text.gold;
  for (Tag tag : gold) {
    if (tag < kColumns && (PlaceOf(tag) == kBegin || PlaceOf(tag) == kSingle)) {
      ++result.by_type[tag / 4].gold;
    }
  }
  for (const TaggedName& name : tagger.FindNames(text.document)) {
    bool unknown = false;
    for (uint32_t i = name.tokens.begin; i < name.tokens.end; ++i) {
      unknown |= gold[i] == kUnknown ||
                 (gold[i] == kOutsideOrMisc && name.type == EntityType::kMisc);
    }
    if (unknown) continue;
    const uint32_t first = name.tokens.begin, last = name.tokens.end - 1;
    const bool right =
        first == last
            ? gold[first] == MakeTag(name.type, kSingle)
            : gold[first] == MakeTag(name.type, kBegin) && gold[last] == MakeTag(name.type, kEnd) &&
                  std::all_of(gold.begin() + first + 1, gold.begin() + last,
                              [&](Tag t) { return t == MakeTag(name.type, kInside); });
    const auto type = static_cast<size_t>(name.type) - 1;
    ++result.by_type[type].found;
    result.by_type[type].right += right;
    const auto knot = static_cast<size_t>(name.probability * (kCalibrationKnots - 1) + 0.5F);
    ++result.reliability[type][knot][0];
    result.reliability[type][knot][1] += right;
  }
}

Result Evaluate(StatisticalTagger& tagger, const Texts& texts) {
  Result result;
  for (const auto& text : texts) Evaluate(tagger, *text, result);
  return result;
}

void Print(std::string_view name, const Result& result) {
  fmt::print("  {:28}", name.substr(name.rfind('/') + 1));
  constexpr std::string_view kNames[] = {"PER", "ORG", "LOC", "MISC"};
  for (uint32_t t = 0; t < kTypes; ++t) {
    fmt::print(" {} {:5.1f}", kNames[t], result.by_type[t].f1());
  }
  const Counts three = result.Sum(3), four = result.Sum(4);
  fmt::print("  three P {:.1f} R {:.1f} F {:.2f}  four {:.2f}\n",
             100.0 * three.right / std::max(1U, three.found),
             100.0 * three.right / std::max(1U, three.gold), three.f1(), four.f1());
  std::fflush(stdout);
}

std::shared_ptr<const TaggerModel> Load(const TaggerModelParts& parts) {
  auto model = TaggerModel::Create(WriteTaggerModel(parts), "trained");
  if (!model.ok()) Fail(std::string(model.status().message()));
  return *model;
}

// The score of O with the best mean F1 of people, organisations and places over the sets; of those
// that differ from it by noise the one nearest 0, which is what the weights were learned for.
int16_t TuneOutside(const TaggerModelParts& parts, const std::vector<Texts>& sets) {
  constexpr double kNoise = 0.25;
  StatisticalTagger tagger(Load(parts));
  std::vector<std::pair<int32_t, double>> tried;
  double best = 0;
  for (int32_t outside = -3 * kUnitsPerLogit; outside <= kUnitsPerLogit;
       outside += kUnitsPerLogit / 4) {
    tagger.set_outside(outside);
    double f1 = 0;
    for (const Texts& texts : sets) {
      f1 += Evaluate(tagger, texts).Sum(3).f1() / static_cast<double>(sets.size());
    }
    fmt::print("  outside {}: {:.2f}\n", outside, f1);
    tried.emplace_back(outside, f1);
    best = std::max(best, f1);
  }
  std::erase_if(tried, [&](const auto& t) { return t.second < best - kNoise; });
  const auto distance = [](const auto& t) { return std::abs(t.first); };
  return static_cast<int16_t>(std::ranges::min_element(tried, {}, distance)->first);
}

// Share of right names at each eighth, smoothed towards the probability itself and made monotone.
Calibration Calibrate(const Result& result) {
  Calibration calibration{};
  for (uint32_t t = 0; t < kTypes; ++t) {
    double before = 0.02;
    for (uint32_t k = 0; k < kCalibrationKnots; ++k) {
      const double expected = 0.9 * k / (kCalibrationKnots - 1) + 0.05;
      const auto& [all, right] = result.reliability[t][k];
      const double share = (right + 10 * expected) / (all + 10.0);
      before = std::max(before, share);
      calibration[t][k] = static_cast<uint8_t>(std::lround(before * 255));
      fmt::print("  type {} at {:.3f}: {} names, {:.2f} right\n", t + 1, k / 8.0, all, share);
    }
  }
  return calibration;
}

int Run(const std::string& recipe_path, const std::string& model_path) {
  Recipe recipe = ReadRecipe(recipe_path);
  const Texts train = ReadTexts(recipe.train);
  std::vector<Texts> dev, tune;
  for (const auto& options : recipe.dev) dev.push_back(ReadTexts({options}));
  for (const auto& options : recipe.tune) tune.push_back(ReadTexts({options}));
  MakeLexicon(recipe, train);
  const Lexicon lexicon(recipe.parts.words, recipe.parts.phrases);
  Learner learner(recipe.learner, lexicon);
  std::vector<TrainingText*> texts;
  for (const auto& text : train) texts.push_back(text.get());
  learner.ChooseFeatures(texts);
  fmt::print("{} features\n", learner.features());
  std::fflush(stdout);
  for (uint32_t epoch = 0; epoch < recipe.learner.epochs; ++epoch) {
    const double loss = learner.RunEpoch(texts, epoch);
    fmt::print("epoch {}: loss {:.4f}\n", epoch + 1, loss);
    learner.Pack(recipe.parts);
    StatisticalTagger tagger(Load(recipe.parts));
    for (size_t i = 0; i < dev.size(); ++i) Print(recipe.dev[i].path, Evaluate(tagger, dev[i]));
  }
  if (!tune.empty()) {
    recipe.parts.outside =
        recipe.outside.has_value() ? *recipe.outside : TuneOutside(recipe.parts, tune);
    StatisticalTagger tagger(Load(recipe.parts));
    Result result;
    for (const Texts& set : tune) {
      for (const auto& text : set) Evaluate(tagger, *text, result);
    }
    recipe.parts.calibration = Calibrate(result);
    fmt::print("with score {} for O\n", recipe.parts.outside);
    for (size_t i = 0; i < dev.size(); ++i) Print(recipe.dev[i].path, Evaluate(tagger, dev[i]));
  }
  const std::string bytes = WriteTaggerModel(recipe.parts);
  std::ofstream(model_path, std::ios::binary) << bytes;
  fmt::print("{}: {} bytes, {}\n", model_path, bytes.size(), std::string(Load(recipe.parts)->id()));
  return 0;
}

}  // namespace
}  // namespace newsfeed::entities

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: train_tagger RECIPE MODEL\n");
    return 2;
  }
  return newsfeed::entities::Run(argv[1], argv[2]);
}
