#include "tests/processors/dedup/news_stream.h"

#include <algorithm>
#include <array>
#include <utility>

#include "processors/text/hash.h"

namespace newsfeed::testing {
namespace {

constexpr int64_t kMinute = 60'000;
// All texts of a large set within one window: 20,000 in 67 hours.
constexpr int64_t kPace = kMinute / 5;
constexpr size_t kLongWords = 120;
// Of so many texts in a row each long kind is taken once, then each short one. The last three are
// not in the stream: they lend their words to updates, where they must not meet themselves. The
// rest come once.
constexpr size_t kCycle = 20;
constexpr size_t kLenders = 3;

struct LongKind {
  Variant variant;
  Verdict expect;
};
constexpr LongKind kLongKinds[] = {
    {Variant::kNewTitle, Verdict::kDuplicate},    {Variant::kLightFurniture, Verdict::kDuplicate},
    {Variant::kHeavyFurniture, Verdict::kDuplicate}, {Variant::kCutToHalf, Verdict::kDuplicate},
    {Variant::kCutToThird, Verdict::kDuplicate},  {Variant::kEdited5, Verdict::kDuplicate},
    {Variant::kEdited10, Verdict::kDuplicate},    {Variant::kShuffled, Verdict::kDuplicate},
    {Variant::kMore30, Verdict::kUpdate},         {Variant::kMore100, Verdict::kUpdate},
    {Variant::kCorrectedDigits, Verdict::kUpdate}};
constexpr Variant kShortKinds[] = {Variant::kEdited5, Variant::kNewTitle, Variant::kLightFurniture};
constexpr size_t kFirstShort = std::size(kLongKinds);

// One body under many titles.
constexpr size_t kTraps = 24;       // of each sort
constexpr size_t kPagesOfTrap = 40;
constexpr size_t kWireRuns = 12;
constexpr size_t kCopiesOfRun = 20;

class StreamMaker {
 public:
  StreamMaker(const std::vector<NewsText>& texts, uint64_t seed) : texts_(texts), generator_(seed) {}

  NewsStream Make() {
    for (size_t i = 0; i < texts_.size(); ++i) AddText(i);
    for (size_t trap = 0; trap < kTraps; ++trap) AddSidebar(trap);
    for (size_t trap = 0; trap < kTraps; ++trap) AddChrome(trap);
    for (size_t run = 0; run < kWireRuns; ++run) AddWireRun(run);
    std::ranges::stable_sort(stream_, {}, [](const StreamItem& item) {
      return item.article.timestamp_ms;
    });
    return std::move(stream_);
  }

 private:
  const NewsText& Other(size_t not_this) {
    size_t at = generator_.Below(texts_.size());
    if (at == not_this) at = (at + 1) % texts_.size();
    return texts_[at];
  }

  // Each once, while there are any.
  const NewsText& Lender() {
    const size_t at = next_lender_ / kLenders * kCycle + kCycle - kLenders + next_lender_ % kLenders;
    ++next_lender_;
    static const NewsText kNone;
    return at < texts_.size() ? texts_[at] : kNone;
  }

  static bool HeldBack(const NewsText& text) { return text::Hash(text.body) >> 60 & 1; }

  void Add(std::string kind, const NewsText& text, std::string id, std::string source,
           int64_t time_ms, Verdict expect, std::string original, bool held_back) {
    stream_.push_back({std::move(kind),
                       {.id = std::move(id), .title = text.title, .body = text.body,
                        .source = std::move(source), .timestamp_ms = time_ms},
                       expect, std::move(original), held_back});
  }

  void AddText(size_t i) {
    const size_t in_cycle = i % kCycle;
    if (in_cycle >= kCycle - kLenders) return;
    const bool is_long = CountWords(texts_[i].body) >= kLongWords;
    if (is_long && in_cycle < kFirstShort) return AddLong(i, kLongKinds[in_cycle]);
    if (is_long && in_cycle - kFirstShort < std::size(kShortKinds)) {
      return AddShort(i, kShortKinds[in_cycle - kFirstShort]);
    }
    AddOriginal(i, texts_[i]);
  }

