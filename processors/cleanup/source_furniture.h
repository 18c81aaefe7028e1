// Lines that repeat across the stories of a source: which they are, and how they are learned.
//
// The table is made by `newsfeedd boilerplate learn`, read by people and named in
// `cleanup.source_furniture`. One row a line, sorted; a row may be taken out or added by hand:
//
//   # source	stories	of	line
//   news.example.com	12	14	Get our letter every morning
//
// Lines are compared when folded: without case and punctuation, any number for any other. A line of
// ten words and more is compared byte by byte: it may be a sentence, and what is written anew each day
// with other numbers ("The index closed at …") is no furniture.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/status/statusor.h>

#include "processors/article/article.h"
#include "processors/cleanup/words.h"

namespace newsfeed::cleanup {

// What rows are named by: the domain, else the name; empty: unknown, nothing is learned of it.
std::string_view SourceOf(const Article& article);

// What a line is compared by; `folded`: its FoldedKey, not 0.
uint64_t FurnitureKey(std::string_view line, uint64_t folded);

// A table, shared by all workers; immutable.
class SourceFurniture {
 public:
  // By FurnitureKey.
  using Lines = absl::flat_hash_set<uint64_t>;

  // `file_name` is for messages: "FILE:LINE: …".
  static absl::StatusOr<std::shared_ptr<const SourceFurniture>> Create(std::string_view table,
                                                                       std::string_view file_name);

  // The lines of a source; null: none.
  const Lines* Find(std::string_view source) const;

  size_t sources() const { return sources_.size(); }

 private:
  std::map<std::string, Lines, std::less<>> sources_;
};

// Counts in how many stories of its source each line stands. One thread. Its memory is bounded: at
// most `max_lines` lines are known at once, and when they are more, those seen in the fewest
// stories are forgotten, of all sources.
class FurnitureLearner {
 public:
  struct Options {
    // A line is furniture from so many stories on …
    uint32_t min_stories = 3;
    // … if they are this share of the source's stories, in percent.
    uint32_t min_share_percent = 10;
    size_t max_lines = 2'000'000;
  };

  explicit FurnitureLearner(const Options& options) : options_(options) {}

  // A line that is added once more for one story counts once.
  void BeginStory(std::string_view source);
  void AddLine(std::string_view line);

  uint64_t stories() const { return story_; }
  size_t sources() const { return sources_.size(); }

  // The table: the same stories in the same order give the same bytes.
  std::string Table() const;

 private:
  struct Line {
    std::string text;  // as it was first seen
    uint32_t stories = 0;
    uint64_t last_story = 0;
  };
  struct Source {
    uint32_t stories = 0;
    absl::flat_hash_map<uint64_t, Line> lines;
  };

  void Forget();

  const Options options_;
  std::map<std::string, Source, std::less<>> sources_;
  Source* source_ = nullptr;  // of the story at hand; none: unknown
  uint64_t story_ = 0;
  size_t lines_ = 0;
  std::vector<Word> words_;
};

}  // namespace newsfeed::cleanup
