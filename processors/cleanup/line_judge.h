// Which lines of an article stay: what the line model and the line rules say of them, and what is
// known of the source. What goes is noted in Article::removed.
//
//   judge.Begin(article);
//   fill(judge.lines());
//   judge.JudgePage(article, elements);   // of a page, before
//   judge.JudgeText(article);
//   // judge.lines(): those that stay, but for the last round's, see IsKept
//
// Scratch memory of one worker.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "newsfeed/config/v1/config.pb.h"
#include "processors/article/article.h"
#include "processors/cleanup/furniture.h"
#include "processors/cleanup/html_text.h"
#include "processors/cleanup/html_tree.h"
#include "processors/cleanup/line_model.h"
#include "processors/cleanup/line_observer.h"
#include "processors/cleanup/line_rules.h"
#include "processors/cleanup/lines.h"
#include "processors/cleanup/source_furniture.h"

namespace newsfeed::cleanup {

// What stands around the lines of a page.
struct PageElements {
  const HtmlTree& tree;
  HtmlRenderer& renderer;
  Range article;  // nodes of the element that holds it
  std::span<const DoubtfulElement> doubtful;
  // The article's text as JSON-LD gives it.
  std::string_view json_ld_body;
};

class LineJudge {
 public:
  // `source_furniture` and `observer` may be null; all outlive it.
  LineJudge(const config::v1::Cleanup& config, const LineRules& rules, const RuleSet& on,
            const SourceFurniture* source_furniture, LineObserver* observer);

  // Forgets the article before.
  void Begin(const Article& article);

  // To be filled, then judged.
  std::vector<Line>& lines() { return lines_; }
  const std::vector<Line>& lines() const { return lines_; }
  // Other lines stand there now.
  void Refilled() { looked_ = described_ = false; }

  // What the model takes for no part of the article goes from lines().
  void JudgePage(Article& article, const PageElements& elements);

  // Judges the lines of a text until nothing goes: so a text that came out is left as it is. Finds
  // the headline of a text without title.
  void JudgeText(Article& article);

  // Tells the observer what stays.
  void TellKept() const;

  // False for lines that the last round took.
  bool IsKept(size_t i) const { return furniture_.verdict(i) == Furniture::kKept; }
  const LineFacts& facts(size_t i) const { return furniture_.facts(i); }
  // Bytes of the lines that went from lines(); of a page those in the article's element.
  size_t removed_bytes() const { return removed_bytes_; }

 private:
  // The few short lines beside a line: one of furniture is among them; the article goes on behind
  // them.
  struct Side {
    bool furniture = false;
    bool article = false;
  };

  template <typename Dropped>
  void Compact(Dropped dropped);
  void JudgeByModel(Article& article, bool page);
  void JudgeLines(Article& article);
  void Describe(const Article& article, bool page, bool by_model);
  bool UsesModel() const;
  void FindSourceFurniture(const Article& article);
  void MarkDropped(bool page, bool by_model);
  void DropWhatFollows();
  bool HoldsArticle() const;
  bool IsCopiedPage() const;
  bool IsDoubtful(size_t i) const;
  Side LookBeside(size_t i, int step) const;
  bool IsRepeatedBelow(size_t i) const;
  void FindHeadline(Article& article);
  void NoteDropped(Article& article);
  bool HasGone(const DoubtfulElement& element) const;
  bool IsOutside(size_t i) const;
  void NoteUnlessOutside(Article& article, size_t i, int rule);
  void NoteRemoved(Article& article, size_t i, RuleIndex rule);
  int FindRule(std::string_view name) const;

  const bool remove_lines_;
  const bool find_title_;
  const LineRules& rules_;
  const RuleSet& on_;
  const SourceFurniture* const source_furniture_;
  LineObserver* const observer_;
  // The rules for what the model removes; kKept: off.
  std::array<int, 3> model_rules_{};
  int headline_rule_ = Furniture::kKept;
  int source_furniture_rule_ = Furniture::kKept;

  // Of one article at a time.
  std::vector<Line> lines_;
  std::vector<Word> words_;
  std::vector<uint8_t> dropped_;
  std::vector<uint8_t> learned_;  // known as furniture of the source
  const PageElements* elements_ = nullptr;  // while a page is judged
  bool is_page_ = false;
  bool copied_page_ = false;  // as plain text
  // Furniture has looked at the lines as they are; so the model.
  bool looked_ = false;
  bool described_ = false;
  int headline_ = Furniture::kKept;
  size_t removed_bytes_ = 0;
  Furniture furniture_;
  LineModel model_;
};

}  // namespace newsfeed::cleanup