  void AddOriginal(size_t i, const NewsText& text) {
    Add("distinct", text, "o" + std::to_string(i), "site" + std::to_string(i % 40), TimeOf(i),
        Verdict::kUnique, "", HeldBack(texts_[i]));
  }
  void AddVariant(size_t i, std::string kind, const NewsText& made, Verdict expect) {
    Add(std::move(kind), made, "v" + std::to_string(i), "paper" + std::to_string(i % 60),
        TimeOf(i) + kMinute + static_cast<int64_t>(generator_.Below(36 * kHour)), expect,
        "o" + std::to_string(i), HeldBack(texts_[i]));
  }

  void AddLong(size_t i, const LongKind& kind) {
    NewsText original = texts_[i];
    if (kind.variant == Variant::kCorrectedDigits && !HasDigit(original.body)) {
      return AddOriginal(i, original);
    }
    const bool update = kind.variant == Variant::kMore30 || kind.variant == Variant::kMore100;
    const NewsText& other = update ? Lender() : Other(i);
    const NewsText made = generator_.Make(kind.variant, original, other);
    // Both sides have a page of their own around them.
    if (kind.variant == Variant::kHeavyFurniture) {
      original = generator_.Make(kind.variant, original, other);
    }
    AddOriginal(i, original);
    AddVariant(i, std::string(VariantName(kind.variant)), made, kind.expect);
  }

  void AddShort(size_t i, Variant variant) {
    NewsText brief = texts_[i];
    brief.body = FirstWords(brief.body, 25 + generator_.Below(26));
    AddOriginal(i, brief);
    AddVariant(i, "short, " + std::string(VariantName(variant)),
               generator_.Make(variant, brief, Other(i)), Verdict::kDuplicate);
  }

  // Lines of a sidebar, one of which changes now and then; the pages' own texts are missing.
  void AddSidebar(size_t trap) {
    std::vector<std::string> lines(15 + generator_.Below(25));
    for (std::string& line : lines) line = Other(0).title + "\n" + generator_.Article(6).body;
    for (size_t page = 0; page < kPagesOfTrap; ++page) {
      if (generator_.Below(3) == 0) lines[generator_.Below(lines.size())] = Other(0).title;
      AddPage("sidebar as body", trap, page, JoinParagraphs(lines), 1);
    }
  }
  void AddChrome(size_t trap) {
    const std::string chrome = generator_.Chrome(25 + generator_.Below(125));
    for (size_t page = 0; page < kPagesOfTrap; ++page) {
      AddPage("chrome as body", trap, page, chrome, 1 + trap % 4);
    }
  }
  void AddPage(std::string kind, size_t trap, size_t page, const std::string& body,
               size_t sources) {
    const std::string name = kind.substr(0, 1) + std::to_string(trap);
    Add(std::move(kind), {Other(0).title, body}, name + "-" + std::to_string(page),
        name + "." + std::to_string(generator_.Below(sources)),
        TimeOf(trap * texts_.size() / kTraps / 2) + static_cast<int64_t>(generator_.Below(60 * kHour)),
        Verdict::kLowInformation, "", trap % 2 == 1);
  }

  void AddWireRun(size_t run) {
    const NewsText story = generator_.Article(150 + generator_.Below(500));
    const int64_t start = TimeOf(run * texts_.size() / kWireRuns / 2);
    const std::string name = "w" + std::to_string(run);
    Add("distinct", story, name, "wire", start, Verdict::kUnique, "", run % 2 == 1);
    for (size_t copy = 0; copy < kCopiesOfRun; ++copy) {
      Add("wire run", {Other(0).title, story.body}, name + "-" + std::to_string(copy),
          "daily" + std::to_string(copy), start + kMinute + static_cast<int64_t>(generator_.Below(8 * kHour)),
          Verdict::kDuplicate, name, run % 2 == 1);
    }
  }

  static int64_t TimeOf(size_t i) { return kNoon + static_cast<int64_t>(i) * kPace; }

  const std::vector<NewsText>& texts_;
  NewsGenerator generator_;
  size_t next_lender_ = 0;
  NewsStream stream_;
};

}  // namespace

NewsStream MakeStream(const std::vector<NewsText>& texts, uint64_t seed) {
  return StreamMaker(texts, seed).Make();
}

}  // namespace newsfeed::testing
