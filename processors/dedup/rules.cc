#include "processors/dedup/rules.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace newsfeed::dedup {
namespace {

// --- Thresholds that are no configuration, in 1/10,000 unless told. ---

// A short or reordered lead is no objection where most of all shingles are shared.
constexpr uint32_t kMinJaccardForOtherLead = 6000;
// Under one headline, 60 % of both texts in common outweighs what a page puts around them: its
// navigation in the place of the lead, and its numbers.
constexpr uint32_t kMinSameHeadline = 6000;
constexpr uint32_t kMinSharedUnderHeadline = 6000;
// Two reports on one event share quotes and background, up to half of each; so does a copy that was
// edited all over, but that keeps its headline.
constexpr uint32_t kMinSharedOfOne = 6500;
constexpr uint32_t kMinJaccardOfHalf = 3600;
constexpr uint32_t kMinTitleOfHalf = 8000;
// Short texts: a brief and its copy share half of all, and their titles speak of one thing.
constexpr uint32_t kMinShortJaccard = 5000;
constexpr uint32_t kMinShortTitle = 3000;
// One publisher does not run one story under titles without a word in common; failed extraction,
// galleries and link lists do just that.
constexpr uint32_t kMinSameSourceTitle = 3500;
// Words: below it even an equal text is a phrase ("Read more on our site") rather than an article.
constexpr uint32_t kMinSameTextWords = 20;
// Times that one source ran a body again under an unrelated title, and days on which it came: below
// them it is wire copy, which twenty papers run on one day under twenty titles.
constexpr uint32_t kMinRepetitions = 2;
constexpr uint32_t kMinRepetitionDays = 3;
constexpr uint32_t kMinJaccardOfSameBody = 8000;
constexpr uint32_t kMinTitleOfSamePage = 8000;
// Bearers of one body that are looked at: the count needs a few, and takes the square of their
// number.
constexpr size_t kMaxBearers = 32;
// A correction changes few numbers, a table of prices all. Each changes the five shingles it is in,
// twice that where a word beside it changes too; and its own publisher may add a line about it.
constexpr uint32_t kMaxCorrected = 3;
constexpr uint32_t kShinglesOfCorrection = 10;
constexpr uint32_t kSlackOfCorrection = 200;
constexpr uint32_t kSlackOfOwnCorrection = 1000;
// Numbers behind the same words: with fewer, all numbers of the texts are compared.
constexpr uint32_t kFewPlaces = 3;
// An update holds all of the old text. A page around a copy looks the same but for the page around
// the original, 6 to 29 % of it; no page is two thirds as long again as the article.
constexpr uint32_t kMinContainsOld = 9300;
constexpr uint32_t kMinContainsOldInMuch = 8000;
constexpr uint32_t kMuchNewText = 4000;

constexpr std::array kRules = std::to_array<RuleRow>({
    {Rule::kNoText, "no-text", "UNIQUE", "the article has no words",
     "an empty text is equal to every other: it says nothing"},
    {Rule::kUnreadableSketch, "unreadable-sketch", "UNIQUE",
     "the sketch is of another version or damaged", "what cannot be compared is published"},
    {Rule::kNoCandidate, "no-candidate", "UNIQUE", "nothing in the window shares a band with it",
     "the common case"},
    {Rule::kStatus, "status", "UNIQUE or UPDATE", "WITHHELD or CANCELED",
     "a kill notice repeats the text it kills, and must arrive"},
    {Rule::kLowInformation, "low-information", "LOW_INFORMATION", "cleanup left page chrome only",
     "all chrome of a site is alike; it is no copy and no original"},
    {Rule::kRevision, "revision", "UPDATE",
     "same id and source, or same URL, and any word of the text another, or a correction mark",
     "the publisher says that it is the same article; a number or a \"not\" is one word, and "
     "furniture went in cleanup"},
    {Rule::kOtherTime, "other-time", "UNIQUE",
     "published_at of both known and further apart than the window",
     "backfills: yearly and weekly items repeat their words"},
    {Rule::kLowContainment, "low-containment", "UNIQUE",
     "containment below min_containment_percent both ways, or another language",
     "same event, told by another"},
    {Rule::kRepeatedBody, "repeated-body", "LOW_INFORMATION",
     "a third unrelated title for the same body in one source (or two sources with two each), or a "
     "third day under unrelated titles",
     "page chrome, a sidebar, a template: it says nothing of the article, and must swallow none"},
    {Rule::kOtherTitle, "other-title", "UNIQUE",
     "same source, less than 35 % of title words shared",
     "failed extraction: one sidebar as the body of many pages"},
    {Rule::kCorrectionMark, "correction-mark", "UPDATE",
     "begins with a word such as \"Corrected\", which the other does not",
     "what was wrong has been published, so must be what is right, however little it differs"},
    {Rule::kSameText, "same-text", "DUPLICATE",
     "all words the same, and 20 of them or a like title (or the same id or URL, whatever the "
     "title)",
     "wire copy under another headline; below 20 words it may be a phrase"},
    {Rule::kShortText, "short-text", "UNIQUE",
     "fewer than short_words words, and not (Jaccard 50 % and 30 % of title words)",
     "in a short text the publisher's boilerplate weighs as much as the news"},
    {Rule::kCorrectedNumbers, "corrected-numbers", "UPDATE",
     "numbers differ behind the same words (at most 3, or min_numbers_percent agree), and little "
     "else: 2 % of the shingles and 10 a number, 10 % in the same source",
     "a corrected figure is news; edits all over a text hit a number now and then"},
    {Rule::kOtherNumbers, "other-numbers", "UNIQUE",
     "less than min_numbers_percent of the numbers behind the same words agree (of all numbers "
     "where these are fewer than 3, and not under one headline)",
     "wire templates and price tables: same words, other figures"},
    {Rule::kNewText, "new-text", "UPDATE",
     "93 % of the old contained, and min_new_text_percent of its own shingles new; or 80 %, and "
     "40 % new",
     "the story went on; a copy in another page lacks what was around the original"},
    {Rule::kOtherLead, "other-lead", "UNIQUE",
     "less than min_lead_percent of the first 120 words shared, and Jaccard below 60 %, and not "
     "under one headline (60 % of title words, and of both texts) in two sources",
     "galleries, link lists and quotes share passages, not the beginning"},
    {Rule::kHalfShared, "half-shared", "UNIQUE",
     "containment below 65 %, Jaccard below 36 %, and less than 80 % of title words shared",
     "two reports on one event share quotes and background"},
    {Rule::kContainment, "containment", "DUPLICATE", "all tests above passed",
     "a copy: as it was, abridged, or with furniture"},
});

uint32_t Share(uint32_t part, uint32_t whole) {
  return whole == 0 ? 0 : static_cast<uint32_t>(uint64_t{part} * kWhole / whole);
}

// Shared values of two samples at their coarser rate.
struct Overlap {
  uint32_t shared = 0;
  uint32_t a = 0;
  uint32_t b = 0;

