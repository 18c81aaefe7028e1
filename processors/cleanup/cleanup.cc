#include "processors/cleanup/cleanup.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "processors/article/language_tag.h"
#include "processors/cleanup/body.h"
#include "processors/cleanup/field_text.h"
#include "processors/cleanup/html_text.h"
#include "processors/cleanup/html_tree.h"
#include "processors/cleanup/language.h"
#include "processors/cleanup/line_judge.h"
#include "processors/cleanup/lines.h"
#include "processors/cleanup/page.h"
#include "processors/cleanup/page_state.h"
#include "processors/cleanup/quality.h"
#include "processors/cleanup/standfirst.h"

namespace newsfeed::cleanup {
namespace {

// Where the elements of a page give less text than this, the text in its JSON-LD is taken if it has
// more than that: four of sixteen such texts are teasers of 490 characters.
constexpr size_t kFailedBytes = 250;
constexpr size_t kMinJsonLdBytes = 500;
// A body this short says too little about its language without its title.
constexpr size_t kShortBodyBytes = 100;

// What the texts of a worker take of memory at once is kept for the next ones, but not for ever:
// after a text of so many bytes all of it is given back, at most 20 times as much.
constexpr size_t kLargeTextBytes = size_t{512} << 10;

// Scratch memory, and what works in it.
class Cleaner {
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
        line_judge_(config_, *rules_, on_, source_furniture_.get(), observer_),
        quality_judge_(config_.quality(), *rules_),
        field_text_(*rules_, on_, html_limits_),
        block_judge_(*rules_, on_) {}

  void Clean(Article& article) {
    scratch_.Clear();
    line_judge_.Begin(article);
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
      line_judge_.JudgeText(article);
      Build(article);
    } else if (!CleanPlainText(article)) {
      return;
    }
    line_judge_.TellKept();
    FillStandfirst(article);
    quality_judge_.Fill(line_judge_, built_, article);
    FillLanguage(article);
    std::ranges::stable_sort(article.removed, {}, &RemovedText::begin);
    quality_judge_.ApplyFloor(article);
  }

 private:
  void Build(Article& article) {
    BuildBody(line_judge_, article);
    built_ = true;
  }

  std::vector<Line>& lines() { return line_judge_.lines(); }

  void TellRead(const Article& article) {
    if (observer_ != nullptr) observer_->Read(article, lines());
  }

  void CleanFields(Article& article) {
    if (!config_.normalize_characters()) return;
    article.title = field_text_.Clean(article.title, article.arena());
    article.standfirst = field_text_.Clean(article.standfirst, article.arena());
  }

  // False if the article was rejected.
  bool CleanPlainText(Article& article) {
    const bool clean = config_.normalize_characters();
    if (!clean && !config_.remove_lines() && !config_.find_title()) {
      article.body = article.text;
      return true;
    }
    if (!SplitLines(article.text, clean, scratch_, lines())) {
      article.Reject(Reason::kTooComplex,
                     fmt::format("more than {} lines", MaxTextLines(article.text.size())));
      return false;
    }
    if (clean) JoinWrappedLines(scratch_, lines());
    TellRead(article);
    line_judge_.JudgeText(article);
    if (clean) {
      Build(article);
    } else {
      CutBody(article);
    }
    return true;
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
      page_.FillMetadata(View(article), article);
      CleanFields(article);
      nodes = page_.FindArticle(View(article));
    }
    if (article.form != TextForm::kPage) {
      Render(article, nodes, nullptr);
      TellRead(article);
      return true;
    }
    doubtful_.clear();
    const HtmlRenderer::Page page = {nodes, FindStandfirst(article, nodes), doubtful_};
    Render(article, {0, static_cast<uint32_t>(tree_.nodes().size())}, &page);
    FillShownStandfirst(article);
    TellRead(article);
    line_judge_.JudgePage(article, {tree_, renderer_, nodes, doubtful_, page_.json_ld_body()});
    FinishPage(article, ElementBytes(nodes));
    return true;
  }

  void Render(Article& article, Range nodes, const HtmlRenderer::Page* page) {
    renderer_.Render(tree_, figures_, article.text, nodes, block_judge_, *rules_,
                     config_.normalize_characters(), scratch_, article.arena(), lines(),
                     article.removed, page);
  }

  // What the page shows as such; whether it is a paragraph of the body, too, the model judges.
  void FillShownStandfirst(Article& article) {
    if (!article.standfirst.empty()) return;
    const auto shown =
        std::ranges::find_if(lines(), [](const Line& l) { return l.markup.is_standfirst; });
    if (shown != lines().end()) article.standfirst = article.arena().Keep(shown->text);
  }

