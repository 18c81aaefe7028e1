// Dates as pages show them to readers and write them into addresses, for pages that tell none in
// their metadata. The day only.
//
//   "Stand: 01. April 2025, 15:25"                  2025-04-01
//   "Posted on March 3rd, 2031 by Ann Example"      2031-03-03
//   "Do 25.04.24 | 14:07 Uhr"                       2024-04-25
//   "https://example.com/2031/03/09/ferry-strike/"  2031-03-09
//
// Months by name in English, German, French, Spanish, Portuguese, Italian, Dutch, Danish,
// Norwegian, Swedish, Finnish, Polish, Czech, Slovak, Hungarian, Romanian, Bulgarian, Russian,
// Ukrainian, Greek, Turkish, Indonesian, Arabic, Hebrew and Hindi, and years before months as in
// Chinese, Japanese and Korean. "3/4/2031" tells a day only where one of the two can be no month.
// Free functions.
#pragma once

#include <optional>
#include <string_view>

#include "processors/article/time.h"

namespace newsfeed::cleanup {

// The first date in a line; nothing if there is none.
std::optional<FeedTime> WrittenDate(std::string_view line);

// True if what stands before the first digit says that what follows is the time of a change:
// "Updated 9 March 2031", "Zuletzt aktualisiert:"; not "Published 9 March, updated 10 March".
bool SaysUpdated(std::string_view line);

// The date in the path of an address.
std::optional<FeedTime> DateInUrl(std::string_view url);

}  // namespace newsfeed::cleanup
