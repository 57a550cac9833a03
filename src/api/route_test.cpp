#include "api/route.hpp"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

struct Case {
  std::string_view path;
  std::string_view label;
  std::string_view parameter;
};

TEST(Route, IsFoundByItsPath) {
  const Case cases[] = {
      {"/v1/models", "list_models", ""},
      {"/models", "list_models", ""},
      {"/v1/models/", "list_models", ""},
      {"/models/", "list_models", ""},
      {"/v1/models/a/b/", "retrieve_model", "a/b/"},
      {"/v1/chat/completions/", "chat_completions", ""},
      {"/v1/usage", "usage", ""},
      {"/v1/user/info", "user_info", ""},
      {"/user/info", "user_info", ""},
      {"/usage/", "usage", ""},
      {"/v1/usage/x", "none", ""},
      {"/v1/responses/compact", "responses_compact", ""},
      {"/v1/responses/", "responses", ""},
      {"/v1/files", "files", ""},
      {"/v1/files/", "files", ""},
      {"/v1/files/file-1/content", "stored_files", "file-1/content"},
      {"/v1/batches/batch_1/cancel", "stored_batches", "batch_1/cancel"},
      {"/v1/videos", "videos", ""},
      {"/v1/videos/video_1/content", "stored_videos", "video_1/content"},
      {"/v1/uploads/audio/voice", "voice_upload", ""},
      {"/v1/audio/voice/list", "list_voices", ""},
      {"/v1/audio/voice/deletions", "voice_deletion", ""},
      {"/v1/realtime", "realtime", ""},
      {"/realtime/", "realtime", ""},
      {"/v1/realtime/sessions", "none", ""},
      {"/v1/responses/resp_1", "stored_responses", "resp_1"},
      {"/v1/responses/resp_1/", "stored_responses", "resp_1/"},
      {"/v1/v1/responses/resp_1/cancel", "stored_responses", "resp_1/cancel"},
      {"/responses/resp_1/input_items", "stored_responses", "resp_1/input_items"},
      {"/v1/responses/resp_1/more", "none", ""},
      {"/v1/responses//cancel", "none", ""},
      {"/v1/models//", "retrieve_model", "/"},
      {"/openapi.yaml/", "openapi", ""},
      {"/v1/models/a/b", "retrieve_model", "a/b"},
      {"/v1/models/a%2Fb", "retrieve_model", "a%2Fb"},
      {"/models/a", "retrieve_model", "a"},
      {"/openapi.yaml", "openapi", ""},
      {"/v1/openapi.yaml", "none", ""},
      {"/v1/v1/models", "list_models", ""},
      {"/v1/v1/messages/", "messages", ""},
      {"/v1//chat/completions", "chat_completions", ""},
      {"//v1/messages", "messages", ""},
      {"//v1//models", "list_models", ""},
      {"/v1//v1/models", "list_models", ""},
      {"/v1beta//models", "list_models", ""},
      {"///v1/models", "none", ""},
      {"/v1///models", "none", ""},
      {"/v1/chat//completions", "none", ""},
      {"/v1/v1/models/v1/a", "retrieve_model", "v1/a"},
      {"/v1/v1/v1/models", "none", ""},
      {"/v1/v1/openapi.yaml", "none", ""},
      {"/v1/v1", "none", ""},
      {"/v1models", "none", ""},
      {"/V1/models", "none", ""},
      {"/v1beta/models", "list_models", ""},
      {"/v1beta/models/", "list_models", ""},
      {"/v1alpha/models", "list_models", ""},
      {"/v1/v1beta/models", "list_models", ""},
      {"/v1beta/models/a/b", "retrieve_model", "a/b"},
      {"/v1beta/models/a%2Fb:generateContent", "generate_content", "a%2Fb"},
      {"/v1beta/models/a:8b:streamGenerateContent", "stream_generate_content", "a:8b"},
      {"/v1/models/a/b:generateContent", "generate_content", "a/b"},
      {"/v1/models/a:8b", "retrieve_model", "a:8b"},
      {"/v1beta/models/a:embedContent", "embed_content", "a"},
      {"/v1beta/models/a:batchEmbedContents", "batch_embed_contents", "a"},
      {"/models/a:countTokens", "count_content_tokens", "a"},
      {"/v1beta/models/:generateContent", "retrieve_model", ":generateContent"},
      {"/v1beta/files", "none", ""},
      {"/v1beta", "none", ""},
      {"/", "front_page", ""},
      {"//", "front_page", ""},
      {"/docs", "docs", ""},
      {"/docs/", "docs", ""},
      {"/v1/docs", "none", ""},
      {"/echo", "none", ""},
      {"/v1/echo", "none", ""},
      {"/v1/", "none", ""},
      {"*", "none", ""},
      {"/v1", "none", ""},
      {"/api/chat", "ollama_chat", ""},
      {"/api/chat/", "ollama_chat", ""},
      {"/api/tags", "ollama_tags", ""},
      {"/api/show", "ollama_show", ""},
      {"/v1/api/chat", "none", ""},
      {"/v1/api/tags", "none", ""},
      {"/api/pull", "none", ""},
  };
  for (const Case& c : cases) {
    const auto match = match_route(c.path);
    EXPECT_EQ(match.route != nullptr ? match.route->label : "none", c.label) << c.path;
    EXPECT_EQ(match.parameter, c.parameter) << c.path;
  }
}

// A known vulnerability elsewhere: the key check did not cover an older route.
TEST(Route, PortkeyCve202566405OnlyTheDescriptionAndThePagesAreOpen) {
  for (const Route& route : all_routes()) {
    const bool may_be_open = route.id == RouteId::openapi || route.is_page();
    EXPECT_EQ(route.access == Access::anyone, may_be_open) << route.path;
    EXPECT_EQ(match_route(route.path).route->label, route.label) << route.path;
    EXPECT_FALSE(route.endpoint && route.access == Access::anyone) << route.path;
  }
}

TEST(Route, AllowsTheMethodsItNames) {
  for (const Route& route : all_routes()) {
    for (const auto method : {http::Method::get, http::Method::head, http::Method::post,
                              http::Method::put, http::Method::delete_, http::Method::other}) {
      const RouteMatch match{&route, "{id}"};
      const bool named = match.methods().contains(http::wire_name(method));
      EXPECT_EQ(match.allows(method), named) << route.path << " " << http::wire_name(method);
    }
  }
}

}  // namespace
}  // namespace weir::api
