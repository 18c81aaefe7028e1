#include "tests/testing/cleaned.h"

#include <cstdio>
#include <cstdlib>

#include "processors/cleanup/cleanup.h"
#include "tests/testing/line_rules_file.h"

namespace newsfeed::testing {

std::unique_ptr<Processor> MakeCleaner(const config::v1::Cleanup& config,
                                       const config::v1::Limits& limits) {
  auto cleaner = cleanup::Create(config, limits, ShippedLineRules());
  if (cleaner.ok()) return *std::move(cleaner);
  std::fprintf(stderr, "%s\n", cleaner.status().ToString().c_str());
  std::abort();
}

Cleaned::Cleaned(const CleanupInput& input, const config::v1::Cleanup& config,
                 const config::v1::Limits& limits)
    : cleaner_(MakeCleaner(config, limits)), article_(&builder_.Text(input.title, input.text)) {
  article_->form = input.form;
  article_->standfirst = input.standfirst;
  article_->claimed_language = input.language;
  article_->authors = input.authors;
  article_->body = {};
  if (!cleaner_->Process(builder_.batch()).ok()) std::abort();
}

std::vector<std::string> Cleaned::Removed() const {
  std::vector<std::string> removed;
  for (const RemovedText& piece : article_->removed) {
    removed.push_back(std::string(piece.rule) + ": " + std::string(piece.text));
  }
  return removed;
}

std::vector<std::string> Cleaned::Rules() const {
  std::vector<std::string> rules;
  for (const RemovedText& piece : article_->removed) rules.emplace_back(piece.rule);
  return rules;
}

}  // namespace newsfeed::testing
