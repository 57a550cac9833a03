#include "api/list_rendering.hpp"

#include <string>
#include <utility>

#include "api/error_family.hpp"
#include "catalogue/ollama_list.hpp"
#include "catalogue/render.hpp"

namespace weir::api {
namespace {

using catalogue::ListPtr;
using catalogue::RenderedList;

bool is_from_codex(std::string_view query) {
  constexpr std::string_view kParameter = "client_version=";
  return query.starts_with(kParameter) || query.contains("&client_version=");
}

// Codex fails to read a list without the member `models`. It has records of Codex's own with the
// instructions to the model in them; for a model without one, Codex uses its general record, so
// none is written.
std::string with_models(std::string list) {
  list.pop_back();
  return list += R"(,"models":[]})";
}

}  // namespace

codec::Coding wanted_coding(const codec::AcceptEncoding& accepted) {
  using enum codec::Coding;
  return accepted.choose({gzip, br, zstd});
}

ListShape list_shape(const http::Request& request) {
  const auto names = request.names();
  if (names.contains(http::FieldName::anthropic_version)) return ListShape::anthropic;
  if (names.contains(http::FieldName::x_goog_api_key)) return ListShape::google;
  // Nearly all lists are asked for here: the path need not be read again.
  const bool is_usual = request.path == "/v1/models" || request.path == "/models";
  if (!is_usual && error_family(&request) == dialect::Family::gemini) return ListShape::google;
  return is_from_codex(request.query) ? ListShape::codex : ListShape::contract;
}

std::string render_model(ListShape shape, const catalogue::Model& model, catalogue::View view) {
  switch (shape) {
    case ListShape::anthropic:
      return catalogue::render_anthropic_model(model);
    case ListShape::google:
      return catalogue::render_google_model(model);
    case ListShape::ollama_tags:
    case ListShape::ollama_processes:
      return catalogue::render_ollama_model(model);
    case ListShape::contract:
    case ListShape::codex:
      return catalogue::render_model(model, view);
  }
  __builtin_unreachable();
}

std::expected<ListPtr, catalogue::BadParameter> ListRendering::make() const {
  auto list = lists->get(*scope, query);
  switch (shape) {
    case ListShape::contract:
      break;
    case ListShape::anthropic: {
      auto json = catalogue::render_anthropic_list(*catalogue, *scope, query, page);
      if (!json) return std::unexpected(std::move(json.error()));
      return std::make_shared<const RenderedList>(std::move(*json), list->missing());
    }
    case ListShape::google: {
      auto json = catalogue::render_google_list(*catalogue, *scope, query, google_page);
      if (!json) return std::unexpected(std::move(json.error()));
      return std::make_shared<const RenderedList>(std::move(*json), list->missing());
    }
    case ListShape::ollama_tags:
      return std::make_shared<const RenderedList>(catalogue::render_ollama_tags(*catalogue, *scope),
                                                  list->missing());
    case ListShape::ollama_processes:
      return std::make_shared<const RenderedList>(
          catalogue::render_ollama_processes(*catalogue, *scope), list->missing());
    case ListShape::codex: {
      auto json = with_models(list->body(codec::Coding::identity).bytes);
      return std::make_shared<const RenderedList>(std::move(json), list->missing());
    }
  }
  const auto coding = wanted_coding(accepted);
  if (!lists->lacks_coding(*list, coding)) return list;
  lists->add_coding(catalogue::ListKey(*scope, query), coding);
  return lists->get(*scope, query);
}

}  // namespace weir::api
