#include "processors/cleanup/cleanup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "processors/cleanup/characters.h"
#include "processors/cleanup/furniture.h"
#include "processors/cleanup/html_text.h"
#include "processors/cleanup/html_tree.h"
#include "processors/cleanup/language.h"
#include "processors/cleanup/line_model.h"
#include "processors/cleanup/lines.h"
#include "processors/cleanup/page.h"
#include "processors/cleanup/page_state.h"
#include "processors/cleanup/sentence.h"
#include "processors/cleanup/standfirst.h"
#include "processors/text/html_sniffing.h"

namespace newsfeed::cleanup {
namespace {

using Quality = config::v1::Cleanup::Quality;

constexpr std::string_view kParagraphBreak = "\n\n";
// Where the elements of a page give less text than this, the text in its JSON-LD is taken if it has
// more than that: four of sixteen such texts are teasers of 490 characters.
constexpr size_t kFailedBytes = 250;
constexpr size_t kMinJsonLdBytes = 500;
// A body this short says too little about its language without its title.
constexpr size_t kShortBodyBytes = 100;
// A notice about cookies is not longer, and says so many of what they say.
constexpr uint32_t kMaxConsentWords = 300;
constexpr int kMinConsentPhrases = 4;
// What the line model removes, by where it stands.
constexpr std::array<std::string_view, 3> kModelClasses = {"before-article", "inset", "after-article"};
// Texts of fewer lines have too little around a line to judge it by; of more, for their bytes, the
// model would take too much time and memory.
constexpr size_t kMinModelLines = 8;
constexpr size_t kFreeModelLines = 2'000;
constexpr size_t kBytesOfModelLine = 128;
constexpr size_t kMaxModelLines = 20'000;
// Lines above the article among which its headline is looked for.
constexpr size_t kHeadlineLines = 12;
// A text with less of its bytes in doubt is clean: then a line goes only where the odds are against
// it by so much.
constexpr size_t kFurniturePercent = 12;
constexpr float kSureOdds = -2.0F;
// Real texts settle in two or three rounds.
constexpr int kMaxRounds = 6;

class Cleaner : public Processor {
 public:
  Cleaner(const config::v1::Cleanup& config, const config::v1::Limits& limits,
          std::shared_ptr<const LineRules> rules,
          std::shared_ptr<const SourceFurniture> source_furniture, const RuleSet& on,
          LineObserver* observer)
      : config_(config),
        html_limits_{limits.max_html_depth(), limits.max_html_attributes()},
        rules_(std::move(rules)),
        source_furniture_(std::move(source_furniture)),
        on_(on),
        observer_(observer),
        furniture_(*rules_, on_),
        model_(*rules_),
        block_judge_(*rules_, on_) {
    for (size_t i = 0; i < kModelClasses.size(); ++i) model_rules_[i] = FindRule(kModelClasses[i]);
    headline_rule_ = FindRule("headline");
    source_furniture_rule_ = FindRule("source-furniture");
  }

  std::string_view name() const override { return "cleanup"; }

  absl::Status Process(Batch& batch) override {
    for (Article& article : batch.articles()) {
      if (article.live()) Clean(article);
    }
    scratch_.Clear();
    return absl::OkStatus();
  }

 private:
  void Clean(Article& article) {
    scratch_.Clear();
    lines_.clear();
    article.removed.clear();
    article.standfirst_in_body = {};
    built_ = looked_ = described_ = false;
    removed_bytes_ = 0;
    doubtful_.clear();
    built_from_text_ = article.form != TextForm::kPage;
    CleanFields(article);
    standfirst_given_ = !article.standfirst.empty();
    const bool html = article.form != TextForm::kPlain;
    if (html && !config_.parse_html()) {
      article.body = article.text;
    } else if (html) {
      if (!ReadHtml(article)) return;
      JudgeText(article);
      BuildBody(article);
    } else {
      CleanPlainText(article);
    }
    if (observer_ != nullptr) TellKept();
    FillStandfirst(article);
    FillQuality(article);
    FillLanguage(article);
    std::ranges::stable_sort(article.removed, {}, &RemovedText::begin);
    ApplyFloor(article);
  }

