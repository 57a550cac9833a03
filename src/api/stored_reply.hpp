/// Answers with an entity tag: 200 with the body, or 304 for a client that has it.
#pragma once

#include <memory>
#include <string_view>

#include "catalogue/rendered_list.hpp"
#include "codec/accept_encoding.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace weir::api {

/// The list in the coding that the client prefers, with a field that names the upstreams missing
/// from it. `accepted`: the request's Accept-Encoding.
[[nodiscard]] http::Reply list_reply(const http::Request& request, catalogue::ListPtr list,
                                     const codec::AcceptEncoding& accepted);

/// `body` unchanged, with a tag computed from it.
[[nodiscard]] http::Reply tagged_reply(const http::Request& request, std::string body);

}  // namespace weir::api
