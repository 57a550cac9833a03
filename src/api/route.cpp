#include "api/route.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "api/echo.hpp"
#include "base/check.hpp"
#include "base/enumerators.hpp"
#include "gateway/stored_call.hpp"

namespace weir::api {
namespace {

constexpr std::string_view kVersion = "/v1";
constexpr std::string_view kParameter = "{id}";

constexpr Route kReadRoutes[] = {
    {RouteId::list_models, "list_models", "/models", true, Access::key,
     "The models that the key may call; parameters `type`, `sub_type`, `view`, "
     "`include_unavailable`."},
    {RouteId::retrieve_model, "retrieve_model", "/models/{id}", true, Access::key,
     "One model; slashes in the id may be sent as `/` or `%2F`."},
    {RouteId::usage, "usage", "/usage", true, Access::key_uncounted,
     "The key's own limits, and how much of each is in use; counts as no request."},
    {RouteId::user_info, "user_info", "/user/info", true, Access::key_uncounted,
     "Answers 410, as SiliconFlow does since 2026-08; `/v1/usage` tells a key its limits."},
    {RouteId::list_voices, "list_voices", "/audio/voice/list", true, Access::key_uncounted,
     "Answers 400: an upstream's list has the voices of all its clients."},
    {RouteId::openapi, "openapi", "/openapi.yaml", false, Access::anyone,
     "OpenAPI 3 description of these routes."},
    {RouteId::front_page, "front_page", "/", false, Access::anyone,
     "A page that says how to begin: HTML or text, by Accept; with `server.errors: contract` 404."},
    {RouteId::docs, "docs", "/docs", false, Access::anyone,
     "The API reference as a page; with `server.errors: contract` 404."},
    {RouteId::ollama_version, "ollama_version", "/api/version", false, Access::key_uncounted,
     "The version of Ollama whose API these paths have."},
    {RouteId::ollama_tags, "ollama_tags", "/api/tags", false, Access::key,
     "The models that the key may call in Ollama's API: of chat and of embeddings."},
    {RouteId::ollama_processes, "ollama_ps", "/api/ps", false, Access::key,
     "The same: each counts as loaded."},
    {RouteId::ollama_show, "ollama_show", "/api/show", false, Access::key,
     "One model in Ollama's API: its capabilities and its context length."},
};

constexpr Route kGoogleRoutes[] = {
    {RouteId::list_models, "list_models", "/v1beta/models", false, Access::key,
     "The models that the key may call, as in Google's API; parameters `pageSize`, `pageToken`."},
    {RouteId::retrieve_model, "retrieve_model", "/v1beta/models/{id}", false, Access::key,
     "One model, as in Google's API."},
};

static_assert(std::ranges::all_of(kEnumerators<RouteId>, [](RouteId id) {
  const auto routes = std::ranges::count(kReadRoutes, id, &Route::id);
  return (routes == 0) == (id == RouteId::call);  // calls come from the table of endpoints
}));

std::string_view text_of(catalogue::Endpoint endpoint) {
  using enum catalogue::Endpoint;
  switch (endpoint) {
    case chat_completions:
      return "Chat completion as in OpenAI's and SiliconFlow's APIs, streamed or not.";
    case completions:
      return "Text completion, with `suffix`.";
    case responses:
      return "OpenAI's Responses API; as chat completions where an upstream has no other; over a "
             "WebSocket (GET) where the upstreams of all models have that.";
    case responses_compact:
      return "A shorter input for the next response, if the upstream supports it.";
    case response_input_tokens:
      return "Tokens of a request to `/v1/responses`, from the upstream if it supports that, "
             "otherwise estimated.";
    case stored_responses:
      return "A response that its upstream keeps; also `/cancel` (POST) and `/input_items` (GET).";
    case messages:
      return "Anthropic's Messages API; as chat completions where an upstream has no other.";
    case count_tokens:
      return "Tokens of a request to `/v1/messages`, from the upstream if it supports that, "
             "otherwise estimated.";
    case tokenize:
      return "Tokens of a text or of messages, as vLLM counts them.";
    case moderations:
      return "Classes of harmful content in texts.";
    case embeddings:
      return "Embeddings of texts.";
    case rerank:
      return "Ranks documents by their relevance to a query.";
    case score:
      return "Scores of pairs of texts, as in vLLM.";
    case images_generations:
      return "Images from a text, optionally with images.";
    case images_edits:
      return "Images from images (multipart).";
    case images_variations:
      return "Variations of an image (multipart).";
    case audio_transcriptions:
      return "Text from speech (multipart).";
    case audio_translations:
      return "English text from speech (multipart).";
    case audio_speech:
      return "Speech from text.";
    case realtime:
      return "A session over a WebSocket, as in OpenAI's and vLLM's Realtime APIs.";
    case video_submit:
      return "Submits a video; the answer has its `requestId`.";
    case video_status:
      return "Status of a video, and its URL when it is complete.";
    case videos:
      return "Makes a video, as in OpenAI's API, where an upstream has that.";
    case stored_videos:
      return "The state of such a video; also `/content` (GET).";
    case voice_upload:
      return "Uploads a voice; the answer has its `uri`, which `/v1/audio/speech` takes as "
             "`voice`.";
    case voice_deletion:
      return "Deletes a voice, by its `uri`.";
    case files:
      return "Uploads the input of a batch, whose lines all name one model (multipart).";
    case stored_files:
      return "A file of a batch; also `/content` (GET).";
    case batches:
      return "Makes a batch of an uploaded file.";
    case stored_batches:
      return "The state of a batch; also `/cancel` (POST).";
    case generate_content:
      return "Google's generateContent, as chat completions; also below `/v1`.";
    case stream_generate_content:
      return "The same as a stream: of events with `alt=sse`, otherwise one JSON array.";
    case count_content_tokens:
      return "Tokens of a request to generateContent, estimated.";
    case embed_content:
      return "The embedding of one text, as in Google's API.";
    case batch_embed_contents:
      return "Embeddings of texts, as in Google's API.";
    case ollama_chat:
      return "Chat in Ollama's API, streamed in lines unless `stream` is false.";
    case ollama_generate:
      return "Ollama's answer to one prompt, streamed as its chat.";
    case ollama_embed:
      return "Embeddings of texts, in Ollama's API.";
    case ollama_embeddings:
      return "Ollama's older path: the embedding of one text.";
  }
  __builtin_unreachable();
}

constexpr std::size_t kRouteCount =
    std::size(kReadRoutes) + catalogue::kEndpointCount + std::size(kGoogleRoutes);

std::array<Route, kRouteCount> make_routes() {
  std::array<Route, kRouteCount> routes{};
  auto* next = std::ranges::copy(kReadRoutes, routes.begin()).out;
  for (const auto endpoint : catalogue::all_endpoints()) {
    const auto& row = catalogue::describe(endpoint);
    const bool versioned = row.base == catalogue::PathBase::version;
    *next++ = {RouteId::call, row.slug,          row.path, versioned,
               Access::key,   text_of(endpoint), endpoint};
  }
  // Behind the calls: an id may be any text.
  std::ranges::copy(kGoogleRoutes, next);
  return routes;
}

const std::array<Route, kRouteCount> kRoutes = make_routes();

bool matches(const Route& route, std::string_view path, std::string_view& parameter) {
  const auto opened = route.path.find('{');
  if (opened == route.path.npos) return path == route.path;
  const auto prefix = route.path.substr(0, opened);
  const auto suffix = route.path.substr(route.path.find('}') + 1);
  const bool has_ends = path.starts_with(prefix) && path.ends_with(suffix);
  if (!has_ends || path.size() <= prefix.size() + suffix.size()) return false;
  parameter = path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
  return true;
}

// A base URL that ends with a slash, and a path that begins with one, make two.
std::string_view without_second_slash(std::string_view path) {
  return path.starts_with("//") ? path.substr(1) : path;
}

std::string_view without_version(std::string_view path) {
  const auto rest = path.substr(std::min(kVersion.size(), path.size()));
  const bool is_versioned = path.starts_with(kVersion) && rest.starts_with('/');
  return is_versioned ? without_second_slash(rest) : path;
}

// Every request looks for its route, some more than once: those of one path alone are found by its
// length, and only the others are tried one by one.
class RouteIndex {
 public:
  explicit RouteIndex(std::span<const Route> routes) {
    for (const Route& route : routes) {
      if (route.path.contains('{')) {
        patterns_.push_back(&route);
      } else {
        CHECK(route.path.size() < by_length_.size());
        by_length_[route.path.size()].push_back(&route);
      }
    }
  }

