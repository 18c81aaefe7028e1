// Addresses of articles: the canonical form that ids are made of, and the host.
//
//   CanonicalUrl("HTTPS://Example.com:443/a?utm_source=x&p=1#top") -> "https://example.com/a?p=1"
//   HostOf("https://www.Example.com:8080/a")                       -> "example.com"
//
// Free functions on views; syntax by RFC 3986, section 3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "processors/text/arena.h"

namespace newsfeed::text {

// True for "http://" or "https://" (in any case) and a host, without blanks and controls.
bool IsWebUrl(std::string_view url);

// Writes to `out` a form that is the same for addresses of the same page: scheme and host in lower
// case; fragment, default port and tracking parameters dropped. The order of other parameters
// stays, for some sites it has a meaning. `url` must be a web URL.
void CanonicalUrl(std::string_view url, std::string& out);

// The host in lower case without "www.", or nothing if `url` is no web URL.
std::string_view HostOf(std::string_view url, Arena& arena);

// One hash for all the ways to write the address of a page: of the canonical form without scheme,
// "www." and a slash at the end. 0: no URL, or one that names a site rather than a page. Does not
// allocate.
//   "http://www.Example.com/a/b/?utm_source=rss#top", "https://example.com/a/b" => the same
//   "https://example.com/"                                                       => 0
uint64_t PageUrlHash(std::string_view url);

// True for the name of a query parameter that tells where a reader came from ("utm_source").
bool IsTrackingParameter(std::string_view name);

}  // namespace newsfeed::text
