#include "processors/cleanup/line_judge.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace newsfeed::cleanup {
namespace {

// What the line model removes, by where it stands.
constexpr std::array<std::string_view, 3> kModelClasses = {"before-article", "inset",
                                                           "after-article"};
// Texts of fewer lines have too little around a line to judge it by; of more, for their bytes, the
// model would take too much time and memory.
constexpr size_t kMinModelLines = 8;
constexpr size_t kFreeModelLines = 2'000;
constexpr size_t kBytesOfModelLine = 128;
constexpr size_t kMaxModelLines = 20'000;
// Lines above the article among which its headline is looked for.
constexpr size_t kHeadlineLines = 12;
// See IsCopiedPage and IsDoubtful.
constexpr size_t kFewestSure = 2;
constexpr float kSureOdds = -2.0F;
// Lines of furniture passed over in search of the article.
constexpr int kMaxPassedOver = 3;
// Real texts settle in two or three rounds.
constexpr int kMaxRounds = 6;

}  // namespace

LineJudge::LineJudge(const config::v1::Cleanup& config, const LineRules& rules, const RuleSet& on,
                     const SourceFurniture* source_furniture, LineObserver* observer)
    : remove_lines_(config.remove_lines()),
      find_title_(config.find_title()),
      rules_(rules),
      on_(on),
      source_furniture_(source_furniture),
      observer_(observer),
      furniture_(rules, on_),
      model_(rules) {
  for (size_t i = 0; i < kModelClasses.size(); ++i) model_rules_[i] = FindRule(kModelClasses[i]);
  headline_rule_ = FindRule("headline");
  source_furniture_rule_ = FindRule("source-furniture");
}

int LineJudge::FindRule(std::string_view name) const {
  for (size_t i = 0; i < rules_.names().size(); ++i) {
    if (rules_.names()[i] == name && on_.Has(static_cast<RuleIndex>(i))) return static_cast<int>(i);
  }
  return Furniture::kKept;
}

void LineJudge::Begin(const Article& article) {
  lines_.clear();
  looked_ = described_ = copied_page_ = false;
  removed_bytes_ = 0;
  is_page_ = article.form == TextForm::kPage;
}

void LineJudge::JudgePage(Article& article, const PageElements& elements) {
  elements_ = &elements;
  JudgeByModel(article, true);
  elements_ = nullptr;
}

void LineJudge::JudgeText(Article& article) {
  for (int round = 0; round < kMaxRounds; ++round) {
    const size_t before = lines_.size();
    JudgeByModel(article, false);
    JudgeLines(article);
    // The headline of a text without title is known from now on.
    Compact([&](size_t i) { return !IsKept(i); });
    if (lines_.size() == before) return;
  }
  JudgeLines(article);
}

template <typename Dropped>
void LineJudge::Compact(Dropped dropped) {
  size_t kept = 0;
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (dropped(i)) {
      if (lines_[i].markup.in_article || !is_page_) removed_bytes_ += lines_[i].text.size();
    } else {
      lines_[kept++] = lines_[i];
    }
  }
  furniture_.Forget(dropped);
  if (described_) model_.Forget(dropped);
  lines_.resize(kept);
}

// Lines that repeat across the stories of the source. The title is none, wherever it repeats.
void LineJudge::FindSourceFurniture(const Article& article) {
  learned_.assign(lines_.size(), 0);
  if (source_furniture_ == nullptr || source_furniture_rule_ < 0 || !remove_lines_) return;
  const SourceFurniture::Lines* known = source_furniture_->Find(SourceOf(article));
  if (known == nullptr) return;
  const uint64_t title = FoldedKey(article.title, words_);
  for (size_t i = 0; i < lines_.size(); ++i) {
    const uint64_t key = furniture_.facts(i).key;
    if (key == 0 || key == title) continue;
    learned_[i] = known->contains(FurnitureKey(lines_[i].text, key)) ? 1 : 0;
  }
}

// What the model takes for no part of the article goes from lines_ into article.removed.
void LineJudge::JudgeByModel(Article& article, bool page) {
  const bool by_model = UsesModel();
  if (!looked_ || (by_model && !described_)) {
    Describe(article, page, by_model);
  } else if (by_model) {
    model_.Retitle(article.title, lines_, furniture_.all_facts());
  }
  if (by_model) {
    model_.Judge(lines_, furniture_.all_facts());
    if (observer_ != nullptr) observer_->Judged(lines_, model_, page);
  }
  // Judged beside it: what stands around an article tells where it begins and ends.
  FindSourceFurniture(article);
  MarkDropped(page, by_model);
  if (!page && article.title.empty() && find_title_) FindHeadline(article);
  NoteDropped(article);
  Compact([&](size_t i) { return dropped_[i] != 0; });
}

