// Records that are worked on together, and all the memory they need.
//
//   Batch batch;
//   batch.Add(record);                        copies the payload, once, padded for simdjson
//   pipeline.Process(batch);
//   sink.Publish(batch);
//   batch.Clear();                            all views are dead, all memory is kept
//
// Owned by one worker; handed on whole. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "processors/text/arena.h"
#include "processors/article/article.h"

namespace newsfeed {

class Batch {
 public:
  Batch();
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch();

  // Copies all `record` points to but the topic's name, and adds an article that is live.
  // The reference holds until the next Add.
  Article& Add(const Record& record) ABSL_ATTRIBUTE_LIFETIME_BOUND;

  std::span<Article> articles() ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return std::span<Article>(articles_).first(size_);
  }
  std::span<const Article> articles() const ABSL_ATTRIBUTE_LIFETIME_BOUND {
    return std::span<const Article>(articles_).first(size_);
  }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Sum of the payloads.
  size_t value_bytes() const { return value_bytes_; }

  // The worker's clock when the batch was filled: milliseconds since 1970. Processors know no
  // other. 0 on files, where nothing may depend on the day a file is read.
  int64_t now_ms() const { return now_ms_; }
  void set_now_ms(int64_t now_ms) { now_ms_ = now_ms; }

  // Makes all articles live again, as they were added, to run the chain once more.
  void ResetArticles();

  // Forgets the records; memory is kept for the next.
  void Clear();

  text::Arena& arena() ABSL_ATTRIBUTE_LIFETIME_BOUND { return texts_; }

 private:
  // Payloads outlive ResetArticles, texts of processors do not.
  text::Arena payloads_;
  text::Arena texts_;
  std::vector<std::unique_ptr<Header[]>> headers_;
  std::vector<Article> articles_;  // reused; the first size_ are in use
  size_t size_ = 0;
  size_t value_bytes_ = 0;
  int64_t now_ms_ = 0;
};

}  // namespace newsfeed
