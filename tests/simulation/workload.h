// Articles of a schedule, and what a judge must say of them: an independent one, that knows how they were made.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/random.h"

namespace newsfeed::simulation {

// How an input record was made.
struct Spec {
  enum class Kind : uint8_t { kArticle, kJunk, kTombstone, kLarge };
  Kind kind = Kind::kArticle;
  int story = -1;
  int version = 0;  // 1: the text of 0 and half as much more
  std::string id;
  std::string value;
};

class Workload {
 public:
  explicit Workload(Random* random) : random_(random) {}
  Spec Next();

 private:
  std::string Value(const Spec& spec, const std::string& source) const;

  Random* const random_;
  std::vector<Spec> made_;
  int stories_ = 0;
  int ids_ = 0;
};

// What of an article was published before decides, in the order of judging.
class PlainJudge {
 public:
  // `max_entries`: so many of the last are remembered.
  explicit PlainJudge(size_t max_entries) : max_entries_(max_entries) {}

  // "UNIQUE", "DUPLICATE" or "UPDATE". `origin`: coordinates of the input record.
  std::string Judge(const Spec& spec, const std::string& origin);
  // The last one is nobody's original.
  void Reject() { seen_[last_].rejected = true; }
  // Whether an article of this story with this id may be named as the original of the last one.
  bool MayRepeat(const std::string& canonical_id) const;

 private:
  struct Seen {
    Spec spec;
    std::string origin;
    std::string verdict;
    bool rejected = false;
    bool published() const { return !rejected && (verdict == "UNIQUE" || verdict == "UPDATE"); }
  };
  std::vector<Seen> seen_;
  size_t last_ = 0;  // that was judged
  const size_t max_entries_;
};

}  // namespace newsfeed::simulation