  void CleanFields(Article& article) {
    if (!config_.normalize_characters()) return;
    article.title = CleanLine(article.title, article.arena());
    article.standfirst = CleanStandfirst(article.standfirst, article.arena());
  }

  // Feeds send standfirsts as HTML, escaped or not: "<p>Ships <b>may</b> enter.</p>". The text of it
  // in one line.
  std::string_view CleanStandfirst(std::string_view standfirst, text::Arena& arena) {
    std::string_view html = standfirst;
    if (!text::LooksLikeHtml(html)) {
      const auto unescaped = text::UnescapedHtml(standfirst, scratch_);
      if (!unescaped) return CleanLine(standfirst, arena);
      html = *unescaped;
    }
    if (tree_.Parse(html, html_limits_) != HtmlFault::kNone) return CleanLine(standfirst, arena);
    figures_.Count(tree_, html);
    block_judge_.Begin(tree_);
    renderer_.Render(tree_, figures_, html, {0, static_cast<uint32_t>(tree_.nodes().size())},
                     block_judge_, *rules_, true, scratch_, scratch_, lines_, ignored_);
    std::string text;
    for (const Line& line : lines_) {
      if (!text.empty()) text += ' ';
      text += line.text;
    }
    lines_.clear();
    ignored_.clear();
    return arena.Keep(text);
  }

  void CleanPlainText(Article& article) {
    const bool clean = config_.normalize_characters();
    if (!clean && !config_.remove_lines() && !config_.find_title()) {
      article.body = article.text;
      return;
    }
    SplitLines(article.text, clean, scratch_, lines_);
    if (clean) JoinWrappedLines(scratch_, lines_);
    if (observer_ != nullptr) observer_->Read(article, lines_);
    JudgeText(article);
    if (clean) {
      BuildBody(article);
    } else {
      CutBody(article);
    }
  }

  // False if the article was rejected.
  bool ReadHtml(Article& article) {
    switch (tree_.Parse(article.text, html_limits_)) {
      case HtmlFault::kNone: break;
      case HtmlFault::kTooDeep:
        article.Reject(Reason::kTooDeep, fmt::format("elements nested deeper than {}",
                                                     html_limits_.max_depth));
        return false;
      case HtmlFault::kTooManyNodes:
        article.Reject(Reason::kTooComplex,
                       fmt::format("more than {} elements and texts, or attributes",
                                                        MaxHtmlNodes(article.text.size())));
        return false;
      case HtmlFault::kTooManyAttributes:
        article.Reject(Reason::kTooComplex, fmt::format("an element with more than {} attributes",
                                                        html_limits_.max_attributes));
        return false;
    }
    figures_.Count(tree_, article.text);
    block_judge_.Begin(tree_);
    Range nodes = {0, static_cast<uint32_t>(tree_.nodes().size())};
    if (article.form == TextForm::kPage) {
      page_.FillMetadata(tree_, article.text, renderer_, article);
      nodes = page_.FindArticle(tree_, figures_, block_judge_);
    }
    article_ = nodes;
    if (article.form != TextForm::kPage) {
      Render(article, nodes, nullptr);
      if (observer_ != nullptr) observer_->Read(article, lines_);
      return true;
    }
    const HtmlRenderer::Page page = {nodes, FindStandfirst(article, nodes), doubtful_};
    Render(article, {0, static_cast<uint32_t>(tree_.nodes().size())}, &page);
    if (observer_ != nullptr) observer_->Read(article, lines_);
    JudgeByModel(article, true);
    FinishPage(article, ElementBytes(nodes));
    return true;
  }

  void Render(Article& article, Range nodes, const HtmlRenderer::Page* page) {
    renderer_.Render(tree_, figures_, article.text, nodes, block_judge_, *rules_,
                     config_.normalize_characters(), scratch_, article.arena(), lines_,
                     article.removed, page);
  }

  Range FindStandfirst(const Article& article, Range nodes) {
    return page_.FindStandfirst(tree_, article.text, figures_, block_judge_, renderer_, nodes,
                                article.standfirst, scratch_);
  }

