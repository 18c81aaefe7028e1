// Cleans documents from stdin, for tests/bench/cleanup_quality.py.
//
//   cleanup_run < documents.ndjson > cleaned.ndjson
//   cleanup_run --features < documents.ndjson > lines.tsv
//
// In, one a line: {"html": page} or {"text": plain text}, with "url", "title", "source" where known, and
// "others": further pages or texts of its source, from which furniture is learned as `newsfeedd boilerplate
// learn` does it, but from fewer stories where there are fewer than three.
// Out: title, body, standfirst, authors, published (RFC 3339, UTC) and its source, modified, section, keywords,
// language, fate, removed [rule, text]. With --features what the line model sees, for its trainer
// (processors/cleanup/training): number of the document, features separated by blanks, text.
#include <simdjson.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "processors/cleanup/cleanup.h"
#include "tests/testing/batch_builder.h"
#include "tests/testing/line_rules_file.h"

namespace newsfeed {
namespace {

void AppendString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr char kDigits[] = "0123456789abcdef";
      out += "\\u00";
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void AppendField(std::string_view name, std::string_view value, std::string& out) {
  if (out.size() > 1) out += ',';
  AppendString(name, out);
  out += ':';
  AppendString(value, out);
}

template <typename List, typename Append>
void AppendList(std::string_view name, const List& list, Append append, std::string& out) {
  out += ',';
  AppendString(name, out);
  out += ":[";
  bool first = true;
  for (const auto& item : list) {
    if (!first) out += ',';
    first = false;
    append(item);
  }
  out += ']';
}

std::string Json(const Article& article) {
  std::string out = "{";
  AppendField("title", article.title, out);
  AppendField("body", article.body, out);
  AppendField("standfirst", article.standfirst, out);
  AppendField("published", article.published ? FormatTime(*article.published) : "", out);
  AppendField("published_source", article.published_source, out);
  AppendField("modified", article.modified ? FormatTime(*article.modified) : "", out);
  AppendField("url", article.url, out);
  AppendField("section", article.section, out);
  AppendField("language", article.language, out);
  AppendField("fate", article.fate.detail, out);
  const auto append = [&](std::string_view text) { AppendString(text, out); };
  AppendList("authors", article.authors, append, out);
  AppendList("keywords", article.keywords, append, out);
  AppendList("removed", article.removed, [&](const RemovedText& removed) {
    out += '[';
    AppendString(removed.rule, out);
    out += ',';
    AppendString(removed.text, out);
    out += ']';
  }, out);
  out += '}';
  return out;
}

std::string_view Member(simdjson::dom::element document, std::string_view name) {
  std::string_view value;
  return document[name].get(value) == simdjson::SUCCESS ? value : std::string_view();
}

class FeatureWriter : public cleanup::LineObserver {
 public:
  void Begin(size_t document) {
    document_ = document;
    written_ = false;
  }
  void Judged(std::span<const cleanup::Line> lines, const cleanup::LineModel& model, bool) override {
    if (written_) return;
    written_ = true;
    for (size_t i = 0; i < lines.size(); ++i) {
      std::cout << document_ << '\t';
      for (const float feature : model.features(i)) std::cout << feature << ' ';
      std::cout << '\t' << lines[i].text << '\n';
    }
  }

 private:
  size_t document_ = 0;
  bool written_ = false;
};

class LineLearner : public cleanup::LineObserver {
 public:
  explicit LineLearner(cleanup::FurnitureLearner& learner) : learner_(learner) {}
  void Read(const Article& article, std::span<const cleanup::Line> lines) override {
    if (read_ == &article) return;
    read_ = &article;
    learner_.BeginStory(kSource);
    for (const cleanup::Line& line : lines) learner_.AddLine(line.text);
  }

  static constexpr std::string_view kSource = "source";

 private:
  cleanup::FurnitureLearner& learner_;
  const Article* read_ = nullptr;
};

// The furniture of the source of a document; null where nothing is said of others.
std::shared_ptr<const cleanup::SourceFurniture> FurnitureOf(simdjson::dom::element document, TextForm form) {
  simdjson::dom::array others;
  if (document["others"].get(others) != simdjson::SUCCESS) return nullptr;
  cleanup::FurnitureLearner learner(
      {.min_stories = static_cast<uint32_t>(std::min<size_t>(3, others.size()))});
  for (const simdjson::dom::element other : others) {
    std::string_view text;
    if (other.get(text) != simdjson::SUCCESS) continue;
    LineLearner observer(learner);
    auto cleaner = cleanup::Create({}, {}, testing::ShippedLineRules(), nullptr, &observer);
    testing::BatchBuilder batch;
    batch.Text("", text).form = form;
    if (!cleaner.ok() || !(*cleaner)->Process(batch.batch()).ok()) return nullptr;
  }
  auto furniture = cleanup::SourceFurniture::Create(learner.Table(), "learned");
  return furniture.ok() ? *furniture : nullptr;
}

int Run(bool features) {
  FeatureWriter writer;
  const auto processor =
      cleanup::Create({}, {}, testing::ShippedLineRules(), nullptr, features ? &writer : nullptr);
  if (!processor.ok()) {
    std::cerr << processor.status() << '\n';
    return 1;
  }
  simdjson::dom::parser parser;
  size_t documents = 0;
  for (std::string line; std::getline(std::cin, line);) {
    writer.Begin(documents++);
    simdjson::dom::element document;
    if (parser.parse(line).get(document) != simdjson::SUCCESS) return 1;
    const std::string_view html = Member(document, "html");
    testing::BatchBuilder batch;
    Article& article =
        batch.Text(Member(document, "title"), html.empty() ? Member(document, "text") : html);
    article.url = Member(document, "url");
    article.source_name = Member(document, "source");
    if (!html.empty()) article.form = TextForm::kPage;
    Processor* cleaner = processor->get();
    std::unique_ptr<Processor> of_source;
    if (const auto furniture = FurnitureOf(document, article.form); furniture != nullptr) {
      article.source_domain = LineLearner::kSource;
      of_source = *cleanup::Create({}, {}, testing::ShippedLineRules(), furniture);
      cleaner = of_source.get();
    }
    if (!cleaner->Process(batch.batch()).ok()) return 1;
    if (!features) std::cout << Json(article) << '\n';
  }
  return 0;
}

}  // namespace
}  // namespace newsfeed

int main(int argc, char** argv) {
  return newsfeed::Run(argc > 1 && std::string_view(argv[1]) == "--features");
}