void LineJudge::Describe(const Article& article, bool page, bool by_model) {
  if (by_model) {
    LineModelContext context{.title = article.title, .page = page};
    if (page) {
      context.standfirst = article.standfirst;
      context.authors = article.authors;
      context.json_ld_body = elements_->json_ld_body;
    }
    model_.Begin(context, lines_.size());
  }
  furniture_.Look(lines_, by_model ? &model_ : nullptr);
  looked_ = true;
  described_ = by_model;
}

bool LineJudge::UsesModel() const {
  if (!remove_lines_ || lines_.size() < kMinModelLines || lines_.size() > kMaxModelLines ||
      std::ranges::all_of(model_rules_, [](int rule) { return rule < 0; })) {
    return false;
  }
  size_t bytes = 0;
  for (const Line& line : lines_) bytes += line.text.size();
  return lines_.size() <= kFreeModelLines + bytes / kBytesOfModelLine;
}

// Without the model the article's element is the article.
void LineJudge::MarkDropped(bool page, bool by_model) {
  dropped_.assign(lines_.size(), 0);
  headline_ = -1;
  copied_page_ = copied_page_ || (by_model && !page && IsCopiedPage());
  by_model = by_model && (page || copied_page_) && HoldsArticle();
  for (size_t i = 0; i < lines_.size(); ++i) {
    const LineMarkup& markup = lines_[i].markup;
    dropped_[i] = by_model ? model_.odds(i) <= 0 && (page || !IsDoubtful(i))
                           : page && (markup.is_standfirst && !markup.in_article
                                          ? IsRepeatedBelow(i)
                                          : !markup.in_article || markup.rule != 0);
    if (learned_[i] != 0) dropped_[i] = 1;
  }
  if (by_model) DropWhatFollows();
}

// Below the article: headlines under a heading that announces them go with it. What stands below a
// line is asked before it has gone.
void LineJudge::DropWhatFollows() {
  size_t i = lines_.size();
  while (i > 0 && (dropped_[i - 1] != 0 || !furniture_.facts(i - 1).full)) --i;
  int before = Furniture::kKept;
  for (; i < lines_.size(); ++i) {
    const int rule = furniture_.RuleBelow(i, before);
    if (rule != Furniture::kKept) dropped_[i] = 1;
    before = dropped_[i] == 0           ? Furniture::kKept
             : rule != Furniture::kKept ? rule
                                        : furniture_.CandidateRule(i);
  }
}

bool LineJudge::HoldsArticle() const {
  size_t i = 0;
  while (i < lines_.size() && model_.odds(i) <= 0) ++i;
  return i < lines_.size();
}

// A page that was copied as text shows it: some of its lines above the article, or that a rule
// names, are furniture beyond doubt. Without them what the model doubts are short lines of the
// article (lists, signs, ends), and the rules alone judge the text.
bool LineJudge::IsCopiedPage() const {
  size_t sure = 0;
  bool above = true;
  for (size_t i = 0; i < lines_.size() && sure < kFewestSure; ++i) {
    above = above && model_.odds(i) <= 0;
    const bool is_named = learned_[i] != 0 || furniture_.CandidateRule(i) >= 0;
    sure += model_.odds(i) <= kSureOdds && (above || is_named) ? 1 : 0;
  }
  return sure >= kFewestSure;
}

// Of a sentence that no rule names, alone between lines that rules do, with the article on one side
// of them, the model knows little but what stands around it: a lost paragraph is worse than a kept
// caption.
bool LineJudge::IsDoubtful(size_t i) const {
  const LineFacts& facts = furniture_.facts(i);
  if (model_.odds(i) <= kSureOdds || !facts.full || !facts.ends_sentence ||
      furniture_.CandidateRule(i) >= 0) {
    return false;
  }
  const Side above = LookBeside(i, -1);
  const Side below = LookBeside(i, 1);
  return above.furniture && below.furniture && (above.article || below.article);
}

LineJudge::Side LineJudge::LookBeside(size_t i, int step) const {
  const auto is_short = [&](size_t line) {
    return line < lines_.size() && !furniture_.facts(line).full;
  };
  Side side;
  size_t at = i + static_cast<size_t>(step);
  for (int passed = 0; passed < kMaxPassedOver && is_short(at); ++passed) {
    side.furniture = side.furniture || furniture_.CandidateRule(at) >= 0;
    at += static_cast<size_t>(step);
  }
  side.article = at < lines_.size() && furniture_.facts(at).full && model_.odds(at) > 0;
  return side;
}

// Some pages repeat the standfirst in the article. Only lines at the head are looked at, so that no
// page is made slow.
bool LineJudge::IsRepeatedBelow(size_t i) const {
  if (i >= kHeadlineLines) return false;
  const auto below = std::span(lines_).subspan(i + 1);
  return std::ranges::any_of(below, [&](const Line& line) {
    return line.markup.in_article && line.text == lines_[i].text;
  });
}

