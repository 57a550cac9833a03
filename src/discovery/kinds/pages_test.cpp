#include "discovery/kinds/pages.hpp"

#include "discovery/kinds/next_page.hpp"
#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

// `a` on the first page, which contains `more`; `b` on the second.
ScriptedUpstream two_pages(std::string_view more, std::string second) {
  ScriptedUpstream upstream;
  upstream.on("/models", fmt::format(R"({{"data":[{{"id":"a"}}],{}}})", more));
  upstream.on(std::move(second), R"({"data":[{"id":"b"}]})");
  return upstream;
}

TEST(Pages, AreFollowedHoweverTheListSaysSo) {
  struct Case {
    const char* more;
    const char* second;
  };
  const Case cases[] = {
      {R"("object":"list","has_more":true,"last_id":"a")", "/models?after=a"},
      {R"("has_more":true)", "/models?after=a"},
      {R"("next_page_token":"t 1")", "/models?page_token=t%201"},
      {R"("nextPageToken":"t")", "/models?pageToken=t"},
      {R"("next_cursor":"t")", "/models?cursor=t"},
      {R"("after":"a")", "/models?after=a"},
      {R"("next":"https://api.example:443/v1/models?page=2")", "/models?page=2"},
      {R"("next":"/v1/models/?page=2#top")", "/models?page=2"},
      {R"("next":"?page=2")", "/models?page=2"},
      {R"("next":"models?page=2")", "/models?page=2"},
      {R"("next":"dG9rZW4=")", "/models?cursor=dG9rZW4%3D"},
      {R"("next":2)", "/models?page=2"},
      {R"("links":{"next":"/v1/models?after=a&limit=1"})", "/models?after=a&limit=1"},
      {R"("_links":{"next":{"href":"/v1/models?p=2"}})", "/models?p=2"},
      {R"("pagination":{"next_page":2})", "/models?page=2"},
      {R"("pagination":{"has_more":true,"next_cursor":"t"})", "/models?cursor=t"},
      {R"("page":1,"total_pages":2)", "/models?page=2"},
      {R"("pages":2)", "/models?page=2"},
      {R"("page":0,"total_pages":2)", "/models?page=1"},
      {R"("result_info":{"page":1,"per_page":1,"count":1,"total_count":2})", "/models?page=2"},
      {R"("total":2,"offset":0,"limit":1)", "/models?offset=1&limit=1"},
      {R"("total":2,"limit":1)", "/models?offset=1&limit=1"},
  };
  for (const auto& test : cases) {
    const auto listing = two_pages(test.more, test.second).listing("openai");
    ASSERT_TRUE(listing.has_value()) << test.more;
    EXPECT_EQ(listing->models.size(), 2U) << test.more;
    EXPECT_FALSE(listing->truncated) << test.more;
  }
}

TEST(Pages, AreFollowedByTheLinkField) {
  ScriptedUpstream upstream;
  upstream
      .on_linked("/models", R"([{"id":"a"}])",
                 R"(<https://api.example/v1/models?page=1>; rel="prev", )"
                 R"(<https://API.example/v1/models?page=2>; rel="next")")
      .on("/models?page=2", R"([{"id":"b"}])");
  EXPECT_EQ(upstream.list("openai"), (Lines{"a {?}", "b {?}"}));
}

TEST(Pages, OfAnthropicsShapeTakeAfterId) {
  ScriptedUpstream upstream;
  upstream
      .on("/models", R"({"data":[{"type":"model","id":"a","display_name":"A"}],
                         "has_more":true,"first_id":"a","last_id":"a"})")
      .on("/models?after_id=a", R"({"data":[{"type":"model","id":"b"}],"has_more":false})");
  EXPECT_EQ(upstream.list("openai"), (Lines{"a {?}", "b {?}"}));
}

TEST(Pages, EndWhereTheListSaysSo) {
  for (const auto* last : {R"("has_more":false,"last_id":"a")", R"("next":null)", R"("next":"")",
                           R"("next_page_token":"")", R"("page":1,"total_pages":1)",
                           R"("total":1,"offset":0,"limit":50)", R"("total":1)"}) {
    auto upstream = two_pages(last, "/none");
    const auto listing = upstream.listing("openai");
    EXPECT_FALSE(listing->truncated) << last;
    EXPECT_EQ(upstream.asked().size(), 1U) << last;
  }
}

TEST(Pages, NeverLeadToAnotherOriginOrPath) {
  for (const auto* next :
       {"https://evil.example/v1/models?page=2", "//evil.example/v1/models?page=2",
        "/v1/files?page=2", "ftp://api.example/v1/models?page=2",
        "http://api.example:8080/v1/models?page=2", "https://me@api.example/v1/models?page=2",
        "/v1/models?page=2 HTTP/1.1", "/v1/models", "https://api.example/models/secret?x=1"}) {
    auto upstream = two_pages(fmt::format(R"("next":"{}")", next), "/models?page=2");
    const auto listing = upstream.listing("openai");
    EXPECT_EQ(listing->models.size(), 1U) << next;
    EXPECT_TRUE(listing->truncated) << next;
    EXPECT_EQ(upstream.asked().size(), 1U) << next;
  }
}

TEST(Pages, OfAServerThatIgnoresTheParameterAreOne) {
  const auto* page = R"({"data":[{"id":"a"},{"id":"b"}],"has_more":true,"last_id":"b"})";
  ScriptedUpstream upstream;
  upstream.on("/models", page).on("/models?after=b", page);
  const auto listing = upstream.listing("openai");
  EXPECT_EQ(listing->models.size(), 2U);
  EXPECT_TRUE(listing->truncated) << "the repeated page says that there is more";
  EXPECT_FALSE(listing->broken_off);
}

TEST(Pages, ARepeatedPageThatSaysItIsTheLastEndsTheList) {
  auto upstream = two_pages(R"("next":2)", "/none");
  upstream.on("/models?page=2", R"({"data":[{"id":"a"}],"next":null})");
  const auto listing = upstream.listing("openai");
  EXPECT_EQ(listing->models.size(), 1U);
  EXPECT_FALSE(listing->truncated);
}

TEST(Pages, ThatFailLeaveTheRestAndSayThatThereIsMore) {
  for (const auto* second : {"busy", "{}", R"({"error":"no"})"}) {
    auto upstream = two_pages(R"("next":2)", "/none");
    upstream.on("/models?page=2", second);
    const auto listing = upstream.listing("openai");
    ASSERT_TRUE(listing.has_value()) << second;
    EXPECT_EQ(listing->models.size(), 1U) << second;
    EXPECT_TRUE(listing->truncated) << second;
    EXPECT_TRUE(listing->broken_off.has_value()) << second;
  }
  ScriptedUpstream silent;
  silent.on("/models", R"({"data":[{"id":"a"}],"next":2})");
  silent.on_failure("/models?page=2", Errc::deadline_exceeded);
  const auto silence = silent.listing("openai");
  EXPECT_TRUE(silence->truncated);
  ASSERT_TRUE(silence->broken_off.has_value());
  EXPECT_EQ(silence->broken_off->code, Errc::deadline_exceeded);
  EXPECT_TRUE(silence->broken_off->detail.starts_with("page 2 of the list"));
  ScriptedUpstream broken;
  EXPECT_FALSE(broken.listing("openai").has_value());
}

TEST(Pages, CutByABoundAreNotBrokenOff) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[{"id":"a"}],"next":2})");
  upstream.on_failure("/models?page=2", Errc::upstream_answer_too_large);
  const auto listing = upstream.listing("openai");
  EXPECT_TRUE(listing->truncated);
  EXPECT_FALSE(listing->broken_off);
}