  uint32_t of_fewer() const { return Share(shared, std::min(a, b)); }
};

template <typename T>
Overlap OverlapOf(const text::SampleView<T>& a, const text::SampleView<T>& b) {
  const uint32_t level = std::max(a.level, b.level);
  const std::span<const T> at_a = a.At(level);
  const std::span<const T> at_b = b.At(level);
  return {text::CountShared(at_a, at_b), static_cast<uint32_t>(at_a.size()),
          static_cast<uint32_t>(at_b.size())};
}

// The larger containment is estimated from the samples; the smaller one follows from it by the
// number of shingles, with half the error: where b lies in a, only their sizes matter.
void FillContainment(const Overlap& overlap, uint32_t new_shingles, uint32_t old_shingles,
                     Facts& facts) {
  const uint32_t of_new = Share(overlap.shared, overlap.a);
  const uint32_t of_old = Share(overlap.shared, overlap.b);
  const auto scale = [](uint32_t share, uint32_t from, uint32_t to) {
    return std::min(static_cast<uint32_t>(uint64_t{share} * from / std::max(to, 1U)), kWhole);
  };
  facts.sampled_containment = of_new;
  facts.containment = of_new;
  facts.containment_reverse = of_old;
  if (of_old > of_new) {
    facts.containment = scale(of_old, old_shingles, new_shingles);
  } else {
    facts.containment_reverse = scale(of_new, new_shingles, old_shingles);
  }
  facts.jaccard = Share(overlap.shared, overlap.a + overlap.b - overlap.shared);
}

uint16_t NumberOf(NumberMark mark) { return static_cast<uint16_t>(mark); }
uint16_t ContextOf(NumberMark mark) { return static_cast<uint16_t>(mark >> 16); }

// Distinct numbers of marks; at most Sketch::kMaxNumbers.
struct NumberSet {
  std::array<uint16_t, Sketch::kMaxNumbers> values;
  size_t size = 0;

