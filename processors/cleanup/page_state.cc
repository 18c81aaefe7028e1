#include "processors/cleanup/page_state.h"

#include <algorithm>
#include <span>

#include "processors/cleanup/sentence.h"
#include "processors/text/html_sniffing.h"
#include "processors/text/utf8.h"

namespace newsfeed::cleanup {
namespace {

// Less is no article.
constexpr size_t kMinBytes = 500;
constexpr size_t kFreeValues = 16'384;
constexpr size_t kBytesOfValue = 64;
// Assignments in a script that are looked at.
constexpr int kMaxAssignments = 8;
// A sentence, not a label.
constexpr uint32_t kProseWords = 10;
// HTML in a string from here on.
constexpr size_t kMinHtmlBytes = 200;

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

// The JSON value at the head of a script, by its brackets; empty: it is cut.
std::string_view ValueAt(std::string_view script) {
  size_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < script.size(); ++i) {
    const char c = script[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return script.substr(0, i + 1);
    }
  }
  return {};
}

bool LooksLikeMarkup(std::string_view text) {
  return text.size() >= kMinHtmlBytes && text::LooksLikeHtml(text);
}

uint32_t ProseBytes(std::string_view text) {
  const bool prose =
      (CountWords(text) >= kProseWords && EndsSentence(Trimmed(text))) || LooksLikeMarkup(text);
  return prose ? static_cast<uint32_t>(text.size()) : 0;
}

// Names of things, addresses and colours have no blank.
bool HasBlank(std::string_view text) { return text.find(' ') != std::string_view::npos; }

}  // namespace

std::string_view PageStateReader::Find(const HtmlTree& tree, std::string_view html) {
  article_.clear();
  most_prose_ = kMinBytes - 1;
  const auto nodes = tree.nodes();
  for (size_t i = 0; i + 1 < nodes.size(); ++i) {
    const HtmlNode& node = nodes[i];
    if (node.is_text() || node.name != "script" || i + 1 >= node.end) continue;
    const Range source = nodes[i + 1].source;
    if (source.size() < kMinBytes ||
        HtmlNameIs(tree.Attribute(node, "type"), "application/ld+json")) {
      continue;
    }
    ReadScript(html.substr(source.begin, source.size()));
  }
  return article_;
}

void PageStateReader::ReadScript(std::string_view script) {
  // The script itself, then what is assigned in it.
  size_t at = 0;
  for (int tried = 0; tried <= kMaxAssignments && at < script.size(); ++tried) {
    if (tried > 0) {
      at = script.find('=', at);
      if (at == std::string_view::npos) return;
      ++at;
    }
    const size_t begin = script.find_first_not_of(kBlanks, at);
    if (begin == std::string_view::npos) return;
    if (script[begin] != '{' && script[begin] != '[') continue;
    const std::string_view json = ValueAt(script.substr(begin));
    if (json.empty()) return;
    at = begin + json.size();
    simdjson::dom::element root;
    if (json.size() < kMinBytes ||
        parser_.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
      continue;
    }
    if (ReadValues(root, kFreeValues + json.size() / kBytesOfValue)) TakeArticle();
  }
}

bool PageStateReader::ReadValues(simdjson::dom::element root, size_t most) {
  values_.clear();
  around_.clear();
  open_.assign(1, {root, {}, 0});
  uint32_t prose = 0;
  while (!open_.empty()) {
    const Open open = open_.back();
    open_.pop_back();
    if (values_.size() >= most) return false;
    while (!around_.empty() && values_[around_.back()].depth >= open.depth) {
      values_[around_.back()].end = static_cast<uint32_t>(values_.size());
      around_.pop_back();
    }
    Value value{.depth = open.depth, .prose_before = prose, .name = open.name};
    const size_t first = open_.size();
    simdjson::dom::array list;
    simdjson::dom::object members;
    if (std::string_view text; open.value.get(text) == simdjson::SUCCESS) {
      if (text::IsValidUtf8(text)) value.text = text;
      value.prose = ProseBytes(value.text);
      prose += value.prose;
    } else if (open.value.get(list) == simdjson::SUCCESS) {
      for (const simdjson::dom::element item : list) {
        if (open_.size() >= most) return false;
        open_.push_back({item, open.name, open.depth + 1});
      }
    } else if (open.value.get(members) == simdjson::SUCCESS) {
      for (const auto& [name, item] : members) {
        if (open_.size() >= most) return false;
        open_.push_back({item, name, open.depth + 1});
      }
    }
    std::reverse(open_.begin() + static_cast<std::ptrdiff_t>(first), open_.end());
    around_.push_back(static_cast<uint32_t>(values_.size()));
    values_.push_back(value);
  }
  for (const uint32_t i : around_) values_[i].end = static_cast<uint32_t>(values_.size());
  values_.push_back({.prose_before = prose});  // one past the last
  return true;
}

void PageStateReader::TakeArticle() {
  const auto prose_in = [&](const Value& value) {
    return values_[value.end].prose_before - value.prose_before;
  };
  const uint32_t all = values_.back().prose_before;
  if (all <= most_prose_) return;
  const std::span<const Value> values(values_.data(), values_.size() - 1);
  size_t best = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (uint64_t{prose_in(values[i])} * 2 > all) best = i;
  }
  const uint32_t prose = prose_in(values[best]);
  if (prose <= most_prose_) return;
  most_prose_ = prose;
  // The name under which most of it stands.
  const std::span<const Value> inside = values.subspan(best, values[best].end - best);
  std::string_view name;
  size_t most = 0;
  for (const Value& value : inside) {
    if (value.prose > most) {
      most = value.prose;
      name = value.name;
    }
  }
  article_.clear();
  for (const Value& value : inside) {
    if (value.prose > 0 || (value.name == name && HasBlank(value.text))) AddParagraph(value.text);
  }
}

void PageStateReader::AddParagraph(std::string_view text) {
  if (text::LooksLikeHtml(text)) {
    article_.append("<div>").append(text).append("</div>\n");
    return;
  }
  article_ += "<p>";
  for (const char c : text) {
    if (c == '<') {
      article_ += "&lt;";
    } else if (c == '\n') {
      article_ += "<br>";
    } else {
      article_ += c;
    }
  }
  article_ += "</p>\n";
}

}  // namespace newsfeed::cleanup
