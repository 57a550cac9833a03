#include "app/lifecycle/publisher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using testing::ElementsAre;

const net::Tcp::endpoint kSimulator(boost::asio::ip::address_v4::loopback(), 4711);

std::vector<std::string> names(const Publisher& publisher) {
  std::vector<std::string> names;
  for (const auto& upstream : publisher.upstreams()) names.push_back(upstream.name);
  return names;
}

discovery::UpstreamSettings upstream(std::string name, std::string_view kind) {
  discovery::UpstreamSettings settings;
  settings.name = std::move(name);
  settings.kind = kind;
  settings.url = "http://127.0.0.1:9";
  return settings;
}

catalogue::UpstreamListing listing(std::string name, catalogue::Reach reach) {
  catalogue::UpstreamListing listing;
  listing.upstream = std::move(name);
  listing.reach = reach;
  return listing;
}

TEST(Publisher, SomethingIsPublishedFromTheStart) {
  Settings settings;
  settings.models.emplace_back().id = "declared";
  const Publisher publisher(settings, false);
  const auto published = publisher.published().load();
  ASSERT_EQ(published->catalogue->models().size(), 1U);
  EXPECT_NE(published->lists, nullptr);
  EXPECT_NE(published->directory, nullptr);
}

TEST(Publisher, ANewcomerHasTheDemoUntilAnEngineIsFound) {
  const Settings settings;
  Publisher publisher(settings, true);
  EXPECT_THAT(names(publisher), ElementsAre()) << "the built-in engine does not listen yet";
  publisher.simulator_at(kSimulator);
  ASSERT_THAT(names(publisher), ElementsAre("demo"));
  EXPECT_EQ(publisher.upstreams()[0].url, "http://127.0.0.1:4711");
  EXPECT_EQ(publisher.upstreams()[0].api_key.reveal(), publisher.simulator_token().reveal());
  publisher.take_found({upstream("found", "ollama")});
  EXPECT_THAT(names(publisher), ElementsAre("found"));
}

TEST(Publisher, AConfigHasNoUpstreamButItsOwn) {
  Settings settings;
  Publisher publisher(settings, false);
  publisher.simulator_at(kSimulator);
  EXPECT_THAT(names(publisher), ElementsAre());
  settings.upstreams = {upstream("gpu", "vllm"), upstream("built-in", "simulator")};
  EXPECT_THAT(names(publisher), ElementsAre("gpu", "built-in"));
  EXPECT_EQ(publisher.upstreams()[0].url, "http://127.0.0.1:9");
}

TEST(Publisher, KnowsWhenAllHaveBeenAsked) {
  Settings settings;
  settings.upstreams = {upstream("a", "vllm"), upstream("b", "vllm")};
  Publisher publisher(settings, false);
  EXPECT_FALSE(publisher.all_listed());
  publisher.take_listings(
      {listing("a", catalogue::Reach::up), listing("b", catalogue::Reach::unknown)});
  EXPECT_FALSE(publisher.all_listed());
  publisher.take_listings(
      {listing("a", catalogue::Reach::up), listing("b", catalogue::Reach::failing)});
  EXPECT_TRUE(publisher.all_listed());
}

TEST(Publisher, AListNamesTheUpstreamsWithoutOne) {
  Settings settings;
  settings.upstreams = {upstream("a", "vllm"), upstream("b", "vllm")};
  Publisher publisher(settings, false);
  const auto missing = [&] {
    return publisher.published().load()->lists->get(catalogue::Scope(), {})->missing();
  };
  EXPECT_EQ(missing(), "a, b");

  struct Case {
    catalogue::Reach reach;
    bool has_models;
    const char* missing;
  };
  using enum catalogue::Reach;
  for (const auto& test :
       {Case{unknown, false, "a"}, Case{up, true, ""}, Case{up, false, ""}, Case{failing, true, ""},
        Case{failing, false, "a"}, Case{lost, true, "a"}, Case{lost, false, "a"}}) {
    auto a = listing("a", test.reach);
    if (test.has_models) a.models = {{.id = "m"}};
    publisher.take_listings({a, listing("b", up)});
    EXPECT_EQ(missing(), test.missing) << static_cast<int>(test.reach) << test.has_models;
  }
}

TEST(Publisher, CallsGoWhereTheListWasFound) {
  Settings settings;
  settings.upstreams = {upstream("a", "openai")};
  Publisher publisher(settings, false);
  const auto head = [&] {
    return std::string(publisher.published()
                           .load()
                           ->directory->find("a")
                           ->head(catalogue::Endpoint::embeddings)
                           .reveal());
  };
  EXPECT_TRUE(head().starts_with("POST /v1/embeddings HTTP/1.1\r\n")) << head();
  auto found = listing("a", catalogue::Reach::up);
  found.api_root = catalogue::ApiRoot::as_given;
  publisher.take_listings({found});
  EXPECT_TRUE(head().starts_with("POST /embeddings HTTP/1.1\r\n")) << head();
}

TEST(Publisher, AListEndsTheRefusalOfItsUpstreamAlone) {
  Settings settings;
  settings.calls.breaker.consecutive_failures = 1;
  settings.upstreams = {upstream("a", "vllm"), upstream("b", "vllm")};
  Publisher publisher(settings, false);
  const auto kNow = monotonic_now();
  const auto directory = publisher.published().load()->directory;
  const auto admits = [&](const char* name) {
    return directory->find(name)->upstream->health().admits(kNow);
  };
  for (const auto* name : {"a", "b"}) {
    auto& called = *directory->find(name)->upstream;
    const auto model = called.health_of("m");
    const auto passes = called.try_admit(*model, false, kNow);
    ASSERT_TRUE(passes);
    called.report(*model, *passes, upstream::Outcome::connect_failed, 0, kNow);
  }

  publisher.take_listings({listing("a", catalogue::Reach::up), listing("b", catalogue::Reach::up)});
  EXPECT_FALSE(admits("a")) << "what is published may be an old list";
  publisher.listed("a");
  EXPECT_TRUE(admits("a"));
  EXPECT_FALSE(admits("b"));
  publisher.listed("nobody");
}

}  // namespace
}  // namespace weir::app
