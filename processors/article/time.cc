#include "processors/article/time.h"
namespace newsfeed {
std::optional<FeedTime> ParseTime(std::string_view) { return std::nullopt; }
std::optional<FeedTime> TimeFromEpoch(int64_t) { return std::nullopt; }
std::string FormatTime(const FeedTime&) { return ""; }
}
