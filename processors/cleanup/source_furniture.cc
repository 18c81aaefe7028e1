#include "processors/cleanup/source_furniture.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>

#include "processors/cleanup/line_rules.h"
#include "processors/cleanup/sentence.h"
#include "processors/text/hash.h"

namespace newsfeed::cleanup {
namespace {

constexpr std::string_view kHeader =
    "# Lines that repeat across the stories of a source: newsfeedd boilerplate learn.\n"
    "# source\tstories\tof\tline\n";

// See the header.
constexpr uint32_t kTextWords = 10;

absl::Status Fault(std::string_view file_name, size_t number, std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("{}:{}: {}", file_name, number, what));
}

// What stands before the next `separator`, which is taken off `rest` with it.
std::string_view TakeUntil(char separator, std::string_view& rest) {
  const std::string_view taken = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(taken.size() + 1, rest.size()));
  return taken;
}

bool IsNumber(std::string_view text) {
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string_view SourceOf(const Article& article) {
  return article.source_domain.empty() ? article.source_name : article.source_domain;
}

uint64_t FurnitureKey(std::string_view line, uint64_t folded) {
  return CountWords(line) < kTextWords ? folded : text::Hash(line);
}

absl::StatusOr<std::shared_ptr<const SourceFurniture>> SourceFurniture::Create(
    std::string_view table, std::string_view file_name) {
  auto furniture = std::make_shared<SourceFurniture>();
  std::vector<Word> words;
  size_t number = 0;
  while (!table.empty()) {
    ++number;
    std::string_view row = TakeUntil('\n', table);
    if (row.ends_with('\r')) row.remove_suffix(1);
    if (row.empty() || row.starts_with('#')) continue;
    if (std::ranges::count(row, '\t') < 3) {
      return Fault(file_name, number, "a row is source, stories, of, line, set apart by tabs");
    }
    const std::string_view source = TakeUntil('\t', row);
    const std::string_view stories = TakeUntil('\t', row);
    const std::string_view of = TakeUntil('\t', row);
    if (source.empty()) return Fault(file_name, number, "the source is empty");
    if (!IsNumber(stories) || !IsNumber(of)) {
      return Fault(file_name, number, "stories and of are numbers");
    }
    const uint64_t key = FoldedKey(row, words);
    if (key == 0) return Fault(file_name, number, "the line has no words");
    furniture->sources_[std::string(source)].insert(FurnitureKey(row, key));
  }
  return furniture;
}

const SourceFurniture::Lines* SourceFurniture::Find(std::string_view source) const {
  const auto found = sources_.find(source);
  return found == sources_.end() ? nullptr : &found->second;
}

void FurnitureLearner::BeginStory(std::string_view source) {
  if (lines_ > options_.max_lines) Forget();
  ++story_;
  source_ = nullptr;
  // A name that would break the table's rows is no name.
  if (source.empty() || source.starts_with('#') ||
      source.find_first_of("\t\r\n") != std::string_view::npos) {
    return;
  }
  source_ = &sources_[std::string(source)];
  ++source_->stories;
}

void FurnitureLearner::AddLine(std::string_view line) {
  if (source_ == nullptr || line.size() > LineRules::kMaxFurnitureBytes ||
      CountWords(line) > LineRules::kMaxKeyWords ||
      line.find_first_of("\t\r\n") != std::string_view::npos) {
    return;
  }
  ReadWords(line, words_);
  const uint64_t key = FoldedKey(words_);
  if (key == 0) return;
  const auto [found, added] = source_->lines.try_emplace(FurnitureKey(line, key));
  Line& known = found->second;
  if (added) {
    known.text = line;
    ++lines_;
  }
  if (known.last_story == story_) return;
  known.last_story = story_;
  ++known.stories;
}

// Which lines go depends on counts alone: the order of a hash map never decides.
void FurnitureLearner::Forget() {
  for (uint32_t least = 2; lines_ > options_.max_lines / 2; ++least) {
    for (auto& [name, source] : sources_) {
      absl::erase_if(source.lines, [&](const auto& line) { return line.second.stories < least; });
    }
    lines_ = 0;
    for (const auto& [name, source] : sources_) lines_ += source.lines.size();
  }
}

std::string FurnitureLearner::Table() const {
  std::string table(kHeader);
  std::vector<const Line*> lines;
  for (const auto& [name, source] : sources_) {
    lines.clear();
    for (const auto& [key, line] : source.lines) {
      if (line.stories >= options_.min_stories &&
          uint64_t{line.stories} * 100 >= uint64_t{source.stories} * options_.min_share_percent) {
        lines.push_back(&line);
      }
    }
    std::ranges::sort(lines, [](const Line* a, const Line* b) {
      return std::tie(b->stories, a->text) < std::tie(a->stories, b->text);
    });
    for (const Line* line : lines) {
      table += fmt::format("{}\t{}\t{}\t{}\n", name, line->stories, source.stories, line->text);
    }
  }
  return table;
}

}  // namespace newsfeed::cleanup
