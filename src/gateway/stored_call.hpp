/// Calls of what an upstream keeps, by an id in the path: `/responses/{id}`, `/files/{id}`, and
/// what is below them.
/// Pure; the operations are one row each.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "catalogue/endpoint.hpp"
#include "http/request.hpp"

namespace weir::gateway {

/// One such call, as the client makes it.
struct StoredCall {
  http::Method method;
  std::string id;           ///< the client's, decoded
  std::string_view suffix;  ///< of the path, behind the id: empty, or `/cancel`
  std::string query;        ///< raw: the parameters that the operation has
  bool streamed = false;    ///< the answer is asked for as events
  bool is_content = false;  ///< the answer is what is kept, as bytes
};

/// The methods of a path, as in an Allow field; empty: there is no such path. `rest`: the path
/// behind the endpoint's, still percent-encoded: an id, and perhaps a suffix.
[[nodiscard]] std::string allowed_methods(catalogue::Endpoint endpoint, std::string_view rest);

[[nodiscard]] bool has_operation(catalogue::Endpoint endpoint, std::string_view rest,
                                 http::Method method);

/// Null if the path has no such method. `query`: raw; a parameter that the operation does not have
/// is left out.
[[nodiscard]] std::unique_ptr<StoredCall> read_stored_call(catalogue::Endpoint endpoint,
                                                           http::Method method,
                                                           std::string_view rest,
                                                           std::string_view query);

/// The head of a request at an upstream, made for the endpoint's path, with the method and the
/// target of this call. `id`: as the upstream issued it.
[[nodiscard]] std::string address(std::string_view head, const StoredCall& call,
                                  std::string_view id);

}  // namespace weir::gateway