  // Judges the lines of a text until nothing goes: so a text that came out is left as it is.
  void JudgeText(Article& article) {
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
  void Compact(Dropped dropped) {
    size_t kept = 0;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (dropped(i)) {
        if (lines_[i].markup.in_article || built_from_text_) removed_bytes_ += lines_[i].text.size();
      } else {
        lines_[kept++] = lines_[i];
      }
    }
    furniture_.Forget(dropped);
    if (described_) model_.Forget(dropped);
    lines_.resize(kept);
  }

  // Lines that repeat across the stories of the source. The title is none, wherever it repeats.
  void FindSourceFurniture(const Article& article) {
    learned_.assign(lines_.size(), 0);
    if (source_furniture_ == nullptr || source_furniture_rule_ < 0 || !config_.remove_lines()) return;
    const SourceFurniture::Lines* known = source_furniture_->Find(SourceOf(article));
    if (known == nullptr) return;
    const uint64_t title = FoldedKey(article.title, words_);
    for (size_t i = 0; i < lines_.size(); ++i) {
      const uint64_t key = furniture_.facts(i).key;
      learned_[i] = key != 0 && key != title && known->contains(key) ? 1 : 0;
    }
  }

  // What the model takes for no part of the article goes from lines_ into article.removed.
  void JudgeByModel(Article& article, bool page) {
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
    if (!page && article.title.empty() && config_.find_title()) FindHeadline(article);
    NoteDropped(article);
    doubtful_.clear();
    Compact([&](size_t i) { return dropped_[i] != 0; });
  }

  void Describe(const Article& article, bool page, bool by_model) {
    if (by_model) {
      LineModelContext context{.title = article.title, .page = page};
      if (page) {
        context.standfirst = article.standfirst;
        context.authors = article.authors;
        context.json_ld_body = page_.json_ld_body();
      }
      model_.Begin(context, lines_.size());
    }
    furniture_.Look(lines_, by_model ? &model_ : nullptr);
    looked_ = true;
    described_ = by_model;
  }

  bool UsesModel() const {
    if (!config_.remove_lines() || lines_.size() < kMinModelLines || lines_.size() > kMaxModelLines ||
        std::ranges::all_of(model_rules_, [](int rule) { return rule < 0; })) {
      return false;
    }
    size_t bytes = 0;
    for (const Line& line : lines_) bytes += line.text.size();
    return lines_.size() <= kFreeModelLines + bytes / kBytesOfModelLine;
  }

  // Without the model the article's element is the article.
  void MarkDropped(bool page, bool by_model) {
    dropped_.assign(lines_.size(), 0);
    headline_ = -1;
    const float least = by_model && !page ? LeastOdds() : 0.0F;
    if (by_model) {
      by_model = std::ranges::any_of(std::views::iota(size_t{0}, lines_.size()),
                                     [&](size_t i) { return model_.odds(i) > least; });
    }
    for (size_t i = 0; i < lines_.size(); ++i) {
      const LineMarkup& markup = lines_[i].markup;
      dropped_[i] = by_model ? model_.odds(i) <= least && !IsShownStandfirst(i)
                             : page && (markup.is_standfirst && !markup.in_article
                                            ? IsRepeatedBelow(i)
                                            : !markup.in_article || markup.rule != 0);
      if (learned_[i] != 0) dropped_[i] = 1;
    }
  }

  // Some pages repeat the standfirst in the article. Only lines at the head are looked at, so that no
  // page is made slow.
  bool IsRepeatedBelow(size_t i) const {
    if (i >= kHeadlineLines) return false;
    const auto below = std::span(lines_).subspan(i + 1);
    return std::ranges::any_of(below, [&](const Line& line) {
      return line.markup.in_article && line.text == lines_[i].text;
    });
  }

  // The standfirst that a page shows above its article is the first paragraph, once.
  bool IsShownStandfirst(size_t i) const {
    return lines_[i].markup.is_standfirst && model_.features(i)[kSeenFeature] == 0;
  }

