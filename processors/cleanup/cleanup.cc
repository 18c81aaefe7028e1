#include "processors/cleanup/cleanup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "processors/cleanup/characters.h"
#include "processors/cleanup/furniture.h"
#include "processors/cleanup/html_text.h"
#include "processors/cleanup/html_tree.h"
#include "processors/cleanup/language.h"
#include "processors/cleanup/lines.h"
#include "processors/cleanup/page.h"
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

class Cleaner : public Processor {
 public:
  Cleaner(const config::v1::Cleanup& config, const config::v1::Limits& limits,
          std::shared_ptr<const LineRules> rules, const RuleSet& on)
      : config_(config),
        html_limits_{limits.max_html_depth(), limits.max_html_attributes()},
        rules_(std::move(rules)),
        on_(on),
        furniture_(*rules_, on_),
        block_judge_(*rules_, on_) {}

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
    built_ = false;
    CleanFields(article);
    standfirst_given_ = !article.standfirst.empty();
    const bool html = article.form != TextForm::kPlain;
    if (html && !config_.parse_html()) {
      article.body = article.text;
    } else if (html) {
      if (!ReadHtml(article)) return;
      JudgeLines(article);
      BuildBody(article);
    } else {
      CleanPlainText(article);
    }
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
    JudgeLines(article);
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
                       fmt::format("more than {} elements and texts", kMaxHtmlNodes));
        return false;
      case HtmlFault::kTooManyAttributes:
        article.Reject(Reason::kTooComplex, fmt::format("an element with more than {} attributes",
                                                        html_limits_.max_attributes));
        return false;
    }
    figures_.Count(tree_, article.text);
    Range nodes = {0, static_cast<uint32_t>(tree_.nodes().size())};
    if (article.form == TextForm::kPage) {
      page_.FillMetadata(tree_, article.text, renderer_, article);
      nodes = page_.FindArticle(tree_, figures_, block_judge_);
    }
    const size_t inside = ElementBytes(nodes) + RenderStandfirst(article, nodes);
    const size_t shown = lines_.size();
    Render(article, nodes);
    DropRepeatedStandfirst(shown);
    if (article.form == TextForm::kPage) FinishPage(article, inside);
    return true;
  }

  void Render(Article& article, Range nodes) {
    renderer_.Render(tree_, figures_, article.text, nodes, block_judge_, *rules_,
                     config_.normalize_characters(), scratch_, article.arena(), lines_,
                     article.removed);
  }

  // The standfirst that a page shows above its article's element is the first paragraph. The bytes of
  // its element.
  size_t RenderStandfirst(Article& article, Range nodes) {
    if (article.form != TextForm::kPage) return 0;
    const Range standfirst =
        page_.FindStandfirst(tree_, article.text, figures_, block_judge_, renderer_, nodes,
                             article.standfirst, scratch_);
    if (standfirst.empty()) return 0;
    Render(article, standfirst);
    return tree_.nodes()[standfirst.begin].source.size();
  }

  // Some pages repeat it in the element.
  void DropRepeatedStandfirst(size_t shown) {
    if (shown == 0 || shown >= lines_.size() || lines_[shown].text != lines_[0].text) return;
    lines_.erase(lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(shown));
  }

  // Text from the page's JSON-LD where its elements gave none; and the size of what lies outside.
  void FinishPage(Article& article, size_t inside) {
    size_t bytes = 0;
    for (const Line& line : lines_) bytes += line.text.size();
    if (bytes < kFailedBytes && page_.json_ld_body().size() >= kMinJsonLdBytes) {
      lines_.clear();
      article.removed.clear();
      inside = 0;
      const std::string_view body = scratch_.Keep(page_.json_ld_body());
      SplitLines(body, true, scratch_, lines_);
      // Its bytes are inside a string of a script: the place told is the page.
      for (Line& line : lines_) line.source = {0, static_cast<uint32_t>(article.text.size())};
    }
    const size_t outside = article.text.size() - std::min(inside, article.text.size());
    if (outside > 0) {
      article.removed.push_back({.rule = "outside-article", .size = static_cast<uint32_t>(outside)});
    }
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
      if (furniture_.verdict(i) != Furniture::kKept) NoteRemoved(article, i);
    }
  }

  bool IsKept(size_t i) const { return furniture_.verdict(i) == Furniture::kKept; }

  void NoteRemoved(Article& article, size_t i) {
    const Line& line = lines_[i];
    const auto rule = static_cast<RuleIndex>(furniture_.verdict(i));
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
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (IsKept(i)) continue;
      copy_to(lines_[i].source.begin);
      // With its line end.
      at = std::min<size_t>(lines_[i].source.end + 1, article.text.size());
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
    article.low_information = article.words == 0 || IsChrome(article);
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
    size_t removed = 0;
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
    const uint32_t floor = config_.quality().min_words();
    // Kill notices are short, and must arrive.
    if (article.words >= floor || article.pub_status != PubStatus::kUsable) return;
    switch (config_.quality().below_floor()) {
      case Quality::FILTER: return article.Filter(FilterWhy::kLowQuality);
      case Quality::DEAD_LETTER:
        return article.Reject(Reason::kLowQuality,
                              fmt::format("{} words, fewer than cleanup.quality.min_words {}",
                                          article.words, floor));
      default: article.low_information = true;
    }
  }

  const config::v1::Cleanup config_;
  const HtmlLimits html_limits_;
  const std::shared_ptr<const LineRules> rules_;
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
  Furniture furniture_;
  HtmlTree tree_;
  HtmlFigures figures_;
  HtmlRenderer renderer_;
  BlockJudge block_judge_;
  PageReader page_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Processor>> Create(const config::v1::Cleanup& config,
                                                  const config::v1::Limits& limits,
                                                  std::shared_ptr<const LineRules> rules) {
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
  return std::make_unique<Cleaner>(config, limits, std::move(rules), on);
}

}  // namespace newsfeed::cleanup