  std::span<const uint16_t> view() const { return {values.data(), size}; }
  bool Has(uint16_t value) const { return std::ranges::binary_search(view(), value); }
};

NumberSet NumbersOf(std::span<const NumberMark> marks) {
  NumberSet set;
  std::ranges::transform(marks, set.values.begin(), NumberOf);
  const auto end = set.values.begin() + static_cast<ptrdiff_t>(marks.size());
  std::sort(set.values.begin(), end);
  set.size = static_cast<size_t>(std::unique(set.values.begin(), end) - set.values.begin());
  return set;
}

// Places that two texts share: numbers behind the same words.
struct Places {
  uint32_t agree = 0;
  uint32_t differ = 0;
  // Of those that differ: one text has its number nowhere else, so it is no move of passages.
  uint32_t corrected = 0;
};

Places ComparePlaces(std::span<const NumberMark> a, std::span<const NumberMark> b,
                     const NumberSet& of_a, const NumberSet& of_b) {
  Places places;
  for (const NumberMark mark : a) {
    if (std::ranges::binary_search(b, mark)) {
      ++places.agree;
      continue;
    }
    // The marks of one place lie together: the place is their high half. (Not equal_range: clang 14
    // cannot build it from this library.)
    auto other = std::ranges::lower_bound(b, ContextOf(mark), {}, ContextOf);
    while (other != b.end() && ContextOf(*other) == ContextOf(mark) &&
           std::ranges::binary_search(a, *other)) {
      ++other;
    }
    if (other == b.end() || ContextOf(*other) != ContextOf(mark)) continue;
    ++places.differ;
    places.corrected += !of_b.Has(NumberOf(mark)) || !of_a.Has(NumberOf(*other));
  }
  return places;
}

void FillNumbers(const text::SampleView<NumberMark>& a, const text::SampleView<NumberMark>& b,
                 Facts& facts) {
  const uint32_t level = std::max(a.level, b.level);
  const std::span<const NumberMark> at_a = a.At(level);
  const std::span<const NumberMark> at_b = b.At(level);
  const NumberSet of_a = NumbersOf(at_a);
  const NumberSet of_b = NumbersOf(at_b);
  const Places places = ComparePlaces(at_a, at_b, of_a, of_b);
  const uint32_t shared = places.agree + places.differ;
  const auto fewer = static_cast<uint32_t>(std::min(of_a.size, of_b.size));
  if (shared >= kFewPlaces) {
    facts.numbers = Share(places.agree, shared);
  } else {
    facts.numbers = fewer == 0 ? kWhole : Share(text::CountShared(of_a.view(), of_b.view()), fewer);
  }
  facts.number_places = shared;
  facts.corrected_numbers = places.corrected;
}

bool Unrelated(const text::SampleView<uint16_t>& a, const text::SampleView<uint16_t>& b) {
  return OverlapOf(a, b).of_fewer() < kMinSameSourceTitle;
}

bool AtLeast(uint32_t basis_points, uint32_t percent) {
  return basis_points >= percent * (kWhole / 100);
}

bool TitlesAgree(const Facts& facts, uint32_t least) {
  return facts.titles_known && facts.title >= least;
}

bool TitlesDisagree(const Facts& facts) {
  return facts.titles_known && facts.same_source && facts.title < kMinSameSourceTitle;
}

bool UnderOneHeadline(const Facts& facts) {
  return TitlesAgree(facts, kMinSameHeadline) &&
         std::min(facts.containment, facts.containment_reverse) >= kMinSharedUnderHeadline;
}

bool OnlyHalfShared(const Facts& facts) {
  return facts.similarity() < kMinSharedOfOne && facts.jaccard < kMinJaccardOfHalf &&
         !TitlesAgree(facts, kMinTitleOfHalf);
}

bool NumbersDiffer(const Facts& facts, const Policy& policy) {
  if (AtLeast(facts.numbers, policy.min_numbers_percent)) return false;
  return facts.number_places >= kFewPlaces || !UnderOneHeadline(facts);
}

bool LeadsDiffer(const Facts& facts, const Policy& policy) {
  // One site puts the same around all its pages: there another lead is another lead.
  const bool other_page = !facts.same_source && UnderOneHeadline(facts);
  return !AtLeast(facts.lead, policy.min_lead_percent) &&
         facts.jaccard < kMinJaccardForOtherLead && !other_page;
}

// What differs is little more than the shingles around those numbers: edits all over a text change
// a number now and then.
bool IsCorrection(const Facts& facts, const Policy& policy) {
  const uint32_t changed = kWhole - std::min(facts.containment, facts.containment_reverse);
  const uint32_t explained = Share(kShinglesOfCorrection * facts.corrected_numbers,
                                   std::max(facts.fewer_words, 1U));
  const uint32_t slack = facts.same_source ? kSlackOfOwnCorrection : kSlackOfCorrection;
  return facts.corrected_numbers > 0 && changed <= slack + explained &&
         (facts.corrected_numbers <= kMaxCorrected ||
          AtLeast(facts.numbers, policy.min_numbers_percent));
}

bool HasNewText(const Facts& facts, const Policy& policy) {
  const auto new_text = [](uint32_t containment) { return kWhole - containment; };
  const uint32_t least = new_text(facts.containment) >= kMuchNewText ? kMinContainsOldInMuch
                                                                     : kMinContainsOld;
  // The sample must see some of it too: a text that repeats itself has more shingles, none new.
  return facts.containment_reverse >= least &&
         AtLeast(new_text(facts.containment), policy.min_new_text_percent) &&
         AtLeast(2 * new_text(facts.sampled_containment), policy.min_new_text_percent);
}

}  // namespace