  PageView View(const Article& article) {
    return {tree_, article.text, figures_, renderer_, block_judge_, *rules_};
  }

  Range FindStandfirst(const Article& article, Range nodes) {
    return page_.FindStandfirst(View(article), nodes, article.standfirst);
  }

  // Text from the page's scripts where its elements gave none; and the size of what lies outside.
  void FinishPage(Article& article, size_t inside) {
    size_t bytes = 0;
    for (const Line& line : lines()) bytes += line.text.size();
    if (bytes < kFailedBytes && ReadScripts(article)) {
      line_judge_.Refilled();
      article.removed.clear();
      inside = 0;
      // Its bytes are inside a string of a script: the place told is the page.
      for (Line& line : lines()) {
        line.source = {0, static_cast<uint32_t>(article.text.size())};
        line.markup = {};
      }
      TellRead(article);
    }
    const size_t outside = article.text.size() - std::min(inside, article.text.size());
    if (outside > 0) {
      article.removed.push_back(
          {.rule = "outside-article", .size = static_cast<uint32_t>(outside)});
    }
  }

  // The lines of the article in JSON-LD, else in the page's own state. False if neither has one.
  bool ReadScripts(const Article& article) {
    if (page_.json_ld_body().size() >= kMinJsonLdBytes) {
      lines().clear();
      return SplitLines(scratch_.Keep(page_.json_ld_body()), true, scratch_, lines());
    }
    const std::string_view html = scratch_.Keep(page_state_.Find(tree_, article.text));
    if (html.empty() || tree_.Parse(html, html_limits_) != HtmlFault::kNone) return false;
    lines().clear();
    figures_.Count(tree_, html);
    block_judge_.Begin(tree_);
    renderer_.Render(tree_, figures_, html, {0, static_cast<uint32_t>(tree_.nodes().size())},
                     block_judge_, *rules_, config_.normalize_characters(), scratch_, scratch_,
                     lines(), ignored_);
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

  void FillLanguage(Article& article) {
    const std::string_view claim = LanguageTag(article.claimed_language, article.arena());
    Language found;
    if (!config_.detect_language()) {
      if (!claim.empty()) found = {claim, 1};
    } else if (article.body.size() < kShortBodyBytes && !article.title.empty()) {
      found = DetectLanguage(fmt::format("{}\n{}", article.title, article.body), claim, sample_);
    } else {
      found = DetectLanguage(article.body, claim, sample_);
    }
    article.language = found.code;
    article.language_confidence = found.confidence;
  }

  const config::v1::Cleanup config_;
  const HtmlLimits html_limits_;
  const std::shared_ptr<const LineRules> rules_;
  const std::shared_ptr<const SourceFurniture> source_furniture_;
  const RuleSet on_;
  LineObserver* const observer_;

  // Scratch memory, for one article at a time.
  text::Arena scratch_;
  std::vector<Word> words_;
  std::string sample_;
  std::vector<RemovedText> ignored_;
  bool standfirst_given_ = false;
  // The body was put together from lines, each a paragraph.
  bool built_ = false;
  std::vector<DoubtfulElement> doubtful_;
  LineJudge line_judge_;
  QualityJudge quality_judge_;
  FieldText field_text_;
  HtmlTree tree_;
  HtmlFigures figures_;
  HtmlRenderer renderer_;
  BlockJudge block_judge_;
  PageReader page_;
  PageStateReader page_state_;
};

class Cleanup : public Processor {
 public:
  explicit Cleanup(std::function<std::unique_ptr<Cleaner>()> make_cleaner)
      : make_cleaner_(std::move(make_cleaner)), cleaner_(make_cleaner_()) {}

  std::string_view name() const override { return "cleanup"; }

  absl::Status Process(Batch& batch) override {
    size_t largest = 0;
    for (Article& article : batch.articles()) {
      if (!article.live()) continue;
      cleaner_->Clean(article);
      largest = std::max(largest, article.text.size());
    }
    if (largest > kLargeTextBytes) {
      // Not both at a time.
      cleaner_.reset();
      cleaner_ = make_cleaner_();
    }
    return absl::OkStatus();
  }

 private:
  const std::function<std::unique_ptr<Cleaner>()> make_cleaner_;
  std::unique_ptr<Cleaner> cleaner_;
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
  return std::make_unique<Cleanup>([=] {
    return std::make_unique<Cleaner>(config, limits, rules, source_furniture, on, observer);
  });
}

}  // namespace newsfeed::cleanup
