/// Answers that carry an entity tag: 200 with the body, or 304 for a client that has it.
#pragma once

#include <memory>
#include <string_view>

#include "catalogue/rendered_list.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace weir::api {

/// In the form the client's Accept-Encoding likes best among those the list has, with a field that
/// names the upstreams missing from it.
[[nodiscard]] http::Reply list_reply(const http::Request& request, catalogue::ListPtr list);

/// `body` as it is, its tag made here.
[[nodiscard]] http::Reply tagged_reply(const http::Request& request, std::string body);

}  // namespace weir::api
