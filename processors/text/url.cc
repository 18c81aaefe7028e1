#include "processors/text/url.h"

#include <algorithm>
#include <array>
#include <utility>

#include "processors/text/ascii.h"
#include "processors/text/hash.h"

namespace newsfeed::text {
namespace {

// Parameters that tell where a reader came from, never which page it is. A name that ends in "_" or
// "-" stands for all that begin with it.
struct TrackingParameter {
  std::string_view name;
  std::string_view whose;
};
constexpr std::array kTrackingParameters = std::to_array<TrackingParameter>({
    {"utm_", "Google Analytics and all who copied it"},
    {"mtm_", "Matomo"},
    {"pk_", "Piwik"},
    {"at_", "AT Internet (BBC, French papers)"},
    {"ns_", "comScore"},
    {"hsa_", "HubSpot advertisements"},
    {"fbclid", "Facebook"},
    {"gclid", "Google Ads"},
    {"gclsrc", "Google Ads"},
    {"gbraid", "Google Ads"},
    {"wbraid", "Google Ads"},
    {"dclid", "Google Display"},
    {"msclkid", "Microsoft Ads"},
    {"twclid", "X"},
    {"ttclid", "TikTok"},
    {"yclid", "Yandex"},
    {"igshid", "Instagram"},
    {"li_fat_id", "LinkedIn"},
    {"mc_cid", "Mailchimp"},
    {"mc_eid", "Mailchimp"},
    {"mkt_tok", "Marketo"},
    {"_ga", "Google Analytics"},
    {"_gl", "Google Analytics"},
    {"_hsenc", "HubSpot"},
    {"_hsmi", "HubSpot"},
    {"cmpid", "campaign of several publishers"},
    {"ocid", "Microsoft, BBC"},
    {"xtor", "AT Internet"},
    {"smid", "New York Times sharing"},
    {"guccounter", "Yahoo consent"},
    {"guce_referrer", "Yahoo consent"},
    {"guce_referrer_sig", "Yahoo consent"},
    {"ito", "Daily Mail sharing"},
    {"ncid", "AOL and HuffPost sharing"},
    {"cmp", "Adobe campaigns"},
});

struct Parts {
  std::string_view scheme;
  std::string_view user;  // with "@"
  std::string_view host;
  std::string_view port;
  std::string_view path;
  std::string_view query;
};

Parts Split(std::string_view url) {
  Parts parts;
  const size_t colon = url.find(':');
  parts.scheme = url.substr(0, colon);
  url.remove_prefix(std::min(url.size(), colon + 3));
  url = url.substr(0, url.find('#'));
  const std::string_view authority = url.substr(0, url.find_first_of("/?"));
  url.remove_prefix(authority.size());
  const size_t at = authority.rfind('@');
  parts.user = at == authority.npos ? std::string_view() : authority.substr(0, at + 1);
  parts.host = authority.substr(parts.user.size());
  const size_t port = parts.host.rfind(':');
  // Not the colons of "[::1]".
  if (port != parts.host.npos && parts.host.find(']', port) == parts.host.npos) {
    parts.port = parts.host.substr(port + 1);
    parts.host = parts.host.substr(0, port);
  }
  const size_t question = url.find('?');
  parts.path = url.substr(0, question);
  if (question != url.npos) parts.query = url.substr(question + 1);
  return parts;
}

void AppendLower(std::string_view text, std::string& out) {
  for (char c : text) out.push_back(ascii::Lower(c));
}

// Calls `use` for each parameter of `query` that names a page.
template <typename Use>
void ForEachParameter(std::string_view query, Use use) {
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(query.size(), end + 1));
    const std::string_view name = parameter.substr(0, parameter.find('='));
    if (!parameter.empty() && !IsTrackingParameter(name)) use(parameter);
  }
}

std::string_view WithoutWww(std::string_view host) {
  return ascii::StartsWith(host, "www.") ? host.substr(4) : host;
}

uint64_t HashLower(std::string_view host) {
  uint64_t hash = 0;
  for (char c : host) hash = Mix(hash * 31 + static_cast<unsigned char>(ascii::Lower(c)));
  return hash;
}

}  // namespace

bool IsTrackingParameter(std::string_view name) {
  return std::ranges::any_of(kTrackingParameters, [&](const TrackingParameter& known) {
    return known.name.back() == '_' ? ascii::StartsWith(name, known.name)
                                    : ascii::Equal(name, known.name);
  });
}

bool IsWebUrl(std::string_view url) {
  if (!ascii::StartsWith(url, "http://") && !ascii::StartsWith(url, "https://")) return false;
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  return !Split(url).host.empty() && std::ranges::none_of(url, is_bad);
}

void CanonicalUrl(std::string_view url, std::string& out) {
  const Parts parts = Split(url);
  out.clear();
  AppendLower(parts.scheme, out);
  const bool default_port = parts.port.empty() || parts.port == (out == "https" ? "443" : "80");
  out += "://";
  out += parts.user;
  AppendLower(parts.host, out);
  if (!default_port) {
    out.push_back(':');
    out += parts.port;
  }
  out += parts.path.empty() ? "/" : parts.path;
  char separator = '?';
  ForEachParameter(parts.query, [&](std::string_view parameter) {
    out.push_back(std::exchange(separator, '&'));
    out += parameter;
  });
}

std::string_view HostOf(std::string_view url, Arena& arena) {
  if (!IsWebUrl(url)) return {};
  const std::string_view host = WithoutWww(Split(url).host);
  char* out = arena.Allocate(host.size());
  std::ranges::transform(host, out, ascii::Lower);
  return {out, host.size()};
}

uint64_t PageUrlHash(std::string_view url) {
  if (!IsWebUrl(url)) return 0;
  const Parts parts = Split(url);
  std::string_view path = parts.path;
  while (path.ends_with('/')) path.remove_suffix(1);
  bool names_page = !path.empty();
  uint64_t hash = Hash(path, HashLower(WithoutWww(parts.host)));
  ForEachParameter(parts.query, [&](std::string_view parameter) {
    hash = Hash(parameter, hash);
    names_page = true;
  });
  if (!names_page) return 0;
  return hash == 0 ? 1 : hash;
}

}  // namespace newsfeed::text
