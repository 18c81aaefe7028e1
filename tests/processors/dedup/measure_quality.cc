// Measures verdicts on texts, invented or real:
//
//   measure_quality                            a stream of 4,000 invented articles and their variants
//   measure_quality web.ndjson.gz [N]          of N articles of a file of {id,title,body,...} lines
//   measure_quality --export OUT.ndjson [web.ndjson.gz [N]]   writes that stream instead
//   measure_quality --pairs judged_pairs.ndjson.gz
//   measure_quality --feed finance.ndjson.gz [N]   every article once, in order; counts verdicts
//
// Fixed seeds. Each stream is judged in one pass. See news_stream.h for what is held back.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <simdjson.h>
#include <zlib.h>

#include "tests/processors/dedup/judging.h"
#include "tests/processors/dedup/news_stream.h"
#include "tests/processors/dedup/variants.h"

namespace newsfeed::testing {

constexpr uint64_t kSeed = 5;

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

constexpr const char* kVerdicts[] = {"?", "UNIQUE", "DUPLICATE", "UPDATE", "LOW"};

double Percent(size_t part, size_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

struct Tally {
  size_t all = 0;
  size_t as_wanted = 0;
  size_t original_named = 0, original_right = 0;
  std::map<std::string, size_t> verdicts;
  std::map<std::string, size_t> rules;

  void Add(const DedupResult& result) {
    ++all;
    ++verdicts[kVerdicts[static_cast<size_t>(result.verdict)]];
    ++rules[std::string(result.rule)];
  }
  void Add(const StreamItem& item, const DedupResult& result) {
    Add(result);
    as_wanted += result.verdict == item.expect;
    if (item.original.empty() || result.canonical_id.empty()) return;
    ++original_named;
    original_right += result.canonical_id == item.original;
  }
  size_t Of(const char* verdict) const {
    const auto found = verdicts.find(verdict);
    return found == verdicts.end() ? 0 : found->second;
  }
  void PrintDetails() const {
    for (const auto& [verdict, n] : verdicts) std::printf("  %s %.2f%%", verdict.c_str(), Percent(n, all));
    std::printf("  |");
    for (const auto& [rule, n] : rules) std::printf(" %s=%zu", rule.c_str(), n);
    std::printf("\n");
  }
  void Print(std::string_view name) const {
    std::printf("%-24.*s %6zu", static_cast<int>(name.size()), name.data(), all);
    PrintDetails();
  }
};

bool Shown(std::string_view kind) {
  static const char* const show = std::getenv("SHOW");
  return show != nullptr && kind == show;
}

// SHOW=KIND prints each item of a kind that was not judged as wanted; those held back are not shown.
void Show(const StreamItem& item, const DedupResult& result) {
  if (!Shown(item.kind) || item.held_back || result.verdict == item.expect) return;
  std::printf("%s %zu words: %s of %s, %s, new in old %.2f, old in new %.2f, lead %.2f, numbers %.2f, title %.2f\n",
              item.article.id.c_str(), CountWords(item.article.body),
              kVerdicts[static_cast<size_t>(result.verdict)], std::string(result.canonical_id).c_str(),
              std::string(result.rule).c_str(), double{result.containment},
              double{result.containment_reverse}, double{result.lead}, double{result.numbers},
              double{result.title});
}

// In one pass, as a daemon would.
void MeasureStream(const NewsStream& stream) {
  Judging judging;
  std::map<std::string, std::array<Tally, 2>> tallies;
  for (const StreamItem& item : stream) {
    const DedupResult result = judging.Take(item.article);
    tallies[item.kind][item.held_back ? 1 : 0].Add(item, result);
    Show(item, result);
    judging.judge().Commit();
  }
  std::printf("%-24s %6s %8s %9s | held back: %6s %8s %9s\n", "kind", "n", "wanted", "original", "n",
              "wanted", "original");
  for (const auto& [kind, halves] : tallies) {
    std::printf("%-24s", kind.c_str());
    for (const Tally& half : halves) {
      std::printf(" %6zu %7.2f%% %8.2f%%%s", half.all, Percent(half.as_wanted, half.all),
                  Percent(half.original_right, half.original_named),
                  &half == &halves[0] ? " |           " : "\n");
    }
    for (const Tally& half : halves) half.PrintDetails();
  }
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += c == '\n' ? "\\n" : " ";
    } else {
      out += c;
    }
  }
  return out;
}

