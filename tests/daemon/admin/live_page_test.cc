// The live page in a headless Chromium: what it makes of the events. Skipped where no Chromium is found (CHROMIUM names
// one). With SCREENSHOTS=FOLDER it also takes pictures, which are to be looked at.
#include <absl/time/clock.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "daemon/admin/server.h"
#include "newsfeed/v1/article.pb.h"
#include "tests/daemon/admin/full_status.h"
#include "tests/testing/chromium.h"

namespace newsfeed::admin {
namespace {

using ::newsfeed::testing::Chromium;
using ::newsfeed::testing::FullStatus;
using ::testing::HasSubstr;
using ::testing::Not;

class GrowingStatus : public StatusSource {
 public:
  AppStatus Snapshot() const override {
    AppStatus status = FullStatus();
    status.started = absl::Now() - absl::Minutes(10);
    const auto seconds = static_cast<uint64_t>(absl::ToUnixSeconds(absl::Now()) - 1'700'000'000);
    for (WorkerStatus& worker : status.workers) {
      worker.counters.records_read = 25 * seconds;
      worker.counters.outcomes = {20 * seconds, 3 * seconds, seconds, seconds};
      worker.partitions[0].timestamp_ms = absl::ToUnixMillis(absl::Now() - absl::Seconds(40));
    }
    return status;
  }
};

void AddEntity(v1::EnrichedArticle& article, v1::Entity::Type type, const std::string& name, v1::Mention::Field field) {
  const std::string& text = field == v1::Mention::TITLE ? article.title() : article.body();
  v1::Entity& entity = *article.add_entities();
  entity.set_id("wikidata:Q1");
  entity.set_type(type);
  entity.set_name(name);
  v1::Mention& mention = *entity.add_mentions();
  mention.set_field(field);
  mention.set_begin(static_cast<uint32_t>(text.find(name)));
  mention.set_end(static_cast<uint32_t>(text.find(name) + name.size()));
  mention.set_text(name);
}

// Invented. Letters of two bytes stand before the names: offsets are bytes.
v1::EnrichedArticle Example() {
  v1::EnrichedArticle article;
  article.set_id("bridge-1");
  article.set_title("Brücke eröffnet: <b onclick=alert(1)>Mayor Idris Vale</b> cuts the ribbon");
  article.set_body(
      "Für die Stadt ist es ein Fest: the crossing at Port Elmsworth opened on Saturday, ten years late.\n\n"
      "\"We said we would,\" said Idris Vale <img src=x onerror=\"document.title='owned'\"> to the crowd.\n\n"
      "Harbour & Sons built it. <script>document.title='owned'</script>");
  article.set_language("en");
  article.mutable_source()->set_name("The Invented Herald");
  article.mutable_dedup()->set_verdict(v1::Dedup::UPDATE);
  article.set_pub_status(v1::EnrichedArticle::USABLE);
  article.mutable_origin()->set_topic("raw");
  article.mutable_origin()->set_offset(1);
  AddEntity(article, v1::Entity::PERSON, "Idris Vale", v1::Mention::BODY);
  AddEntity(article, v1::Entity::LOCATION, "Port Elmsworth", v1::Mention::BODY);
  AddEntity(article, v1::Entity::ORGANIZATION, "Harbour & Sons", v1::Mention::BODY);
  v1::Cleanup& cleanup = *article.mutable_cleanup();
  cleanup.mutable_quality()->set_kept(0.8F);
  v1::Cleanup::Removed& removed = *cleanup.add_removed();
  removed.set_rule("link-line");
  removed.set_text("READ MORE: <i>Ten bridges you must cross</i>");
  removed.set_begin(103);
  removed.set_end(147);
  return article;
}

std::shared_ptr<OutcomeSamples> Samples() {
  auto samples = std::make_shared<OutcomeSamples>();
  SampledBatch batch;
  batch.originals = {{"bridge-0", "Bridge <u>opens</u>", "The crossing at Port Elmsworth opened."}};
  v1::EnrichedArticle article = Example();
  batch.articles.emplace_back().value = article.SerializeAsString();
  article.mutable_dedup()->set_verdict(v1::Dedup::DUPLICATE);
  article.mutable_dedup()->set_canonical_id("bridge-0");
  article.mutable_dedup()->mutable_evidence()->set_rule("containment");
  article.mutable_dedup()->mutable_evidence()->set_containment(0.93F);
  article.mutable_origin()->set_offset(2);
  ArticleSample& duplicate = batch.duplicates.emplace_back();
  duplicate.value = article.SerializeAsString();
  duplicate.canonical_id = "bridge-0";
  batch.dead_letters.push_back({.reason = "INVALID_JSON", .stage = "decode", .detail = "<b>at byte 7</b>", .topic = "raw",
                                .partition = 3, .offset = 17});
  batch.entities = {{"wikidata:Q1", "Idris <s>Vale</s>", "PERSON"}};
  batch.noted = 1;
  samples->Add(std::move(batch), absl::Now());
  return samples;
}

class LivePage : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string program = Chromium::Find();
    if (program.empty()) GTEST_SKIP() << "no Chromium here: install the package chromium, or set CHROMIUM";
    browser_ = std::make_unique<Chromium>(program);
    ASSERT_TRUE(browser_->ok());
  }

