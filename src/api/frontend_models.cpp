// The half of Frontend that answers with models and pages.
#include "api/docs_page.hpp"
#include "api/frontend.hpp"
#include "api/ollama.hpp"
#include "api/stored_reply.hpp"
#include "catalogue/anthropic_list.hpp"
#include "catalogue/google_list.hpp"
#include "catalogue/list_query.hpp"
#include "catalogue/ollama_list.hpp"
#include "codec/percent.hpp"
#include "http/client_stream.hpp"

namespace weir::api {

Frontend::Found Frontend::list_models(http::Exchange& exchange, const auth::KeyEntry& key) {
  const http::Request& request = *exchange.request;
  const Published& published = published_.get();
  const auto query = catalogue::parse_list_query(request.query, published.settings.view);
  if (!query) return fail_with(exchange, {Errc::invalid_parameter, query.error().message});
  auto scope = scope_of(key);
  const auto accepted =
      codec::AcceptEncoding::parse(request.header(http::FieldName::accept_encoding));
  const auto shape = shape_of(request);
  catalogue::AnthropicPage page;
  if (shape == ListShape::anthropic) {
    auto parsed = catalogue::parse_anthropic_page(request.query);
    if (!parsed) return fail_with(exchange, {Errc::invalid_parameter, parsed.error().message});
    page = std::move(*parsed);
  }
  catalogue::GooglePage google_page;
  if (shape == ListShape::google) {
    auto parsed = catalogue::parse_google_page(request.query);
    if (!parsed) return fail_with(exchange, {Errc::invalid_parameter, parsed.error().message});
    google_page = std::move(*parsed);
  }
  if (shape == ListShape::contract) {
    auto list = published.lists->find(catalogue::ListKey(*scope, *query));
    if (list && !published.lists->lacks_coding(*list, wanted_coding(accepted))) {
      return list_reply(request, std::move(list), accepted);
    }
  }
  return ListRendering{.catalogue = published.catalogue,
                       .lists = published.lists,
                       .scope = std::move(scope),
                       .query = *query,
                       .accepted = accepted,
                       .shape = shape,
                       .page = std::move(page),
                       .google_page = std::move(google_page)};
}

Frontend::Found Frontend::list_for_ollama(const http::Exchange& exchange, const auth::KeyEntry& key,
                                          ListShape shape) {
  const Published& published = published_.get();
  return ListRendering{.catalogue = published.catalogue,
                       .lists = published.lists,
                       .scope = scope_of(key),
                       .query = {},
                       .accepted = codec::AcceptEncoding::parse(
                           exchange.request->header(http::FieldName::accept_encoding)),
                       .shape = shape,
                       .page = {},
                       .google_page = {}};
}

net::Task<http::Outcome> Frontend::show_model(http::Exchange& exchange, Showing showing) {
  auto& client = *exchange.client;
  auto body = Result<std::string>();
  if (auto fits = client.limit_body(kMaxShowBytes); !fits) {
    body = std::unexpected(std::move(fits.error()));
  } else {
    auto reading = client.whole_body();
    body = co_await std::move(reading);
  }
  if (!body && describe(body.error().code).status == kClientClosedRequest) co_return nullptr;
  auto name = body ? shown_model(*body) : std::move(body);
  http::Reply reply;
  if (!name) {
    reply = fail_with(exchange, {name.error().code, name.error().detail});
  } else if (const auto* model =
                 catalogue::find_visible(*showing.catalogue, *name, *showing.scope, false)) {
    reply = tagged_reply(*exchange.request, catalogue::render_ollama_model(*model));
  } else {
    reply = unknown_model(exchange, *name);
  }
  add_common_fields(exchange, reply.fields);
  co_return std::make_unique<http::Reply>(std::move(reply));
}

ListShape Frontend::shape_of(const http::Request& request) const {
  if (services_.errors == http::Errors::client) return list_shape(request);
  const auto* route = match_route(request.path).route;
  return route != nullptr && route->is_googles() ? ListShape::google : ListShape::contract;
}

http::Reply Frontend::retrieve_model(http::Exchange& exchange, const auth::KeyEntry& key,
                                     std::string_view encoded_id) {
  const http::Request& request = *exchange.request;
  const Published& published = published_.get();
  const auto query = catalogue::parse_list_query(request.query, published.settings.view);
  if (!query) return fail_with(exchange, {Errc::invalid_parameter, query.error().message});
  const auto id = codec::percent_decode(encoded_id);
  if (!id) return unknown_model(exchange, encoded_id);
  const auto* model = catalogue::find_visible(*published.catalogue, *id, *scope_of(key),
                                              query->include_unavailable);
  if (model == nullptr) return unknown_model(exchange, *id);
  return tagged_reply(request, render_model(shape_of(request), *model, query->view));
}

// The contract has no pages. A listener of Ollama's has its greeting either way.
bool Frontend::has_page(const Route& route) const {
  const bool greets = route.id == RouteId::front_page && !assumed_key_.empty();
  return greets || services_.errors == http::Errors::client;
}

net::Task<http::Outcome> Frontend::show_docs(http::Exchange& exchange) {
  auto rendering = services_.pool.run([] { return docs_page(); });
  auto reply = docs_reply(*exchange.request, co_await std::move(rendering));
  add_common_fields(exchange, reply.fields);
  co_return std::make_unique<http::Reply>(std::move(reply));
}

}  // namespace weir::api
