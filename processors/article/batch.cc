#include "processors/article/batch.h"

#include <algorithm>

namespace newsfeed {
namespace {

// Keeps the difference between null and empty, which Kafka makes.
std::string_view KeepNullable(text::Arena& arena, std::string_view text) {
  return text.data() == nullptr ? std::string_view() : arena.Keep(text);
}

}  // namespace

Batch::Batch() = default;
Batch::~Batch() = default;

Article& Batch::Add(const Record& record) {
  if (size_ == articles_.size()) articles_.emplace_back();
  Article& article = articles_[size_];
  article.arena_ = &texts_;
  article.Reset();
  article.origin = record.id;
  article.timestamp_ms = record.timestamp_ms;
  article.key = KeepNullable(payloads_, record.key);
  article.value = KeepNullable(payloads_, record.value);
  article.from_file = record.from_file;
  article.oversize_bytes = record.oversize_bytes;
  article.oversize_hash = record.oversize_hash;
  article.refusals = 0;
  article.refused_why = {};
  article.headers = {};
  if (!record.headers.empty()) {
    auto headers = std::make_unique<Header[]>(record.headers.size());
    std::ranges::transform(record.headers, headers.get(), [&](const Header& header) {
      return Header{payloads_.Keep(header.name), KeepNullable(payloads_, header.value)};
    });
    article.headers = {headers.get(), record.headers.size()};
    headers_.push_back(std::move(headers));
  }
  ++size_;
  value_bytes_ += record.value.size();
  return article;
}

void Batch::ResetArticles() {
  for (Article& article : articles()) article.Reset();
  texts_.Clear();
}

void Batch::Clear() {
  payloads_.Clear();
  texts_.Clear();
  headers_.clear();
  // As the blocks of an arena: articles keep the memory of their lists.
  if (size_ < articles_.size()) articles_.pop_back();
  size_ = 0;
  value_bytes_ = 0;
  now_ms_ = 0;
}

}  // namespace newsfeed
