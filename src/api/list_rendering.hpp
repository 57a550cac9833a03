/// A list of models in the shape that its client knows, made where it stops nobody else.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "catalogue/anthropic_list.hpp"
#include "catalogue/google_list.hpp"
#include "catalogue/list_cache.hpp"
#include "catalogue/list_query.hpp"
#include "catalogue/scope.hpp"
#include "codec/accept_encoding.hpp"
#include "http/request.hpp"

namespace weir::api {

enum class ListShape : std::uint8_t {
  contract,
  anthropic,  ///< for clients that send anthropic-version
  google,     ///< on Google's paths, and for clients that send x-goog-api-key
  ollama_tags,
  ollama_processes,
  codex,  ///< the contract's with the member `models`, for clients that send client_version
};

/// The coding that the client prefers among all that there are.
[[nodiscard]] codec::Coding wanted_coding(const codec::AcceptEncoding& accepted);

[[nodiscard]] ListShape list_shape(const http::Request& request);

[[nodiscard]] std::string render_model(ListShape shape, const catalogue::Model& model,
                                       catalogue::View view);

/// A list that must be rendered.
struct ListRendering {
  std::shared_ptr<const catalogue::Catalogue> catalogue;
  std::shared_ptr<catalogue::ListCache> lists;  ///< of that catalogue
  std::shared_ptr<const catalogue::Scope> scope;
  catalogue::ListQuery query;
  codec::AcceptEncoding accepted;
  ListShape shape = ListShape::contract;
  catalogue::AnthropicPage page = {};
  catalogue::GooglePage google_page = {};

  /// Takes milliseconds for thousands of models: not for I/O threads. Threads: any.
  [[nodiscard]] std::expected<catalogue::ListPtr, catalogue::BadParameter> make() const;
};

}  // namespace weir::api
