// Measures verdicts on texts, invented or real:
//
//   measure_quality                            2,000 invented articles of 50 to 900 words
//   measure_quality web.ndjson.gz [N]          N articles of a file of {id,title,body,...} lines
//   measure_quality --pairs judged_pairs.ndjson.gz
//   measure_quality --stream finance.ndjson.gz [N]   every article once, in order; counts verdicts
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <simdjson.h>
#include <zlib.h>

#include "tests/processors/dedup/judging.h"
#include "tests/processors/dedup/variants.h"

namespace newsfeed::testing {
namespace {

std::string ReadGzip(const char* path) {
  std::string bytes;
  gzFile file = gzopen(path, "rb");
  if (file == nullptr) return bytes;
  std::vector<char> buffer(1 << 16);
  for (int n = 0; (n = gzread(file, buffer.data(), 1 << 16)) > 0;) {
    bytes.append(buffer.data(), static_cast<size_t>(n));
  }
  gzclose(file);
  return bytes;
}

std::string Field(const simdjson::dom::element& line, const char* name) {
  std::string_view value;
  return line[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
}

template <typename Take>
void ForEachLine(const char* path, Take take) {
  const std::string bytes = ReadGzip(path);
  simdjson::dom::parser parser;
  for (size_t at = 0; at < bytes.size();) {
    const size_t end = std::min(bytes.find('\n', at), bytes.size());
    simdjson::dom::element line;
    if (parser.parse(bytes.data() + at, end - at).get(line) == simdjson::SUCCESS) take(line);
    at = end + 1;
  }
}

std::vector<NewsText> Load(const char* path, size_t most) {
  std::vector<NewsText> texts;
  ForEachLine(path, [&](const simdjson::dom::element& line) {
    if (texts.size() < most) texts.push_back({Field(line, "title"), Field(line, "body")});
  });
  return texts;
}

std::vector<NewsText> Invent(size_t count) {
  NewsGenerator generator(11);
  std::vector<NewsText> texts;
  for (size_t i = 0; i < count; ++i) texts.push_back(generator.Article(50 + generator.Below(850)));
  return texts;
}

struct Tally {
  size_t all = 0;
  std::map<std::string, size_t> verdicts;
  std::map<std::string, size_t> rules;

  void Add(const DedupResult& result) {
    static constexpr const char* kNames[] = {"?", "UNIQUE", "DUPLICATE", "UPDATE", "LOW"};
    ++all;
    ++verdicts[kNames[static_cast<size_t>(result.verdict)]];
    ++rules[std::string(result.rule)];
  }
  void Print(std::string_view name) const {
    std::printf("%-24.*s %6zu", static_cast<int>(name.size()), name.data(), all);
    for (const auto& [verdict, n] : verdicts) {
      std::printf("  %s %.1f%%", verdict.c_str(),
                  100.0 * static_cast<double>(n) / static_cast<double>(all));
    }
    std::printf("  |");
    for (const auto& [rule, n] : rules) std::printf(" %s=%zu", rule.c_str(), n);
    std::printf("\n");
  }
};

size_t CountWords(const std::string& text) {
  size_t words = 0;
  text::ForEachWord(text, [&](text::Word) { ++words; });
  return words;
}

// All originals go in; then every variant is judged, and taken back.
void MeasureVariants(const std::vector<NewsText>& texts) {
  Judging judging;
  Tally distinct;
  std::vector<size_t> originals;
  for (size_t i = 0; i < texts.size(); ++i) {
    const DedupResult result = judging.Take({.id = "a" + std::to_string(i),
                                             .title = texts[i].title,
                                             .body = texts[i].body,
                                             .source = "s" + std::to_string(i % 40)});
    distinct.Add(result);
    if (result.verdict == Verdict::kUnique && CountWords(texts[i].body) > 20) originals.push_back(i);
    judging.judge().Commit();
  }
  distinct.Print("as they come");
  for (const bool longer : {true, false}) {
    std::printf("originals of %s words\n", longer ? "120 or more" : "21 to 119");
    NewsGenerator generator(5);
    for (const Variant variant : kAllVariants) {
      Tally tally;
      for (size_t n = 0; n + 1 < originals.size() && tally.all < 2000; ++n) {
        const NewsText& original = texts[originals[n]];
        if ((CountWords(original.body) >= 120) != longer) continue;
        const NewsText& other = texts[originals[generator.Below(originals.size())]];
        const NewsText made = generator.Make(variant, original, other);
        tally.Add(judging.Take({.id = "v", .title = made.title, .body = made.body, .source = "v"}));
        judging.judge().Rollback();
      }
      if (tally.all > 0) tally.Print(VariantName(variant));
    }
  }
}

void MeasurePairs(const char* path) {
  std::map<std::string, Tally> tallies;
  ForEachLine(path, [&](const simdjson::dom::element& line) {
    Judging judging;
    // The first set is of many publishers, each other of one.
    const auto source = [&](const char* id) {
      const std::string set = Field(line, id).substr(0, Field(line, id).find('-'));
      return set == "as" ? Field(line, id) : set;
    };
    judging.Take({.id = "a", .title = Field(line, "title_a"), .body = Field(line, "body_a"),
                  .source = source("id_a")});
    const DedupResult result = judging.Take({.id = "b", .title = Field(line, "title_b"),
                                             .body = Field(line, "body_b"),
                                             .source = source("id_b")});
    const size_t words =
        std::min(CountWords(Field(line, "body_a")), CountWords(Field(line, "body_b")));
    tallies[Field(line, "label") + (words < 60 ? " short" : " long")].Add(result);
    if (std::getenv("SHOW_PAIRS") != nullptr) {
      const std::string rule(result.rule);
      std::printf("%s\t%zu\t%d\t%s\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%s\t%s\n",
                  Field(line, "label").c_str(), words, static_cast<int>(result.verdict),
                  rule.c_str(), double{result.containment}, double{result.containment_reverse},
                  double{result.lead}, double{result.numbers}, double{result.title},
                  Field(line, "title_a").c_str(), Field(line, "title_b").c_str());
    }
  });
  for (const auto& [label, tally] : tallies) tally.Print(label);
}

void MeasureStream(const char* path, size_t most) {
  Judging judging;
  Tally tally;
  ForEachLine(path, [&](const simdjson::dom::element& line) {
    if (tally.all >= most) return;
    tally.Add(judging.Take({.id = Field(line, "id"), .title = Field(line, "title"),
                            .body = Field(line, "body"), .source = Field(line, "source"),
                            .url = Field(line, "url")}));
    judging.judge().Commit();
  });
  tally.Print(path);
}

}  // namespace
}  // namespace newsfeed::testing

int main(int argc, char** argv) {
  using namespace newsfeed::testing;
  const std::string_view first = argc > 1 ? argv[1] : "";
  const auto number = [&](int at, size_t otherwise) {
    return argc > at ? static_cast<size_t>(std::atoll(argv[at])) : otherwise;
  };
  if (first == "--pairs" && argc > 2) {
    MeasurePairs(argv[2]);
  } else if (first == "--stream" && argc > 2) {
    MeasureStream(argv[2], number(3, 1'000'000));
  } else {
    MeasureVariants(argc > 1 ? Load(argv[1], number(2, 1'000'000)) : Invent(2000));
  }
}