  void Serve(std::shared_ptr<OutcomeSamples> samples, config::v1::Admin config = {}) {
    config.set_port(0);
    server_ = AdminServer::Start(config, source_, std::move(samples)).value();
    browser_->Open(fmt::format("http://127.0.0.1:{}/", server_->port()));
    // Two events of figures have come: rates are known, and what was sampled is there.
    browser_->Await("document.querySelector('#spark polyline')?.getAttribute('points')");
  }
  // With the first article opened.
  void ServeArticle() {
    Serve(Samples());
    browser_->Await("document.querySelector('#articles .text')");
  }

  std::string Dom() { return browser_->Evaluate("document.documentElement.outerHTML"); }
  std::string Text(const std::string& selector) {
    return browser_->Evaluate("document.querySelector('" + selector + "').textContent");
  }

  GrowingStatus source_;
  std::unique_ptr<AdminServer> server_;
  std::unique_ptr<Chromium> browser_;
};

TEST_F(LivePage, ShowsTextsAsTextAndEntitiesMarked) {
  ServeArticle();
  const std::string dom = Dom();
  EXPECT_EQ(browser_->Evaluate("document.title"), "newsfeed") << "a script of an article ran";
  EXPECT_EQ(browser_->Evaluate("window.violations"), "");
  EXPECT_THAT(dom, HasSubstr(R"(title="person · Idris Vale">Idris Vale</mark>)"));
  EXPECT_THAT(dom, HasSubstr(R"(title="location · Port Elmsworth">Port Elmsworth</mark>)"));
  EXPECT_THAT(dom, HasSubstr(R"(title="organization · Harbour &amp; Sons">Harbour &amp; Sons</mark>)"));
  EXPECT_THAT(dom, HasSubstr("<del>READ MORE: &lt;i&gt;Ten bridges you must cross&lt;/i&gt;</del>"));
  EXPECT_THAT(dom, HasSubstr("&lt;b onclick=alert(1)&gt;"));
  EXPECT_THAT(dom, HasSubstr("Bridge &lt;u&gt;opens&lt;/u&gt;"));
  EXPECT_THAT(dom, HasSubstr("&lt;b&gt;at byte 7&lt;/b&gt;"));
  EXPECT_THAT(dom, HasSubstr("Idris &lt;s&gt;Vale&lt;/s&gt;"));
  for (const char* none : {"<img", "<b onclick", "<i>", "<u>", "<s>", "<script>document"}) EXPECT_THAT(dom, Not(HasSubstr(none)));
}

TEST_F(LivePage, WhatWasRemovedStandsBetweenItsParagraphs) {
  ServeArticle();
  const std::string dom = Dom();
  const size_t removed = dom.find("<del>READ MORE");
  EXPECT_LT(dom.find("ten years late."), removed);
  EXPECT_GT(dom.find("We said we would"), removed);
}

TEST_F(LivePage, ShowsFigures) {
  ServeArticle();
  EXPECT_EQ(Text("#state"), "ready");
  EXPECT_EQ(Text("#tile-lag"), "9");
  EXPECT_THAT(Text("#reasons"), HasSubstr("INVALID_JSON"));
  EXPECT_THAT(Text("#duplicates .evidence"), HasSubstr("rule containment · containment 93 %"));
  EXPECT_THAT(Text("#steps th"), HasSubstr("decode"));
  EXPECT_THAT(Text("#partitions"), HasSubstr("raw"));
  EXPECT_THAT(Text("#entities-note"), HasSubstr("of 1 looked at"));
}

TEST_F(LivePage, SaysThatContentIsHidden) {
  config::v1::Admin config;
  config.set_address("0.0.0.0");
  Serve(Samples(), config);
  const std::string dom = Dom();
  EXPECT_THAT(Text("#articles-empty"), HasSubstr("Content is not shown"));
  EXPECT_THAT(dom, Not(HasSubstr("Idris")));
  EXPECT_EQ(Text("#tile-lag"), "9");
}

TEST_F(LivePage, IsUsedByKeyboard) {
  ServeArticle();
  constexpr int kTab = 9;
  constexpr int kEnter = 13;
  browser_->Press("Tab", kTab);
  EXPECT_EQ(browser_->Evaluate("document.activeElement.textContent"), "Skip to the newest articles");
  browser_->Press("Tab", kTab);
  EXPECT_EQ(browser_->Evaluate("document.activeElement.id"), "pause");
  browser_->Press("Enter", kEnter);
  EXPECT_EQ(browser_->Evaluate("document.activeElement.getAttribute('aria-pressed')"), "true");
  browser_->Press("Tab", kTab);
  EXPECT_EQ(browser_->Evaluate("document.activeElement.tagName"), "SUMMARY");
  browser_->Press("Enter", kEnter);
  EXPECT_EQ(browser_->Evaluate("document.activeElement.parentElement.open"), "false") << "it was open";
}

TEST_F(LivePage, FitsAPhone) {
  ServeArticle();
  browser_->Resize(360, 740, true);
  EXPECT_EQ(browser_->Evaluate("document.documentElement.scrollWidth"), "360") << "nobody scrolls sideways";
  EXPECT_EQ(browser_->Evaluate("getComputedStyle(document.querySelector('.columns')).gridTemplateColumns.split(' ').length"), "1");
}

TEST_F(LivePage, IsDarkWhereThatIsPreferred) {
  ServeArticle();
  const std::string ground = "getComputedStyle(document.body).backgroundColor";
  browser_->PreferDark(false);
  EXPECT_EQ(browser_->Evaluate(ground), "rgb(245, 246, 248)");
  browser_->PreferDark(true);
  EXPECT_EQ(browser_->Evaluate(ground), "rgb(18, 21, 26)");
}

TEST_F(LivePage, TakesPictures) {
  const char* folder = std::getenv("SCREENSHOTS");
  if (folder == nullptr) GTEST_SKIP() << "SCREENSHOTS=FOLDER takes pictures of the page";
  ServeArticle();
  browser_->Resize(1400, 1100, false);
  browser_->Photograph(std::string(folder) + "/light.png");
  browser_->PreferDark(true);
  browser_->Photograph(std::string(folder) + "/dark.png");
  browser_->Resize(360, 740, true);
  browser_->Photograph(std::string(folder) + "/phone.png");
}

}  // namespace
}  // namespace newsfeed::admin