  // A text that holds little furniture is left alone where the model is not sure.
  float LeastOdds() const {
    size_t unlikely = 0;
    size_t all = 0;
    for (size_t i = 0; i < lines_.size(); ++i) {
      all += lines_[i].text.size();
      if (model_.odds(i) <= 0) unlikely += lines_[i].text.size();
    }
    return unlikely * 100 > all * kFurniturePercent ? 0.0F : kSureOdds;
  }

  // Of the lines that the model takes from above a plain text the headline is the one that says most.
  void FindHeadline(Article& article) {
    size_t first = 0;
    while (first < lines_.size() && dropped_[first] != 0) ++first;
    if (first == lines_.size()) return;
    float most = 0;
    for (size_t i = first > kHeadlineLines ? first - kHeadlineLines : 0; i < first; ++i) {
      if (!furniture_.MayBeHeadline(lines_[i].text, i) || furniture_.CandidateRule(i) >= 0) continue;
      const float shared = model_.features(i)[kSharedWordsFeature];
      const float says = shared * static_cast<float>(std::min(furniture_.facts(i).words, 12u));
      if (says <= most) continue;
      most = says;
      headline_ = static_cast<int>(i);
    }
    if (headline_ >= 0) {
      article.title = article.arena().Keep(lines_[static_cast<size_t>(headline_)].text);
    }
  }

  void NoteDropped(Article& article) {
    size_t first = 0;
    while (first < lines_.size() && dropped_[first] != 0) ++first;
    size_t last = lines_.size();
    while (last > 0 && dropped_[last - 1] != 0) --last;
    // An element that went as a whole is told as one; it covers what is inside it.
    uint32_t noted_end = 0;
    size_t doubtful = 0;
    for (size_t i = 0; i < lines_.size(); ++i) {
      while (doubtful < doubtful_.size() && doubtful_[doubtful].lines.begin <= i) {
        const DoubtfulElement& element = doubtful_[doubtful++];
        const Range range = element.lines;
        if (range.begin < noted_end || range.empty() || !IsInside(element.node)) continue;
        if (!std::all_of(dropped_.begin() + range.begin, dropped_.begin() + range.end,
                         [](uint8_t d) { return d != 0; })) {
          continue;
        }
        const HtmlNode& node = tree_.nodes()[element.node];
        article.removed.push_back({rules_->name(element.rule),
                                   renderer_.TextOf(tree_, article.text, element.node, article.arena()),
                                   node.source.begin, node.source.end});
        noted_end = range.end;
      }
      if (dropped_[i] == 0 || i < noted_end) continue;
      int rule = static_cast<int>(i) == headline_ ? headline_rule_
                 : learned_[i] != 0               ? source_furniture_rule_
                                                  : furniture_.CandidateRule(i);
      if (rule < 0) rule = model_rules_[i < first ? 0 : i >= last ? 2 : 1];
      if (rule < 0 && !IsOutside(article, i)) {
        // Its class is switched off.
        dropped_[i] = 0;
        continue;
      }
      NoteUnlessOutside(article, i, rule);
    }
  }

  bool IsOutside(const Article& article, size_t i) const {
    return article.form == TextForm::kPage && !lines_[i].markup.in_article;
  }

  // What lies outside the article's element is told by its size.
  void NoteUnlessOutside(Article& article, size_t i, int rule) {
    if (!IsOutside(article, i)) {
      NoteRemoved(article, i, static_cast<RuleIndex>(rule));
    } else if (observer_ != nullptr && rule >= 0) {
      observer_->Removed(lines_[i], rules_->name(static_cast<RuleIndex>(rule)));
    }
  }

  bool IsInside(uint32_t node) const { return node >= article_.begin && node < article_.end; }

  int FindRule(std::string_view name) const {
    for (size_t i = 0; i < rules_->names().size(); ++i) {
      if (rules_->names()[i] == name && on_.Has(static_cast<RuleIndex>(i))) return static_cast<int>(i);
    }
    return Furniture::kKept;
  }