  [[nodiscard]] RouteMatch find(std::string_view path, bool has_version) const {
    const auto may_be = [&](const Route& route) { return route.versioned || !has_version; };
    if (path.size() < by_length_.size()) {
      for (const Route* route : by_length_[path.size()]) {
        if (path == route->path && may_be(*route)) return {route, {}};
      }
    }
    for (const Route* route : patterns_) {
      RouteMatch match{route, {}};
      if (!may_be(*route) || !matches(*route, path, match.parameter)) continue;
      if (!match.names_stored() || !match.methods().empty()) return match;
    }
    return {};
  }

 private:
  static constexpr std::size_t kMaxLength = 64;

  std::array<std::vector<const Route*>, kMaxLength> by_length_;
  std::vector<const Route*> patterns_;
};

RouteMatch find_route(std::string_view path, bool has_version) {
  static const RouteIndex index(kRoutes);
  return index.find(path, has_version);
}

// Google's libraries let their users choose a version, and some users add one to the base URL.
constexpr std::string_view kGoogleVersions[] = {"/v1beta", "/v1alpha", "/v1"};

RouteMatch find_google_route(std::string_view path) {
  bool has_own = false;
  for (int times = 0; times < 2; ++times) {
    for (const auto version : kGoogleVersions) {
      if (!path.starts_with(version) || !path.substr(version.size()).starts_with('/')) continue;
      path = without_second_slash(path.substr(version.size()));
      has_own = has_own || version != kVersion;
    }
  }
  for (const Route& route : kRoutes) {
    if (!route.is_googles() || !(has_own || route.endpoint)) continue;
    RouteMatch match{&route, {}};
    Route unversioned = route;
    unversioned.path.remove_prefix(kGoogleVersions[0].size());
    if (matches(unversioned, path, match.parameter)) return match;
  }
  return {};
}

}  // namespace

bool RouteMatch::names_stored() const {
  return route->endpoint && route->path.ends_with(kParameter);
}

std::string RouteMatch::methods() const {
  if (names_stored()) return gateway::allowed_methods(*route->endpoint, parameter);
  if (route->is_session()) return "GET, OPTIONS";
  return route->takes_body() ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
}

bool RouteMatch::allows(http::Method method) const {
  if (names_stored()) return gateway::has_operation(*route->endpoint, parameter, method);
  if (route->takes_body()) return method == http::Method::post;
  if (route->is_session()) return method == http::Method::get;
  return method == http::Method::get || method == http::Method::head;
}

RouteMatch match_route(std::string_view path) {
  path = without_second_slash(path);
  // A client that adds the version to a base URL which has it already sends it twice.
  auto rest = without_version(path);
  const bool has_version = rest.size() < path.size();
  if (has_version) rest = without_version(rest);
  auto match = find_route(rest, has_version);
  if (match.route == nullptr && rest.size() > 1 && rest.ends_with('/')) {
    match = find_route(rest.substr(0, rest.size() - 1), has_version);
  }
  const bool may_be_googles = match.route == nullptr || match.route->id == RouteId::retrieve_model;
  if (!may_be_googles) return match;
  const auto google = find_google_route(path);
  return google.route == nullptr ? match : google;
}

std::span<const Route> all_routes() { return kRoutes; }

std::string routes_reference() {
  std::string text = "| Path | Methods | Access | Meaning |\n| --- | --- | --- | --- |\n";
  for (const Route& route : kRoutes) {
    const auto methods = RouteMatch{&route, kParameter}.methods();
    text += fmt::format("| `{}{}` | {} | {} | {} |\n", route.versioned ? kVersion : "", route.path,
                        methods, route.access == Access::anyone ? "anyone" : "key", route.text);
  }
  text += kEchoReference;
  text +=
      "\nVersioned paths are also served without `/v1`, and with `/v1/v1`. A trailing slash is "
      "ignored, except in an "
      "id. The key is sent as `Authorization: Bearer`, `x-api-key` or `x-goog-api-key`; on "
      "Google's "
      "paths, which are served below `/v1alpha` and calls below `/v1` too, also as `key=` in the "
      "query.\n";
  return text;
}

}  // namespace weir::api
