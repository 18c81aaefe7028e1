#include "daemon/tools/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "daemon/tools/json_line.h"
#include "processors/decode/decode.h"

namespace newsfeed::tools {
namespace {

constexpr size_t kRuleWidth = 18;
constexpr size_t kMaxElementBytes = 512;

constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>newsfeedd explain</title>
<style>
body { font: 16px/1.5 sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em; }
table { border-collapse: collapse; width: 100%; }
td, th { padding: .15em .6em; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
.lines td:first-child { width: 11em; color: #777; font-size: .85em; }
tr.removed td { background: #fbeaea; color: #a33; }
tr.element td { font-style: italic; }
.outcome { color: #a33; font-weight: bold; }
</style>
</head>
<body>
)";

bool IsWithin(Range inner, Range outer) {
  return outer.begin <= inner.begin && inner.end <= outer.end && !outer.empty();
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string OutcomeOf(const Article& article) {
  const Fate& fate = article.fate;
  switch (fate.kind) {
    case FateKind::kLive: return "";
    case FateKind::kRejected:
      return fmt::format("dead letter {}: {}", ReasonName(fate.reason), CleanText(fate.detail));
    case FateKind::kFiltered: return fmt::format("filtered {}", FilterWhyName(fate.why));
  }
  return "";
}

std::string NoteOf(const Article& article) {
  std::vector<std::string_view> notes;
  if (article.low_information) notes.push_back("low information");
  if (article.consent_notice) notes.push_back("a notice about cookies");
  if (article.truncated) notes.push_back("truncated");
  if (article.paywalled) notes.push_back("for subscribers");
  return fmt::format("{}", fmt::join(notes, ", "));
}

std::vector<std::pair<std::string, std::string>> FieldsOf(const Article& article) {
  std::vector<std::pair<std::string, std::string>> fields;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) fields.emplace_back(name, CleanText(value));
  };
  add("id", article.id);
  add("url", article.url);
  add("source", article.source_domain.empty() ? article.source_name : article.source_domain);
  add("title", article.title);
  add("standfirst", article.standfirst);
  add("authors", fmt::format("{}", fmt::join(article.authors, ", ")));
  if (article.published) {
    add("published",
        fmt::format("{} ({})", FormatTime(*article.published), article.published_source));
  }
  add("section", article.section);
  add("keywords", fmt::format("{}", fmt::join(article.keywords, ", ")));
  add("charset", article.charset);
  add("language", article.language.empty()
                      ? std::string()
                      : fmt::format("{} {:.2f}", article.language, article.language_confidence));
  return fields;
}

}  // namespace

void Explainer::Recorder::Read(const Article& article, std::span<const cleanup::Line> lines) {
  current_ = &articles_[&article];
  *current_ = {};
  for (const cleanup::Line& line : lines) {
    current_->lines.push_back({std::string(line.text), "", line.source, false});
  }
}

void Explainer::Recorder::Removed(const cleanup::Line& line, std::string_view rule) {
  current_->removed.emplace_back(line.source, rule);
}

void Explainer::Recorder::Kept(const cleanup::Line& line) { current_->kept.push_back(line.source); }

// A line's fate is found by its place and text.
std::vector<ExplainedLine> Explainer::Recorder::TakeLines(const Article& article) {
  const auto found = articles_.find(&article);
  if (found == articles_.end()) return {};
  Lines& told = found->second;
  // In the order of the lines but for rules of later rounds.
  size_t next_kept = 0;
  absl::flat_hash_map<uint64_t, std::string_view> rules;
  const auto key = [](Range range) { return uint64_t{range.begin} << 32 | range.end; };
  for (const auto& [range, rule] : told.removed) rules.try_emplace(key(range), rule);
  for (ExplainedLine& line : told.lines) {
    if (next_kept < told.kept.size() && told.kept[next_kept] == line.source) {
      ++next_kept;
      continue;
    }
    const auto rule = rules.find(key(line.source));
    line.rule = rule == rules.end() ? std::string_view("outside-article") : rule->second;
    if (rule != rules.end()) continue;
    for (const RemovedText& removed : article.removed) {
      if (IsWithin(line.source, {removed.begin, removed.end})) line.rule = removed.rule;
    }
  }
  return std::move(told.lines);
}

absl::StatusOr<std::unique_ptr<Explainer>> Explainer::Create(const config::v1::Config& config,
                                                             const SharedData& shared) {
  std::unique_ptr<Explainer> explainer(new Explainer());
  auto decode = decode::Create(config.decode(), config.limits(), decode::Next::kCleanup);
  if (!decode.ok()) return decode.status();
  auto cleanup = decode::CheckRequiredBehind(
      cleanup::Create(config.cleanup(), config.limits(), shared.line_rules, shared.source_furniture,
                      &explainer->recorder_),
      config.decode());
  if (!cleanup.ok()) return cleanup.status();
  explainer->decode_ = *std::move(decode);
  explainer->cleanup_ = *std::move(cleanup);
  return explainer;
}

absl::StatusOr<std::vector<Explanation>> Explainer::Explain(Batch& batch) {
  recorder_.Clear();
  if (absl::Status status = decode_->Process(batch); !status.ok()) return status;
  if (absl::Status status = cleanup_->Process(batch); !status.ok()) return status;
  std::vector<Explanation> explanations;
  for (const Article& article : batch.articles()) explanations.push_back(ExplanationOf(article));
  return explanations;
}

Explanation Explainer::ExplanationOf(const Article& article) {
  Explanation explanation;
  const RecordId& origin = article.origin;
  explanation.origin = CleanText(
      fmt::format("{}:{}:{}", origin.topic.name, origin.partition.value, origin.offset.value));
  explanation.outcome = OutcomeOf(article);
  if (article.fate.kind == FateKind::kRejected && article.body.empty()) return explanation;
  explanation.note = NoteOf(article);
  explanation.fields = FieldsOf(article);
  std::vector<ExplainedLine> lines = recorder_.TakeLines(article);
  if (lines.empty() && !article.body.empty()) {
    lines.push_back({std::string(article.body), "", {}, false});  // nothing was to be done
  }
  // Elements that went before lines were read.
  const size_t read = lines.size();
  for (const RemovedText& removed : article.removed) {
    const Range range = {removed.begin, removed.end};
    if (range.empty()) {
      explanation.outside_bytes += removed.size;
      continue;
    }
    const bool as_lines =
        std::any_of(lines.begin(), lines.begin() + static_cast<ptrdiff_t>(read),
                    [&](const ExplainedLine& line) { return IsWithin(line.source, range); });
    if (as_lines) continue;
    lines.push_back({std::string(removed.text.substr(0, kMaxElementBytes)),
                     std::string(removed.rule), range, true});
  }
  std::ranges::stable_sort(lines, {}, [](const ExplainedLine& line) { return line.source.begin; });
  for (ExplainedLine& line : lines) line.text = CleanText(line.text);
  explanation.lines = std::move(lines);
  return explanation;
}

std::string CountsOf(const Explanation& explanation) {
  size_t kept = 0;
  size_t kept_bytes = 0;
  size_t removed = 0;
  size_t removed_bytes = 0;
  std::map<std::string_view, size_t> by_rule;
  for (const ExplainedLine& line : explanation.lines) {
    (line.rule.empty() ? kept : removed) += 1;
    (line.rule.empty() ? kept_bytes : removed_bytes) += line.text.size();
    if (!line.rule.empty()) ++by_rule[line.rule];
  }
  std::string counts = fmt::format("{} kept, {} bytes; {} removed, {} bytes", kept, kept_bytes,
                                   removed, removed_bytes);
  std::vector<std::pair<std::string_view, size_t>> rules(by_rule.begin(), by_rule.end());
  std::ranges::stable_sort(rules, std::ranges::greater(),
                           &std::pair<std::string_view, size_t>::second);
  for (size_t i = 0; i < rules.size(); ++i) {
    counts += fmt::format("{}{} {}", i == 0 ? ": " : ", ", rules[i].first, rules[i].second);
  }
  return counts;
}

std::string TextOf(const Explanation& explanation, bool colour) {
  const auto in = [&](std::string_view code, std::string_view text) {
    return colour ? fmt::format("{}{}{}", code, text, kReset) : std::string(text);
  };
  std::string out = in(kBold, explanation.origin) + "\n";
  if (!explanation.outcome.empty()) out += in(kRed, explanation.outcome) + "\n";
  if (!explanation.note.empty()) out += in(kYellow, explanation.note) + "\n";
  for (const auto& [name, value] : explanation.fields) {
    out += fmt::format("  {:<{}} {}\n", name, kRuleWidth, value);
  }
  if (explanation.lines.empty()) return out + "\n";
  out += fmt::format("  {:<{}} {}\n\n", "lines", kRuleWidth, CountsOf(explanation));
  for (const ExplainedLine& line : explanation.lines) {
    if (line.rule.empty()) {
      out += fmt::format("  {:<{}} {}\n", "", kRuleWidth, line.text);
    } else {
      out += fmt::format("{} {} {}\n", in(kRed, "-"),
                         in(kYellow, fmt::format("{:<{}}", line.rule, kRuleWidth)),
                         in(kRed, line.text));
    }
  }
  return out + "\n";
}

std::string HtmlHead() { return std::string(kHead); }

std::string HtmlFoot() { return "</body>\n</html>\n"; }

std::string HtmlOf(const Explanation& explanation) {
  std::string out = fmt::format("<section>\n<h2>{}</h2>\n", Escaped(explanation.origin));
  if (!explanation.outcome.empty()) {
    out += fmt::format("<p class=\"outcome\">{}</p>\n", Escaped(explanation.outcome));
  }
  if (!explanation.note.empty()) out += fmt::format("<p>{}</p>\n", Escaped(explanation.note));
  out += "<table>\n";
  for (const auto& [name, value] : explanation.fields) {
    out += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", Escaped(name), Escaped(value));
  }
  out += "</table>\n";
  if (!explanation.lines.empty()) {
    out += fmt::format("<p>{}</p>\n<table class=\"lines\">\n", Escaped(CountsOf(explanation)));
    for (const ExplainedLine& line : explanation.lines) {
      out += fmt::format("<tr class=\"{}{}\"><td>{}</td><td>{}</td></tr>\n",
                         line.rule.empty() ? "kept" : "removed", line.is_element ? " element" : "",
                         Escaped(line.rule), Escaped(line.text));
    }
    out += "</table>\n";
  }
  return out + "</section>\n";
}

}  // namespace newsfeed::tools
