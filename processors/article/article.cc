#include "processors/article/article.h"

#include <algorithm>

#include "processors/text/utf8.h"

namespace newsfeed {

std::optional<std::string_view> Article::FindHeader(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.name == name && header.value.data() != nullptr) return header.value;
  }
  return std::nullopt;
}

void Article::Reject(Reason reason, std::string_view detail) {
  if (!live()) return;
  fate.kind = FateKind::kRejected;
  fate.reason = reason;
  // Details quote input, which may be anything.
  fate.detail = text::CleanExcerpt(detail, Fate::kMaxDetailBytes, *arena_);
}

void Article::Filter(FilterWhy why) {
  if (!live()) return;
  fate.kind = FateKind::kFiltered;
  fate.why = why;
}

void Article::Reset() {
  Article fresh;
  // The record stays.
  fresh.origin = origin;
  fresh.timestamp_ms = timestamp_ms;
  fresh.key = key;
  fresh.value = value;
  fresh.headers = headers;
  fresh.from_file = from_file;
  fresh.oversize_bytes = oversize_bytes;
  fresh.oversize_hash = oversize_hash;
  fresh.refusals = refusals;
  fresh.refused_why = refused_why;
  fresh.arena_ = arena_;
  // So does the capacity of the vectors.
  const auto keep_capacity = [&]<typename T>(std::vector<T> Article::*member) {
    (this->*member).clear();
    (fresh.*member).swap(this->*member);
  };
  keep_capacity(&Article::authors);
  keep_capacity(&Article::keywords);
  keep_capacity(&Article::extra);
  keep_capacity(&Article::removed);
  keep_capacity(&Article::entities);
  keep_capacity(&Article::entity_mentions);
  keep_capacity(&Article::entity_links);
  *this = std::move(fresh);
}

std::string_view FieldText(const Article& article, TextField field) {
  switch (field) {
    case TextField::kTitle: return article.title;
    case TextField::kStandfirst: return article.standfirst;
    case TextField::kBody: return article.body;
  }
  return {};
}

}  // namespace newsfeed