  // Text from the page's scripts where its elements gave none; and the size of what lies outside.
  void FinishPage(Article& article, size_t inside) {
    size_t bytes = 0;
    for (const Line& line : lines_) bytes += line.text.size();
    if (bytes < kFailedBytes && ReadScripts(article)) {
      looked_ = described_ = false;
      article.removed.clear();
      inside = 0;
      // Its bytes are inside a string of a script: the place told is the page.
      for (Line& line : lines_) {
        line.source = {0, static_cast<uint32_t>(article.text.size())};
        line.markup = {};
      }
      if (observer_ != nullptr) observer_->Read(article, lines_);
    }
    const size_t outside = article.text.size() - std::min(inside, article.text.size());
    if (outside > 0) {
      article.removed.push_back({.rule = "outside-article", .size = static_cast<uint32_t>(outside)});
    }
  }

  // The lines of the article in JSON-LD, else in the page's own state. False if neither has one.
  bool ReadScripts(const Article& article) {
    if (page_.json_ld_body().size() >= kMinJsonLdBytes) {
      lines_.clear();
      SplitLines(scratch_.Keep(page_.json_ld_body()), true, scratch_, lines_);
      return true;
    }
    const std::string_view html = scratch_.Keep(page_state_.Find(tree_, article.text));
    if (html.empty() || tree_.Parse(html, html_limits_) != HtmlFault::kNone) return false;
    lines_.clear();
    figures_.Count(tree_, html);
    block_judge_.Begin(tree_);
    renderer_.Render(tree_, figures_, html, {0, static_cast<uint32_t>(tree_.nodes().size())}, block_judge_,
                     *rules_, config_.normalize_characters(), scratch_, scratch_, lines_, ignored_);
    ignored_.clear();
    return true;
  }

  size_t ElementBytes(Range nodes) const {
    if (nodes.empty()) return 0;
    if (nodes.size() == tree_.nodes().size() && tree_.nodes()[0].end < nodes.end) {
      return tree_.nodes().back().source.end;
    }
    return tree_.nodes()[nodes.begin].source.size();
  }

  void JudgeLines(Article& article) {
    const FurnitureContext context = {article.title, article.authors, article.source_name,
                                      config_.remove_lines(), config_.find_title()};
    furniture_.Judge(lines_, context);
    if (const int headline = furniture_.headline(); headline >= 0) {
      article.title = article.arena().Keep(lines_[static_cast<size_t>(headline)].text);
    }
    for (size_t i = 0; i < lines_.size(); ++i) {
      const int rule = furniture_.verdict(i);
      if (rule != Furniture::kKept) NoteRemoved(article, i, static_cast<RuleIndex>(rule));
    }
  }

  void TellKept() {
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (IsKept(i)) observer_->Kept(lines_[i]);
    }
  }

  bool IsKept(size_t i) const { return furniture_.verdict(i) == Furniture::kKept; }

  void NoteRemoved(Article& article, size_t i, RuleIndex rule) {
    const Line& line = lines_[i];
    if (observer_ != nullptr) observer_->Removed(line, rules_->name(rule));
    std::string_view quote;
    if (article.form == TextForm::kPlain) {
      quote = article.text.substr(line.source.begin, line.source.size());
    } else {
      quote = article.arena().Keep(line.text);
    }
    article.removed.push_back({rules_->name(rule), quote, line.source.begin, line.source.end});
  }

