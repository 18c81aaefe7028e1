#include "tests/testing/batch_builder.h"

#include <algorithm>
#include <utility>

namespace newsfeed::testing {
namespace {

uint32_t CountWords(std::string_view text) {
  uint32_t words = 0;
  bool in_word = false;
  for (char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank && !in_word) ++words;
    in_word = !blank;
  }
  return words;
}

}  // namespace

Article& BatchBuilder::Value(std::string_view value, std::vector<Header> headers) {
  return batch_.Add({.id = {{"test"}, {0}, {next_offset_++}}, .value = value, .headers = headers});
}

Article& BatchBuilder::Null() { return batch_.Add({.id = {{"test"}, {0}, {next_offset_++}}}); }

Article& BatchBuilder::Text(std::string_view title, std::string_view text) {
  Article& article = Value(text);
  article.id = batch_.arena().Keep(std::to_string(article.origin.offset.value));
  article.title = batch_.arena().Keep(title);
  article.text = article.value;
  article.form = TextForm::kPlain;
  article.charset = "utf-8";
  article.body = article.text;
  return article;
}

Article& BatchBuilder::Clean(std::string_view title, std::string_view body) {
  Article& article = Text(title, body);
  article.language = "en";
  article.language_confidence = 1;
  article.words = CountWords(body);
  return article;
}

}  // namespace newsfeed::testing