std::span<const RuleRow> Rules() { return kRules; }
std::string_view RuleName(Rule rule) { return kRules[static_cast<size_t>(rule)].name; }

bool IsRepeatedBody(const Repetition& repetition) {
  return repetition.titles >= kMinRepetitions || repetition.days >= kMinRepetitionDays;
}

Repetition CountRepetition(std::span<const Bearer> bearers) {
  bearers = bearers.first(std::min(bearers.size(), kMaxBearers));
  // That are unrelated to those of the same source before.
  std::array<const Bearer*, kMaxBearers> titles;
  size_t count = 0;
  uint32_t sources = 0;
  std::array<int64_t, kMaxBearers> days;
  size_t day_count = 0;
  Repetition repetition;
  for (const Bearer& bearer : bearers) {
    if (bearer.title.values.empty()) continue;
    const bool own = &bearer == &bearers.front();
    if (own || Unrelated(bearer.title, bearers.front().title)) {
      days[day_count++] = bearer.day;
      repetition.own_titles += !own && bearer.source_hash != 0 &&
                               bearer.source_hash == bearers.front().source_hash;
    }
    if (bearer.source_hash == 0) continue;
    bool first = true;
    bool related = false;
    for (size_t i = 0; i < count && !related; ++i) {
      if (titles[i]->source_hash != bearer.source_hash) continue;
      first = false;
      related = !Unrelated(titles[i]->title, bearer.title);
    }
    if (related) continue;
    titles[count++] = &bearer;
    sources += first;
  }
  std::sort(days.begin(), days.begin() + static_cast<ptrdiff_t>(day_count));
  repetition.days = static_cast<uint32_t>(
      std::unique(days.begin(), days.begin() + static_cast<ptrdiff_t>(day_count)) - days.begin());
  repetition.titles = static_cast<uint32_t>(count) - sources;
  return repetition;
}

