// An article in each of the main news languages, with the furniture that its sites set around it and between
// its paragraphs: languages/LANGUAGE.txt. All of it is invented. A line of these files:
//
//   = the headline
//   + a paragraph of the article; some begin with words that furniture begins with, and stay
//   h a sub-headline of it
//   - furniture
//   s furniture in another wording, which is only tried alone
//   ~ furniture by what stands around it: headlines of other articles
//   c a notice about cookies, stored in the place of the article
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include "tests/testing/cleaned.h"

namespace newsfeed {
namespace {

using testing::Cleaned;
using Lines = std::vector<std::string>;

struct Line {
  char kind;
  std::string text;
};

struct Language {
  std::string name;
  std::string title;
  std::vector<Line> lines;
};

void PrintTo(const Language& language, std::ostream* out) { *out << language.name; }

Language Read(const std::filesystem::path& path) {
  Language language{.name = path.stem().string(), .title = {}, .lines = {}};
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.size() < 3) continue;
    if (line[0] == '=') {
      language.title = line.substr(2);
    } else {
      language.lines.push_back({line[0], line.substr(2)});
    }
  }
  return language;
}

std::vector<Language> Languages() {
  std::vector<Language> languages;
  for (const auto& file :
       std::filesystem::directory_iterator(NEWSFEED_SOURCE_DIR "/tests/processors/cleanup/languages")) {
    languages.push_back(Read(file.path()));
  }
  std::ranges::sort(languages, {}, &Language::name);
  return languages;
}

std::string Join(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n\n") + line;
  return text;
}

Lines Paragraphs(std::string_view body) {
  Lines lines;
  while (!body.empty()) {
    const size_t end = std::min(body.find("\n\n"), body.size());
    lines.emplace_back(body.substr(0, end));
    body.remove_prefix(std::min(end + 2, body.size()));
  }
  return lines;
}

class LanguageTest : public ::testing::TestWithParam<Language> {
 protected:
  const std::string& title() const { return GetParam().title; }

  Lines Of(std::string_view kinds) const {
    Lines lines;
    for (const Line& line : GetParam().lines) {
      if (kinds.find(line.kind) != std::string_view::npos) lines.push_back(line.text);
    }
    return lines;
  }

  // Three paragraphs of the article and `line` among them at `place`: too short for the line model.
  Lines Around(const std::string& line, size_t place) const {
    const Lines prose = Of("+");
    Lines lines = {prose[0], prose[2], prose[prose.size() - 1]};
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(place), line);
    return lines;
  }

  // Where furniture stands: 0 above the article, 2 in it, 3 below.
  size_t PlaceOf(size_t furniture) const {
    const auto is_prose = [](const Line& line) { return line.kind == '+'; };
    const auto& lines = GetParam().lines;
    const auto at = lines.begin() + static_cast<std::ptrdiff_t>(furniture);
    if (std::none_of(lines.begin(), at, is_prose)) return 0;
    return std::none_of(at, lines.end(), is_prose) ? 3 : 2;
  }
};

// Of a sub-headline in plain text the line model cannot tell that it is none of another article.
TEST_P(LanguageTest, OfALongTextTheParagraphsAreLeft) {
  Cleaned cleaned({.title = title(), .text = title() + "\n\n" + Join(Of("+h-~"))});
  Lines left = Paragraphs(cleaned.body());
  for (const std::string& heading : Of("h")) std::erase(left, heading);
  EXPECT_EQ(Join(left), Join(Of("+")));
}

TEST_P(LanguageTest, OfAPageTheParagraphsAreLeft) {
  std::string html = "<html><head><title>" + title() + "</title></head><body><main><h1>" + title() + "</h1>";
  for (const Line& line : GetParam().lines) {
    if (line.kind == 'c' || line.kind == 's') continue;
    const std::string tag = line.kind == '+' ? "p" : line.kind == 'h' ? "h2" : "div";
    const bool link = line.kind == '~';
    html += "<" + tag + ">" + (link ? "<a href=\"/1\">" : "") + line.text + (link ? "</a>" : "") + "</" + tag + ">";
  }
  Cleaned cleaned({.text = html + "</main></body></html>", .form = TextForm::kPage});
  EXPECT_EQ(cleaned.title(), title());
  EXPECT_EQ(cleaned.body(), Join(Of("+h")));
}

TEST_P(LanguageTest, FurnitureGoesFromAShortText) {
  for (size_t i = 0; i < GetParam().lines.size(); ++i) {
    const Line& line = GetParam().lines[i];
    if (line.kind != '-' && line.kind != 's') continue;
    const Lines lines = Around(line.text, PlaceOf(i));
    Cleaned cleaned({.title = title(), .text = Join(lines)});
    Lines left = lines;
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(PlaceOf(i)));
    EXPECT_EQ(cleaned.body(), Join(left)) << line.text;
  }
}

TEST_P(LanguageTest, ProseStaysInAShortText) {
  for (const std::string& line : Of("+h")) {
    for (const size_t place : {size_t{0}, size_t{2}, size_t{3}}) {
      const Lines lines = Around(line, place);
      Cleaned cleaned({.title = title(), .text = Join(lines)});
      EXPECT_EQ(cleaned.body(), Join(lines));
    }
  }
}

TEST_P(LanguageTest, ANoticeAboutCookiesIsNoArticle) {
  for (const std::string& notice : Of("c")) {
    EXPECT_TRUE(Cleaned({.title = title(), .text = notice}).article().consent_notice) << notice;
  }
  EXPECT_FALSE(Cleaned({.title = title(), .text = Join(Of("+"))}).article().consent_notice);
}

INSTANTIATE_TEST_SUITE_P(, LanguageTest, ::testing::ValuesIn(Languages()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace newsfeed
