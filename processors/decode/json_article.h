// A JSON record to the fields of an article, by the known shapes and the configured mapping.
//
//   JsonArticleReader reader(std::move(paths), limits.max_json_depth());
//   reader.Read(text, article);   // fills the article, or rejects it
//
// Rejects with INVALID_JSON, TOO_DEEP, WRONG_TYPE and MISSING_TEXT. Unimportant fields of a wrong
// type, and times and addresses that are none, are as if they were not there.
//
// One instance a worker; it keeps scratch memory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "processors/article/article.h"
#include "processors/decode/json_paths.h"
#include "processors/decode/json_walk.h"

namespace newsfeed::decode {

class JsonArticleReader {
 public:
  JsonArticleReader(JsonPaths paths, uint32_t max_depth, bool repair_bodies)
      : paths_(std::move(paths)), max_depth_(max_depth), repair_bodies_(repair_bodies) {}

  // `text` is valid UTF-8 followed by text::Arena::kPadding readable bytes; views of it go into
  // the article. What decode fills for all formats alike (charset, defaults) is left alone.
  void Read(std::string_view text, Article& article);

  // The value of `decode.extra[index].pointer` in the record read last, or nothing.
  std::optional<std::string_view> Extra(size_t index, text::Arena& arena) const;

  void TrimMemory() { walk_.TrimMemory(); }

 private:
  // The best value of a field so far.
  struct Choice {
    const JsonCapture* capture = nullptr;
    uint32_t score = UINT32_MAX;
    std::string_view text;
    FeedTime time;
  };
  // The best place of a field that holds what cannot be its value.
  struct Wrong {
    const JsonCapture* capture = nullptr;
    uint32_t score = UINT32_MAX;
  };

  void Choose(const Article& article);
  void Consider(const JsonCapture& capture, text::Arena& arena);
  void ConsiderWrong(const JsonCapture& capture);
  std::optional<uint32_t> GraphIndex() const;
  uint32_t Score(const JsonCapture& capture) const;
  std::string_view SiblingOf(const JsonCapture& part, Aspect aspect) const;
  bool IsHtml(const JsonCapture& capture) const;
  const Choice& choice(Field field) const { return choices_[static_cast<size_t>(field)]; }

  bool RejectWrongType(Article& article, Field field) const;
  bool IsAlsoStandfirst(const JsonCapture& capture) const;
  PubStatus Status() const;
  bool IsTold(Field field) const;
  void FillText(Article& article) const;
  void FillTimes(Article& article) const;
  void FillLists(Article& article) const;
  void FillRest(Article& article) const;
  std::string_view PointerTo(const JsonCapture& capture, text::Arena& arena) const;

  JsonPaths paths_;
  uint32_t max_depth_;
  const bool repair_bodies_;
  JsonWalk walk_;
  std::array<Choice, kFields> choices_;
  std::array<Wrong, kFields> wrongs_;
  std::optional<uint32_t> graph_index_;
  std::vector<const JsonCapture*> siblings_;  // roles and types of parts
};

}  // namespace newsfeed::decode