bool IsSameBody(const Facts& facts) {
  return facts.same_text || facts.jaccard >= kMinJaccardOfSameBody;
}

bool IsSamePage(const Facts& facts) {
  return facts.same_source && TitlesAgree(facts, kMinTitleOfSamePage);
}

bool PublishedApart(const Sketch& sketch, const StoredEntry& old, int64_t window_ms) {
  if (!sketch.published_ms || old.published_ms == StoredEntry::kNotPublished) return false;
  const int64_t a = std::max(*sketch.published_ms, old.published_ms);
  const int64_t b = std::min(*sketch.published_ms, old.published_ms);
  // Unsigned: the times are anyone's.
  return static_cast<uint64_t>(a) - static_cast<uint64_t>(b) > static_cast<uint64_t>(window_ms);
}

Facts Compare(const Sketch& sketch, const EntryStore& store, const StoredEntry& old,
              const Policy& policy) {
  Facts facts;
  facts.published_apart = PublishedApart(sketch, old, policy.window_ms);
  facts.same_text = sketch.text_hash == old.text_hash && sketch.words == old.words;
  facts.same_source = sketch.source_hash != 0 && sketch.source_hash == old.source_hash;
  facts.same_language = sketch.language_hash == 0 || old.language_hash == 0 ||
                        sketch.language_hash == old.language_hash;
  facts.correction_mark = sketch.correction_mark && !old.correction_mark;
  facts.fewer_words = std::min(sketch.words, old.words);
  FillContainment(OverlapOf(sketch.sample.view(), store.sample(old)), sketch.shingles,
                  old.shingles, facts);
  const Overlap lead = OverlapOf(sketch.lead.view(), store.lead(old));
  facts.lead = lead.of_fewer();
  const Overlap title = OverlapOf(sketch.title.view(), store.title(old));
  facts.titles_known = sketch.title.size > 0 && old.title_size > 0;
  facts.title = title.of_fewer();
  FillNumbers(sketch.numbers.view(), store.numbers(old), facts);
  return facts;
}

Decision Decide(const Facts& facts, const Policy& policy) {
  if (facts.published_apart) return {Verdict::kUnique, Rule::kOtherTime};
  const bool alike =
      facts.same_language && AtLeast(facts.similarity(), policy.min_containment_percent);
  if (!facts.same_text && !alike) return {Verdict::kUnique, Rule::kLowContainment};
  if (TitlesDisagree(facts)) return {Verdict::kUnique, Rule::kOtherTitle};
  if (facts.correction_mark) return {Verdict::kUpdate, Rule::kCorrectionMark};
  if (facts.same_text &&
      (facts.fewer_words >= kMinSameTextWords || TitlesAgree(facts, kMinShortTitle))) {
    return {Verdict::kDuplicate, Rule::kSameText};
  }
  if (facts.fewer_words < policy.short_words &&
      !(facts.jaccard >= kMinShortJaccard && TitlesAgree(facts, kMinShortTitle))) {
    return {Verdict::kUnique, Rule::kShortText};
  }
  if (IsCorrection(facts, policy)) return {Verdict::kUpdate, Rule::kCorrectedNumbers};
  if (NumbersDiffer(facts, policy)) return {Verdict::kUnique, Rule::kOtherNumbers};
  if (HasNewText(facts, policy)) return {Verdict::kUpdate, Rule::kNewText};
  if (LeadsDiffer(facts, policy)) return {Verdict::kUnique, Rule::kOtherLead};
  if (OnlyHalfShared(facts)) return {Verdict::kUnique, Rule::kHalfShared};
  return {Verdict::kDuplicate, Rule::kContainment};
}

}  // namespace newsfeed::dedup