  void BuildBody(Article& article) {
    built_ = true;
    size_t bytes = 0;
    size_t longest = 0;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (!IsKept(i)) continue;
      bytes += lines_[i].text.size() + kParagraphBreak.size();
      longest = std::max(longest, lines_[i].text.size());
    }
    article.longest_paragraph = static_cast<uint32_t>(longest);
    char* out = article.arena().Allocate(bytes);
    size_t size = 0;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (!IsKept(i)) continue;
      if (size > 0) {
        std::memcpy(out + size, kParagraphBreak.data(), kParagraphBreak.size());
        size += kParagraphBreak.size();
      }
      std::memcpy(out + size, lines_[i].text.data(), lines_[i].text.size());
      size += lines_[i].text.size();
    }
    article.arena().Trim(out, bytes, size);
    article.body = {out, size};
  }

  // The text byte for byte, but for the lines that were removed.
  void CutBody(Article& article) {
    if (article.removed.empty()) {
      article.body = article.text;
      return;
    }
    char* out = article.arena().Allocate(article.text.size());
    size_t size = 0;
    size_t at = 0;
    const auto copy_to = [&](size_t end) {
      std::memcpy(out + size, article.text.data() + at, end - at);
      size += end - at;
    };
    std::ranges::stable_sort(article.removed, {}, &RemovedText::begin);
    for (const RemovedText& removed : article.removed) {
      copy_to(removed.begin);
      // With its line end.
      at = std::min<size_t>(removed.end + 1, article.text.size());
    }
    copy_to(article.text.size());
    article.arena().Trim(out, article.text.size(), size);
    article.body = {out, size};
  }

  void FillStandfirst(Article& article) {
    article.standfirst_in_body = FindGivenStandfirst(article.body, article.standfirst);
    if (!article.standfirst_in_body.empty() || standfirst_given_ || !config_.find_title()) return;
    const std::string_view body = article.body;
    const size_t first_end = body.find(kParagraphBreak);
    if (first_end == std::string_view::npos) return;
    const size_t second = first_end + kParagraphBreak.size();
    const std::string_view first = body.substr(0, first_end);
    if (!IsStandfirst(first, body.substr(second, body.find(kParagraphBreak, second) - second),
                      words_)) {
      return;
    }
    article.standfirst = first;
    article.standfirst_in_body = {0, static_cast<uint32_t>(first_end)};
  }

  void FillQuality(Article& article) {
    article.words = WordsOfLines();
    const bool counted = article.words > 0;
    if (!counted || !built_) MeasureParagraphs(article, !counted);
    article.consent_notice = IsConsentNotice(article);
    article.low_information = article.words == 0 || article.consent_notice || IsChrome(article);
  }

  // Articles about cookies are longer, and name few of the things that notices do. Where nothing is left
  // it is one if most of the text went as such.
  bool IsConsentNotice(const Article& article) {
    if (article.words > kMaxConsentWords) return false;
    size_t removed_bytes = 0;
    for (const RemovedText& removed : article.removed) {
      if (removed.rule == "consent") removed_bytes += removed.end - removed.begin;
    }
    if (article.words == 0) return removed_bytes * 2 > article.text.size();
    ReadWords(article.body, words_);
    return std::popcount(rules_->ConsentPhrases(words_)) >= kMinConsentPhrases;
  }

  void MeasureParagraphs(Article& article, bool count_words) {
    article.longest_paragraph = 0;
    const std::string_view body = article.body;
    for (size_t begin = 0; begin < body.size();) {
      const size_t end = std::min(body.find(kParagraphBreak, begin), body.size());
      const std::string_view paragraph = body.substr(begin, end - begin);
      if (count_words) article.words += CountWords(paragraph);
      article.longest_paragraph =
          std::max(article.longest_paragraph, static_cast<uint32_t>(paragraph.size()));
      begin = end + kParagraphBreak.size();
    }
  }

  // Words of the kept lines; 0 where the text was not read in lines.
  uint32_t WordsOfLines() const {
    uint32_t words = 0;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (IsKept(i)) words += furniture_.facts(i).words;
    }
    return words;
  }

  // True if more was removed than is left, and what is left has no full paragraph.
  bool IsChrome(const Article& article) const {
    if (article.body.size() == article.text.size()) return false;
    size_t removed = removed_bytes_;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (!IsKept(i)) {
        removed += lines_[i].text.size();
      } else if (furniture_.facts(i).full) {
        return false;
      }
    }
    return removed > article.body.size();
  }

  void FillLanguage(Article& article) {
    const std::string claim = NormalizedTag(article.claimed_language);
    Language found;
    if (!config_.detect_language()) {
      if (!claim.empty()) found = {claim, 1};
    } else if (article.body.size() < kShortBodyBytes && !article.title.empty()) {
      found = DetectLanguage(fmt::format("{}\n{}", article.title, article.body), claim, sample_);
    } else {
      found = DetectLanguage(article.body, claim, sample_);
    }
    article.language = found.code == claim ? article.arena().Keep(claim) : found.code;
    article.language_confidence = found.confidence;
  }

  void ApplyFloor(Article& article) {
    const std::string below = BelowFloor(article);
    // Kill notices are short, and must arrive.
    if (below.empty() || article.pub_status != PubStatus::kUsable) return;
    switch (config_.quality().below_floor()) {
      case Quality::FILTER: return article.Filter(FilterWhy::kLowQuality);
      case Quality::DEAD_LETTER: return article.Reject(Reason::kLowQuality, below);
      default: article.low_information = true;
    }
  }

  // What is below the floor; empty: nothing.
  std::string BelowFloor(const Article& article) const {
    const Quality& floor = config_.quality();
    if (article.words < floor.min_words()) {
      return fmt::format("{} words, fewer than cleanup.quality.min_words {}", article.words,
                         floor.min_words());
    }
    if (article.longest_paragraph < floor.min_longest_paragraph()) {
      return fmt::format("longest paragraph of {} bytes, below cleanup.quality.min_longest_paragraph {}",
                         article.longest_paragraph, floor.min_longest_paragraph());
    }
    if (floor.low_information() && article.low_information) {
      return article.consent_notice ? "a notice about cookies (cleanup.quality.low_information)"
                                    : "only page chrome (cleanup.quality.low_information)";
    }
    return {};
  }

  const config::v1::Cleanup config_;
  const HtmlLimits html_limits_;
  const std::shared_ptr<const LineRules> rules_;
  const std::shared_ptr<const SourceFurniture> source_furniture_;
  const RuleSet on_;

  // Scratch memory, for one article at a time.
  text::Arena scratch_;
  std::vector<Line> lines_;
  std::vector<Word> words_;
  std::string sample_;
  std::vector<RemovedText> ignored_;
  bool standfirst_given_ = false;
  // The body was put together from lines, each a paragraph.
  bool built_ = false;
  // The rules for what the model removes; kKept: off.
  std::array<int, 3> model_rules_{};
  LineObserver* const observer_;
  std::vector<DoubtfulElement> doubtful_;
  std::vector<uint8_t> dropped_;
  // Known as furniture of the source.
  std::vector<uint8_t> learned_;
  // Nodes of the element that holds the article.
  Range article_;
  // Furniture has looked at the lines as they are; so the model.
  bool looked_ = false;
  bool described_ = false;
  int headline_ = -1;
  int headline_rule_ = Furniture::kKept;
  int source_furniture_rule_ = Furniture::kKept;
  size_t removed_bytes_ = 0;
  bool built_from_text_ = false;
  Furniture furniture_;
  LineModel model_;
  HtmlTree tree_;
  HtmlFigures figures_;
  HtmlRenderer renderer_;
  BlockJudge block_judge_;
  PageReader page_;
  PageStateReader page_state_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Cleanup& config,
                                                  const config::v1::Limits& limits,
                                                  std::shared_ptr<const LineRules> rules,
                                                  std::shared_ptr<const SourceFurniture>
                                                      source_furniture,
                                                  LineObserver* observer) {
  if (rules == nullptr) {
    // Without a rule file nothing is known as furniture.
    auto none = LineRules::Create({});
    if (!none.ok()) return none.status();
    rules = *std::move(none);
  }
  RuleSet on;
  for (const std::string& name : config.disabled_rules()) {
    bool known = false;
    for (size_t i = 0; i < rules->names().size(); ++i) {
      if (rules->names()[i] != name) continue;
      on.SwitchOff(static_cast<RuleIndex>(i));
      known = true;
    }
    if (!known) {
      return absl::InvalidArgumentError(
          fmt::format("cleanup.disabled_rules: unknown rule \"{}\"", name));
    }
  }
  return std::make_unique<Cleaner>(config, limits, std::move(rules), std::move(source_furniture), on,
                                   observer);
}

}  // namespace newsfeed::cleanup
