// Times as feeds give them, and the one form in which they are published.
//
//   ParseTime("2026-03-01T09:30:00+02:00") -> FormatTime: "2026-03-01T09:30:00+02:00"
//   ParseTime("Sun, 01 Mar 2026 09:30:00 GMT")           "2026-03-01T09:30:00+00:00"
//   ParseTime("1772357400") / ("1772357400000")          "2026-03-01T09:30:00+00:00"
//   ParseTime("2026-03-01 09:30")                        "2026-03-01T09:30:00-00:00"
//   ParseTime("2026-03-01")                              "2026-03-01"
//
// RFC 3339 section 4.3: the offset "-00:00" means that the local time is not known.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace newsfeed {

struct FeedTime {
  // Milliseconds since 1970, UTC. Without a known offset the local time is taken as UTC.
  int64_t unix_ms = 0;
  // Offset of the source's clock from UTC. 0 if unknown.
  int16_t offset_minutes = 0;
  bool offset_known = false;
  // Only the day is known; unix_ms is its midnight.
  bool day_only = false;

  bool operator==(const FeedTime&) const = default;
};

// Reads ISO 8601 (extended and basic; "T" or blank; fractions; "Z", "+02:00", "+0200", "+02"), RFC
// 822 / 2822 with names and zones, both also with "PM", and epoch seconds or milliseconds as
// digits. Blanks around are ignored. Nothing for anything else, for impossible dates and for years
// outside 1900 to 2200.
std::optional<FeedTime> ParseTime(std::string_view text);

// Epoch seconds, or milliseconds where the number is too large for seconds in these centuries.
std::optional<FeedTime> TimeFromEpoch(int64_t number);

// The published form, see above. Fractions of a second are kept as milliseconds where not zero.
std::string FormatTime(const FeedTime& time);

}  // namespace newsfeed
