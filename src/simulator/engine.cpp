#include "simulator/engine.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "catalogue/endpoint.hpp"
#include "simulator/detail/endpoints.hpp"
#include "synthetic/seed.hpp"

namespace weir::simulator {
namespace {

using catalogue::Endpoint;
using catalogue::SubTypes;
using detail::Answerer;
using detail::Asked;
using detail::Fields;
using detail::FormPart;
using detail::invalid;
using detail::Outcome;
using detail::Refusal;
using detail::usual_refusal;
namespace json = boost::json;

constexpr int kCodeModelUnknown = 20012;

struct Route {
  std::string_view method;  ///< empty: the answerer knows them
  std::string_view path;
  SubTypes sub_types;  ///< of the models served here; none if the request names no model
  Answerer answerer;
};

Route route_of(Endpoint endpoint) {
  const auto& row = catalogue::describe(endpoint);
  const auto post = [&](Answerer answerer) {
    return Route{"POST", row.path, row.sub_types, answerer};
  };
  switch (endpoint) {
    case Endpoint::chat_completions:
      return post(detail::chat);
    case Endpoint::completions:
      return post(detail::completions);
    case Endpoint::responses:
      return post(detail::responses);
    case Endpoint::responses_compact:
      return post(detail::compact);
    case Endpoint::response_input_tokens:
      return post(detail::count_input_tokens);
    case Endpoint::stored_responses:
      return {{}, row.path, {}, detail::stored_response};
    case Endpoint::messages:
      return post(detail::messages);
    case Endpoint::count_tokens:
      return post(detail::count_tokens);
    case Endpoint::tokenize:
      return post(detail::tokenize);
    case Endpoint::moderations:
      return post(detail::moderations);
    case Endpoint::embeddings:
      return post(detail::embeddings);
    case Endpoint::rerank:
      return post(detail::rerank);
    case Endpoint::score:
      return post(detail::score);
    case Endpoint::images_generations:
    case Endpoint::images_edits:
      return post(detail::images);
    case Endpoint::images_variations:
      return post(detail::variations);
    case Endpoint::audio_transcriptions:
    case Endpoint::audio_translations:
      return post(detail::transcriptions);
    case Endpoint::audio_speech:
      return post(detail::speech);
    // A WebSocket: the handler serves it.
    case Endpoint::realtime:
      break;
    case Endpoint::video_submit:
      return post(detail::submit_video);
    case Endpoint::video_status:
      return {"POST", row.path, {}, detail::video_status};
    case Endpoint::videos:
      return post(detail::create_video);
    case Endpoint::stored_videos:
      return {{}, row.path, {}, detail::stored_video};
    case Endpoint::voice_upload:
      return post(detail::upload_voice);
    case Endpoint::voice_deletion:
      return {"POST", row.path, {}, detail::delete_voice};
    case Endpoint::files:
      return {"POST", row.path, {}, detail::upload_file};
    case Endpoint::stored_files:
      return {{}, row.path, {}, detail::stored_file};
    case Endpoint::batches:
      return {"POST", row.path, {}, detail::create_batch};
    case Endpoint::stored_batches:
      return {{}, row.path, {}, detail::stored_batch};
    // Not served: Weir translates them.
    case Endpoint::generate_content:
    case Endpoint::stream_generate_content:
    case Endpoint::count_content_tokens:
    case Endpoint::embed_content:
    case Endpoint::batch_embed_contents:
      break;
    // Not served: Weir translates them.
    case Endpoint::ollama_chat:
    case Endpoint::ollama_generate:
    case Endpoint::ollama_embed:
    case Endpoint::ollama_embeddings:
      break;
  }
  __builtin_unreachable();
}

std::string_view without_version(std::string_view path) {
  return path.starts_with("/v1/") ? path.substr(3) : path;
}

// The path before an id; empty: the path has none.
std::string_view prefix_of(std::string_view path) {
  constexpr std::string_view kId = "{id}";
  return path.ends_with(kId) ? path.substr(0, path.size() - kId.size()) : std::string_view{};
}

std::optional<Route> find_route(std::string_view path) {
  if (path == "/models") return Route{"GET", path, {}, detail::list_models};
  for (const Endpoint endpoint : catalogue::all_endpoints()) {
    const auto& row = catalogue::describe(endpoint);
    if (row.base != catalogue::PathBase::version || row.is_session()) continue;
    const auto prefix = prefix_of(row.path);
    if (prefix.empty() ? row.path == path : path.starts_with(prefix)) return route_of(endpoint);
  }
  return std::nullopt;
}

Outcome<Route> choose_route(const Call& call) {
  const auto route = find_route(without_version(call.path));
  if (!route) return std::unexpected(usual_refusal(404));
  if (!route->method.empty() && route->method != call.method) {
    Refusal refusal = usual_refusal(405);
    refusal.fields.push_back({"Allow", std::string(route->method)});
    return std::unexpected(std::move(refusal));
  }
  return *route;
}

/// A body as members, from JSON or a form.
struct Body {
  json::object members;
  std::vector<FormPart> parts;
  Fields::From from = Fields::From::json;
};

Outcome<Body> parse_form_body(const Call& call) {
  auto parts = detail::parse_form(call.content_type, call.body);
  if (!parts) return std::unexpected(parts.error());
  Body body{{}, std::move(*parts), Fields::From::form};
  for (const FormPart& part : body.parts) {
    if (!part.file_name) body.members[part.name] = part.content;
  }
  return body;
}

Outcome<Body> parse_body(const Call& call, const Route& route) {
  if (call.method == "GET" || route.method.empty()) return Body{};
  if (detail::is_form(call.content_type)) return parse_form_body(call);
  boost::system::error_code error;
  auto value = json::parse({call.body.data(), call.body.size()}, error);
  if (error) return std::unexpected(invalid("The body is not JSON: " + error.message()));
  if (!value.is_object()) return std::unexpected(invalid("The body is not a JSON object."));
  return Body{std::move(value.get_object()), {}, Fields::From::json};
}

// Null if the path takes no model.
Outcome<const DemoModel*> find_model(Fields& fields, const Route& route) {
  if (route.sub_types.empty()) return nullptr;
  const auto id = fields.text("model");
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);
  const DemoModel* model = simulator::find_model(id);
  if (!model) {
    return std::unexpected(
        Refusal{400, kCodeModelUnknown, "Model does not exist. Please check it carefully."});
  }
  if (!route.sub_types.contains(model->sub_type)) {
    return std::unexpected(
        invalid(fmt::format("The model {} has the sub type {} and cannot be called at {}.",
                            model->id, catalogue::wire_name(model->sub_type), route.path)));
  }
  return model;
}

// Errors in the request take precedence over the error that it asks for.
Outcome<Script> try_answer(const Call& call, Settings pace) {
  const auto route = choose_route(call);
  if (!route) return std::unexpected(route.error());
  const auto body = parse_body(call, *route);
  if (!body) return std::unexpected(body.error());
  Fields fields(body->members, body->from);
  const auto directive = detail::read_directive(fields);
  if (!directive) return std::unexpected(directive.error());
  const auto model = find_model(fields, *route);
  if (!model) return std::unexpected(model.error());

  pace.token = directive->token.value_or(pace.token);
  const auto path = without_version(call.path);
  const auto rest = path.substr(std::min(prefix_of(route->path).size(), path.size()));
  const Asked asked{call, pace, *directive, body->parts, *model, rest};
  auto script = route->answerer(fields, asked);
  if (!script) return script;
  if (const auto status = directive->status) script = detail::refuse(usual_refusal(*status));
  return detail::apply(*directive, std::move(*script));
}

}  // namespace

Script answer(const Call& call, const Settings& settings) {
  auto script = try_answer(call, settings);
  return script ? std::move(*script) : detail::refuse(std::move(script.error()));
}

namespace detail {

std::string Asked::id(std::string_view prefix) const {
  return fmt::format("{}{:016x}", prefix, synthetic::hash(call.body));
}

std::int64_t Asked::created() const {
  return std::chrono::duration_cast<std::chrono::seconds>(call.now.time_since_epoch()).count();
}

}  // namespace detail
}  // namespace weir::simulator
