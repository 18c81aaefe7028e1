#include "tests/testing/hostile_pages.h"

#include <fmt/format.h>

#include <array>

namespace newsfeed::testing {
namespace {

constexpr std::string_view kSentence =
    "The mayor spoke for an hour about the new quay of the old town, and the choir sang as ever before.";

std::string PageOf(std::string_view head, std::string_view body) {
  return fmt::format("<html><head>{}</head><body>{}", head, body);
}

std::string Page(std::string_view body) { return PageOf("<title>Quay</title>", body); }

std::string Paragraphs(std::string_view text, size_t times) {
  return Repeated(fmt::format("<p class=a>{}</p>\n", text), times);
}

std::string Attributes(int count) {
  std::string tag = "<p";
  for (int i = 0; i < count; ++i) tag += fmt::format(" a{}=1", i);
  return tag + ">x";
}

std::string BlocksOfManyClasses(int count) {
  std::string blocks;
  for (int i = 0; i < count; ++i) blocks += fmt::format("<div class=c{}><p>The quay is open, they say.</p></div>\n", i);
  return blocks;
}

std::string Utf16(std::string_view ascii) {
  std::string units = "\xFF\xFE";
  for (const char c : ascii) {
    units += c;
    units += '\0';
  }
  return units;
}

std::string With(std::string_view text, std::string_view bytes) {
  std::string changed(text);
  changed.insert(changed.size() / 2, bytes);
  return changed;
}

constexpr std::array kPages = std::to_array<HostilePage>({
    {"NestedElements", "a.html", [] { return Page(Repeated("<div>", 100'000) + "x"); }, Reason::kTooDeep},
    {"Attributes", "a.html", [] { return Page(Attributes(50'000)); }, Reason::kTooComplex},
    {"TagsOfManyAttributes", "a.html", [] { return Page(Repeated("<p" + Repeated(" a", 200) + ">x", 2'000)); },
     Reason::kTooComplex},
    {"EmptyParagraphs", "a.html", [] { return Page(Repeated("<p>", 300'000)); }, Reason::kTooComplex},
    {"LettersInParagraphs", "a.html", [] { return Page(Repeated("<p>x", 300'000)); }, Reason::kTooComplex},
    {"WordsInParagraphs", "a.html", [] { return Page(Repeated("<p>two words", 70'000)); }, Reason::kTooComplex},
    {"SixWordsInParagraphs", "a.html", [] { return Page(Repeated("<p>one two three four five six</p>\n", 30'000)); }},
    {"Paragraphs", "a.html", [] { return Page(Paragraphs(kSentence, 15'000)); }},
    {"BlocksOfManyClasses", "a.html", [] { return Page(BlocksOfManyClasses(30'000)); }},
    {"SixteenMegabytes", "a.html", [] { return Page(Paragraphs(kSentence, 140'000)); }},
    {"SixteenMegabytesInOneElement", "a.html", [] { return Page("<p>" + Repeated(kSentence, 160'000)); }},
    {"SixteenMegabytesOfText", "a.txt", [] { return Repeated(fmt::format("{}\n\n", kSentence), 160'000); }},
    {"MillionLines", "a.txt", [] { return Repeated("a\n", 1'000'000); }, Reason::kTooComplex},
    {"LinesOfFiveWords", "a.txt", [] { return Repeated("the harbour quay is open\n", 80'000); }},
    {"StrayEndTags", "a.html", [] { return Page(Repeated("<i>", 240) + Repeated("</b>", 4'000'000)); }},
    {"OpenTags", "a.html", [] { return Page(Repeated("<a b=\"", 500'000)); }, Reason::kTooComplex},
    {"NulBytes", "a.html", [] { return Page(Paragraphs(With(kSentence, std::string_view("\0\0", 2)), 20'000)); }},
    {"OnlyNulBytes", "a.html", [] { return Page(std::string(4 << 20, '\0')); }, Reason::kInvalidEncoding},
    {"BadBytes", "a.html", [] { return Page(Paragraphs(With(kSentence, "\xFF\xC0\x80\xED\xA0\x80"), 20'000)); }},
    {"CutSequences", "a.html", [] { return Page(Paragraphs(With(kSentence, "\xE2\x80"), 20'000)); }},
    {"Latin1LabelledUtf8", "a.html",
     [] { return Page("<meta charset=utf-8>" + Paragraphs(With(kSentence, "\xE9\xFC"), 20'000)); }},
    {"Utf16CutInAUnit", "a.html", [] { return Utf16(Page(Paragraphs(kSentence, 20'000))) + "x"; }},
    {"PartsInTheTitle", "a.html",
     [] { return PageOf("<title>" + Repeated("a | ", 250'000) + "</title>", Paragraphs(kSentence, 3)); }},
    {"AuthorsInAMeta", "a.html",
     [] {
       return PageOf("<meta name=author content='" + Repeated("a,", 500'000) + "'>", Paragraphs(kSentence, 3));
     }},
    {"AuthorsInJsonLd", "a.html",
     [] {
       return PageOf("<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"author\":[\"x\"" +
                         Repeated(",\"" + Repeated("1,", 9'000) + "\"", 60) + "]}</script>",
                     Paragraphs(kSentence, 3));
     }},
    {"NameOfTheSite", "a.html",
     [] {
       return PageOf("<meta property='og:site_name' content='" + Repeated("a ", 500'000) +
"'>",
                     Repeated("<div class=byline>" + Repeated("b,", 60) + "</div>", 60) + Paragraphs(kSentence, 3));
     }},
    {"NestedHeadlines", "a.html",
     [] { return Page(Repeated("<h1>", 240) + Paragraphs(Repeated(kSentence, 20), 250)); }},
    {"NestedBylines", "a.html",
     [] { return Page(Repeated("<div class=byline>", 240) + Paragraphs(Repeated(kSentence, 20), 250)); }},
    {"LabelsOfAuthors", "a.html",
     [] {
       return Page("<h1>Quay</h1>" + Repeated("<div>Autor: x</div>", 100) + Repeated("<div>written b y</div>", 50'000) +
                   Paragraphs(kSentence, 3));
     }},
    {"NestedLabels", "a.html",
     [] {
       return Page("<h1>Quay</h1>" + Repeated("<div class=comments>" + Repeated("<i class=author>", 200) + "Autor: x y" +
                                                  Repeated("</i>", 200) + "</div>", 100) +
                   Paragraphs(Repeated(kSentence, 20), 100));
     }},
    {"PeopleInJsonLd", "a.html",
     [] {
       return PageOf("<script type='application/ld+json'>{\"@graph\":[{\"@type\":\"NewsArticle\",\"author\":[" +
                         Repeated("{\"@id\":\"#x\"},", 9'000) + "1]}" +
                         Repeated(",{\"@id\":\"#y\",\"name\":\"y\"}", 9'000) + "]}</script>",
                     Paragraphs(kSentence, 3));
     }},
    {"LineEndsInJsonLd", "a.html",
     [] {
       return PageOf("<script type='application/ld+json'>{\"a\":\"" + Repeated("\n", 2'000'000) + "</script>",
                     Paragraphs(kSentence, 3));
     }},
    {"NestedStandfirsts", "a.html",
     [] {
       const std::string nested = Repeated("<div class=dek>", 200) + Repeated("the quay is open now<br>", 600) + Repeated("</div>", 200);
       return Page("<h1>Quay</h1>" + Repeated(nested, 30) + "<article>" + Paragraphs(kSentence, 3) + "</article>");
     }},
    {"CharacterReferences", "a.html", [] { return Page("<p>" + Repeated("&amp;amp;lt;&#xE9;&notit;", 100'000)); }},
});

}  // namespace

std::span<const HostilePage> HostilePages() { return kPages; }

std::string Repeated(std::string_view piece, size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (size_t i = 0; i < times; ++i) text += piece;
  return text;
}

}  // namespace newsfeed::testing