// Of the lines that the model takes from above a plain text the headline is the one that says most.
void LineJudge::FindHeadline(Article& article) {
  size_t first = 0;
  while (first < lines_.size() && dropped_[first] != 0) ++first;
  if (first == lines_.size()) return;
  float most = 0;
  for (size_t i = first > kHeadlineLines ? first - kHeadlineLines : 0; i < first; ++i) {
    if (!furniture_.MayBeHeadline(lines_[i].text, i) || furniture_.CandidateRule(i) >= 0) continue;
    // -1: no longer words, as in Chinese and Vietnamese.
    const float shared = std::abs(model_.features(i)[kSharedWordsFeature]);
    const float says = shared * static_cast<float>(std::min(furniture_.facts(i).words, 12u));
    if (says <= most) continue;
    most = says;
    headline_ = static_cast<int>(i);
  }
  if (headline_ >= 0) {
    article.title = article.arena().Keep(lines_[static_cast<size_t>(headline_)].text);
  }
}

void LineJudge::NoteDropped(Article& article) {
  size_t first = 0;
  while (first < lines_.size() && dropped_[first] != 0) ++first;
  size_t last = lines_.size();
  while (last > 0 && dropped_[last - 1] != 0) --last;
  // An element that went as a whole is told as one; it covers what is inside it.
  const std::span<const DoubtfulElement> elements =
      elements_ == nullptr ? std::span<const DoubtfulElement>() : elements_->doubtful;
  uint32_t noted_end = 0;
  size_t doubtful = 0;
  for (size_t i = 0; i < lines_.size(); ++i) {
    for (; doubtful < elements.size() && elements[doubtful].lines.begin <= i; ++doubtful) {
      const DoubtfulElement& element = elements[doubtful];
      if (element.lines.begin < noted_end || !HasGone(element)) continue;
      const HtmlNode& node = elements_->tree.nodes()[element.node];
      article.removed.push_back(
          {rules_.name(element.rule),
           elements_->renderer.TextOf(elements_->tree, article.text, element.node, article.arena()),
           node.source.begin, node.source.end});
      noted_end = element.lines.end;
    }
    if (dropped_[i] == 0 || i < noted_end) continue;
    int rule = static_cast<int>(i) == headline_ ? headline_rule_
               : learned_[i] != 0               ? source_furniture_rule_
                                                : furniture_.CandidateRule(i);
    const bool inside = i >= first && i < last;
    if (rule < 0 && inside) rule = furniture_.ShapeRule(i);
    if (rule < 0) rule = model_rules_[inside ? 1 : i < first ? 0 : 2];
    if (rule < 0 && !IsOutside(i)) {
      // Its class is switched off.
      dropped_[i] = 0;
      continue;
    }
    NoteUnlessOutside(article, i, rule);
  }
}

// An element of the article's of which no line is left.
bool LineJudge::HasGone(const DoubtfulElement& element) const {
  const Range article = elements_->article;
  return element.node >= article.begin && element.node < article.end && !element.lines.empty() &&
         std::all_of(dropped_.begin() + element.lines.begin, dropped_.begin() + element.lines.end,
                     [](uint8_t dropped) { return dropped != 0; });
}

bool LineJudge::IsOutside(size_t i) const {
  return is_page_ && !lines_[i].markup.in_article;
}

// What lies outside the article's element is told by its size.
void LineJudge::NoteUnlessOutside(Article& article, size_t i, int rule) {
  if (!IsOutside(i)) {
    NoteRemoved(article, i, static_cast<RuleIndex>(rule));
  } else if (observer_ != nullptr && rule >= 0) {
    observer_->Removed(lines_[i], rules_.name(static_cast<RuleIndex>(rule)));
  }
}

void LineJudge::JudgeLines(Article& article) {
  const FurnitureContext context = {article.title, article.authors, article.source_name,
                                    remove_lines_, find_title_};
  furniture_.Judge(lines_, context);
  if (const int headline = furniture_.headline(); headline >= 0) {
    article.title = article.arena().Keep(lines_[static_cast<size_t>(headline)].text);
  }
  for (size_t i = 0; i < lines_.size(); ++i) {
    const int rule = furniture_.verdict(i);
    if (rule != Furniture::kKept) NoteRemoved(article, i, static_cast<RuleIndex>(rule));
  }
}

void LineJudge::NoteRemoved(Article& article, size_t i, RuleIndex rule) {
  const Line& line = lines_[i];
  if (observer_ != nullptr) observer_->Removed(line, rules_.name(rule));
  std::string_view quote;
  if (article.form == TextForm::kPlain) {
    quote = article.text.substr(line.source.begin, line.source.size());
  } else {
    quote = article.arena().Keep(line.text);
  }
  article.removed.push_back({rules_.name(rule), quote, line.source.begin, line.source.end});
}

void LineJudge::TellKept() const {
  if (observer_ == nullptr) return;
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (IsKept(i)) observer_->Kept(lines_[i]);
  }
}

}  // namespace newsfeed::cleanup
