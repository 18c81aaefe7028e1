// Pages and texts made to cost time or memory, for tests and measures: THE table of them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "processors/article/fate.h"

namespace newsfeed::testing {

struct HostilePage {
  std::string_view name;
  std::string_view file;  // tells what it is: "a.html", "a.txt"
  std::string (*make)();
  Reason reason = Reason::kUnspecified;  // it ends as a dead letter of this; kUnspecified: it does not
};

std::span<const HostilePage> HostilePages();

std::string Repeated(std::string_view piece, size_t times);

}  // namespace newsfeed::testing
