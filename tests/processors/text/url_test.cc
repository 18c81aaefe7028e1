#include "processors/text/url.h"

#include <gtest/gtest.h>

namespace newsfeed::text {
namespace {

struct Example {
  const char* in;
  const char* out;
};

class CanonicalUrls : public ::testing::TestWithParam<Example> {};

TEST_P(CanonicalUrls, Are) {
  std::string out;
  CanonicalUrl(GetParam().in, out);
  EXPECT_EQ(out, GetParam().out);
  const std::string again = out;
  CanonicalUrl(again, out);
  EXPECT_EQ(out, again);
}

INSTANTIATE_TEST_SUITE_P(
    , CanonicalUrls,
    ::testing::Values(Example{"HTTPS://Example.COM/Path", "https://example.com/Path"},
                    Example{"https://example.com", "https://example.com/"},
                    Example{"https://example.com?p=1", "https://example.com/?p=1"},
                    Example{"https://example.com:443/a", "https://example.com/a"},
                    Example{"http://example.com:80/a", "http://example.com/a"},
                    Example{"http://example.com:443/a", "http://example.com:443/a"},
                    Example{"http://[2001:db8::1]:80/a", "http://[2001:db8::1]/a"},
                    Example{"https://example.com/a#top", "https://example.com/a"},
                    Example{"https://example.com/a?", "https://example.com/a"},
                    Example{"https://example.com/a?utm_source=x&p=1&fbclid=z",
                            "https://example.com/a?p=1"},
                    Example{"https://example.com/a?UTM_Campaign=x&gclid=1",
                        "https://example.com/a"},
                    Example{"https://example.com/a?b=2&a=1", "https://example.com/a?b=2&a=1"},
                    Example{"https://me:pw@example.com/a", "https://me:pw@example.com/a"}));

TEST(IsWebUrl, TakesHttpWithAHost) {
  EXPECT_TRUE(IsWebUrl("https://example.com/a"));
  EXPECT_TRUE(IsWebUrl("HTTP://example.com"));
  for (const char* bad : {"", "http:", "https://", "https:///a", "ftp://example.com", "example.com",
                          "urn:a:b", "https://exa mple.com", "javascript:alert(1)"}) {
    EXPECT_FALSE(IsWebUrl(bad)) << bad;
  }
}

TEST(HostOf, IsWithoutWww) {
  Arena arena;
  EXPECT_EQ(HostOf("https://www.Example.com:8080/a", arena), "example.com");
  EXPECT_EQ(HostOf("https://me@news.example.com?x", arena), "news.example.com");
  EXPECT_EQ(HostOf("mailto:jane@example.com", arena), "");
}

TEST(PageUrlHash, IsTheSameForOnePage) {
  const uint64_t hash = PageUrlHash("https://example.com/a/b?id=7");
  EXPECT_NE(hash, 0);
  EXPECT_EQ(PageUrlHash("http://www.Example.com/a/b/?utm_source=rss&id=7#top"), hash);
  EXPECT_NE(PageUrlHash("https://example.com/a/b?id=8"), hash);
  EXPECT_NE(PageUrlHash("https://example.org/a/b?id=7"), hash);
  EXPECT_NE(PageUrlHash("https://example.com/a/B?id=7"), hash);
}

TEST(PageUrlHash, IsNoneForSites) {
  for (const char* url : {"", "https://example.com", "https://example.com/", "example.com/?utm_a=1",
                          "https://", "#", "?"}) {
    EXPECT_EQ(PageUrlHash(url), 0) << url;
  }
}

}  // namespace
}  // namespace newsfeed::text