// For others to judge: tests/bench/datasketch_quality.py.
void Export(const NewsStream& stream, const char* path) {
  std::FILE* const file = std::fopen(path, "w");
  if (file == nullptr) return;
  for (const StreamItem& item : stream) {
    std::fprintf(file,
                 R"({"kind":"%s","id":"%s","original":"%s","expect":"%s","held_back":%s,"title":"%s","body":"%s"})"
                 "\n",
                 item.kind.c_str(), item.article.id.c_str(), item.original.c_str(),
                 kVerdicts[static_cast<size_t>(item.expect)], item.held_back ? "true" : "false",
                 Escaped(item.article.title).c_str(), Escaped(item.article.body).c_str());
  }
  std::fclose(file);
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

// A real feed. Dropped under another title: of bodies that come under three titles or more, the
// titles whose article was called a DUPLICATE.
void MeasureFeed(const char* path, size_t most) {
  Judging judging;
  Tally tally;
  std::map<uint64_t, std::map<std::string, bool>> titles_of_body;  // true: dropped
  ForEachLine(path, [&](const simdjson::dom::element& line) {
    if (tally.all >= most) return;
    const TestArticle article{.id = Field(line, "id"), .title = Field(line, "title"),
                              .body = Field(line, "body"), .source = Field(line, "source"),
                              .url = Field(line, "url")};
    const DedupResult result = judging.Take(article);
    tally.Add(result);
    bool& dropped = titles_of_body[text::Hash(article.body)].try_emplace(article.title, true).first->second;
    dropped = dropped && result.verdict == Verdict::kDuplicate;
    if (std::getenv("SHOW") != nullptr && result.verdict != Verdict::kUnique) {
      std::printf("%s\t%s\t%.2f\t%.2f\t%.2f\t%s\t%s\t%s\n", kVerdicts[static_cast<size_t>(result.verdict)],
                  std::string(result.rule).c_str(), double{result.containment},
                  double{result.containment_reverse}, double{result.title}, article.id.c_str(),
                  std::string(result.canonical_id).c_str(), article.title.c_str());
    }
    judging.judge().Commit();
  });
  tally.Print(path);
  size_t titles = 0;
  size_t dropped = 0;
  for (const auto& [body, of_body] : titles_of_body) {
    if (of_body.size() < 3) continue;
    titles += of_body.size();
    for (const auto& [title, is_dropped] : of_body) dropped += is_dropped;
  }
  std::printf("bodies under 3 titles or more: %zu titles, %zu dropped (%.1f%%)\n", titles, dropped,
              Percent(dropped, titles));
}

}  // namespace
}  // namespace newsfeed::testing

int main(int argc, char** argv) {
  using namespace newsfeed::testing;
  const std::string_view first = argc > 1 ? argv[1] : "";
  const auto number = [&](int at, size_t otherwise) {
    return argc > at ? static_cast<size_t>(std::atoll(argv[at])) : otherwise;
  };
  const auto texts = [&](int at) {
    return argc > at ? Load(argv[at], number(at + 1, 1'000'000)) : Invent(4000);
  };
  if (first == "--pairs" && argc > 2) {
    MeasurePairs(argv[2]);
  } else if (first == "--feed" && argc > 2) {
    MeasureFeed(argv[2], number(3, 1'000'000));
  } else if (first == "--export" && argc > 2) {
    Export(MakeStream(texts(3), kSeed), argv[2]);
  } else {
    MeasureStream(MakeStream(texts(1), kSeed));
  }
}
