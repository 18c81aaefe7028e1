#include "tests/simulation/workload.h"

#include <fmt/format.h>

namespace newsfeed::simulation {
namespace {

// 90 words that no other story has.
std::string Words(int story, int part) {
  std::string words;
  for (int i = 0; i < 90; ++i) words += fmt::format("w{}x{}y{} ", story, part, (i * 37) % 101);
  return words;
}

}  // namespace

std::string Workload::Value(const Spec& spec, const std::string& source) const {
  std::string body = Words(spec.story, 0);
  if (spec.version > 0) body += Words(spec.story, 1);
  if (spec.kind == Spec::Kind::kLarge) {
    for (int i = 1; i < 12; ++i) body += Words(spec.story, i);
  }
  return fmt::format(R"({{"id":"{}","title":"Title of story {}","source":"{}","body":"{}"}})", spec.id, spec.story,
                     source, body);
}

Spec Workload::Next() {
  Spec spec;
  spec.id = fmt::format("a{}", ids_++);
  const size_t dice = random_->Below(100);
  const Spec* earlier = made_.empty() ? nullptr : &made_[random_->Below(made_.size())];
  if (dice < 5) {
    spec.kind = Spec::Kind::kJunk;
    spec.value = "{no json";
    return spec;
  }
  if (dice < 9) {
    spec.kind = Spec::Kind::kTombstone;
    return spec;
  }
  if (dice < 15) {
    spec.kind = Spec::Kind::kLarge;
    spec.story = stories_++;
    spec.value = Value(spec, "paper of " + spec.id);
    return spec;
  }
  if (earlier != nullptr && dice < 50) {
    spec.story = earlier->story;
    spec.version = random_->OneIn(4) ? 1 : earlier->version;
    if (random_->OneIn(4)) spec = *earlier;  // sent again
  } else {
    spec.story = stories_++;
    spec.version = random_->OneIn(8) ? 1 : 0;
  }
  if (spec.value.empty()) spec.value = Value(spec, "paper of " + spec.id);
  made_.push_back(spec);
  return spec;
}

std::string PlainJudge::Judge(const Spec& spec, const std::string& origin) {
  const size_t oldest = seen_.size() > max_entries_ ? seen_.size() - max_entries_ : 0;
  std::string verdict = "UNIQUE";
  last_ = seen_.size();
  for (size_t i = oldest; i < seen_.size(); ++i) {
    const Seen& seen = seen_[i];
    if (seen.origin == origin) {  // the same record once more: it is not remembered twice
      last_ = i;
      return seen.verdict;
    }
    if (seen.rejected || seen.spec.story != spec.story) continue;
    // The same article sent again is a duplicate, whatever the one before was.
    const bool again = seen.spec.id == spec.id;
    if (!again && !seen.published()) continue;
    if (seen.spec.version >= spec.version) {
      verdict = "DUPLICATE";
    } else if (verdict == "UNIQUE") {
      verdict = "UPDATE";
    }
  }
  seen_.push_back({spec, origin, verdict});
  return verdict;
}

bool PlainJudge::MayRepeat(const std::string& canonical_id) const {
  for (size_t i = 0; i < last_; ++i) {
    const Seen& seen = seen_[i];
    if (seen.spec.story == seen_[last_].spec.story && seen.spec.id == canonical_id && seen.published()) return true;
  }
  return false;
}

}  // namespace newsfeed::simulation
