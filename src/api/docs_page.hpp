/// The API reference, GET /docs: rendered when it is first asked for, and kept.
#pragma once

#include "catalogue/rendered_list.hpp"
#include "http/reply.hpp"
#include "http/request.hpp"

namespace weir::api {

/// Null until docs_page has rendered it. For any thread.
[[nodiscard]] catalogue::ListPtr known_docs_page();

/// The page, plain and compressed. For any thread.
///
/// Cost: 50 ms at the first call; not for I/O threads.
[[nodiscard]] const catalogue::ListPtr& docs_page();

/// The page in the coding that the client prefers, or 304.
[[nodiscard]] http::Reply docs_reply(const http::Request& request, catalogue::ListPtr page);

}  // namespace weir::api
