#include "processors/dedup/canonical_url.h"

#include <algorithm>

#include "processors/text/hash.h"

namespace newsfeed::dedup {
namespace {

// Parameters that say how a reader came to the page, not which page it is. A name that ends in "_"
// stands for all that begin with it.
constexpr std::string_view kTrackingParameters[] = {
    "utm_",    // campaigns (Google Analytics)
    "fbclid",  // Facebook
    "gclid",   // Google Ads
    "dclid",   // Google Display
    "msclkid", // Microsoft Ads
    "mc_",     // Mailchimp
    "ito",     // sharing buttons of some publishers
    "cmp",     // campaigns (Adobe)
    "smid",    // sharing buttons of some publishers
    "ncid",    // sharing buttons of some publishers
    "ref",     // where a link stood
    "CMP",     // campaigns, as some feeds write it
};

bool IsTracking(std::string_view parameter) {
  const std::string_view name = parameter.substr(0, parameter.find('='));
  return std::ranges::any_of(kTrackingParameters, [&](std::string_view known) {
    return known.ends_with('_') ? name.starts_with(known) : name == known;
  });
}

// Takes the head of `text` up to `end`, and `end` with it.
std::string_view TakeUntil(std::string_view& text, char end) {
  const size_t at = std::min(text.find(end), text.size());
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return head;
}

uint64_t HashHost(std::string_view host) {
  uint64_t hash = 0;
  for (const char c : host) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    hash = text::Mix(hash * 31 + static_cast<unsigned char>(lower));
  }
  return hash;
}

bool StartsWithWww(std::string_view host) {
  return host.size() > 4 && (host[0] | 0x20) == 'w' && (host[1] | 0x20) == 'w' &&
         (host[2] | 0x20) == 'w' && host[3] == '.';
}

}  // namespace

uint64_t CanonicalUrlHash(std::string_view url) {
  url = url.substr(0, url.find('#'));
  std::string_view query = url;
  std::string_view path = TakeUntil(query, '?');
  if (const size_t scheme = path.find("://"); scheme != path.npos) path.remove_prefix(scheme + 3);
  std::string_view host = TakeUntil(path, '/');
  if (StartsWithWww(host)) host.remove_prefix(4);
  while (path.ends_with('/')) path.remove_suffix(1);

  uint64_t hash = text::Hash(path, HashHost(host));
  bool names_page = !path.empty();
  while (!query.empty()) {
    const std::string_view parameter = TakeUntil(query, '&');
    if (parameter.empty() || IsTracking(parameter)) continue;
    hash = text::Hash(parameter, hash);
    names_page = true;
  }
  if (host.empty() || !names_page) return 0;
  return hash == 0 ? 1 : hash;
}

}  // namespace newsfeed::dedup