TEST(Pages, ThatWereNeverAskedForAreMissing) {
  Inquiry inquiry(*find_kind("openai"), kAskedAt);
  ASSERT_EQ(inquiry.next().size(), 1U);
  inquiry.answer(0, Answer{200, R"({"data":[{"id":"a"}],"next":2})"});
  EXPECT_TRUE(inquiry.listing()->truncated);
}

TEST(Pages, AreOfEveryKindThatListsAtOnePath) {
  for (const auto* kind : {"vllm", "sglang", "together", "xinference", "huggingface", "speaches",
                           "mistral", "llama.cpp", "sd.cpp"}) {
    auto upstream = two_pages(R"("next":2)", "/models?page=2");
    EXPECT_EQ(upstream.listing(kind)->models.size(), 2U) << kind;
  }
  ScriptedUpstream gpustack;
  gpustack.on("/models?with_meta=true", R"({"data":[{"id":"a"}],"next":"/v1/models?page=2"})")
      .on("/models?with_meta=true&page=2", R"({"data":[{"id":"b"}]})");
  EXPECT_EQ(gpustack.listing("gpustack")->models.size(), 2U);
}

TEST(Pages, AnEmptyPageWithATokenIsNotTheLast) {
  ScriptedUpstream upstream;
  upstream.on("/models", R"({"data":[{"id":"a"}],"next_page_token":"1"})")
      .on("/models?page_token=1", R"({"data":[],"next_page_token":"2"})")
      .on("/models?page_token=2", R"({"data":[{"id":"b"}]})");
  EXPECT_EQ(upstream.list("openai"), (Lines{"a {?}", "b {?}"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
