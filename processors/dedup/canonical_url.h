// One hash for all the ways to write the address of a page.
//
//   "http://www.Example.com/a/b/?utm_source=rss#top", "https://example.com/a/b" => the same hash
//   "https://example.com/"                                                       => 0: no article's
//
// Left out: scheme, "www.", case of the host, fragment, tracking parameters (table in the .cc), a
// slash at the end. Parameters keep their order. Pure, no allocation.
#pragma once

#include <cstdint>
#include <string_view>

namespace newsfeed::dedup {

// 0: no URL, or one that names a site rather than a page.
uint64_t CanonicalUrlHash(std::string_view url);

}  // namespace newsfeed::dedup
