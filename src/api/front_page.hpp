/// The page at `/`: says where the API, its description and the operator's pages are.
#pragma once

#include <string>

#include "api/page_form.hpp"
#include "http/handler.hpp"

namespace weir::api {

/// Properties of the server that the page may show.
struct FrontPageFacts {
  bool has_tls = false;
  std::string admin_address;  ///< shown to this machine alone; empty: to nobody
};

struct FrontPage {
  std::string base;   ///< "http://weir:8080", the server's address as the client wrote it
  std::string admin;  ///< "http://127.0.0.1:8081/admin/upstreams"; empty: not shown
  PageForm form;
};

/// The page for this request. The client's address of the server is taken only if it is a plain
/// host and port: nothing that means something to HTML or a shell is repeated.
[[nodiscard]] FrontPage front_page(const http::Exchange& exchange, const FrontPageFacts& facts);

/// HTML, or text for a terminal.
[[nodiscard]] std::string render(const FrontPage& page);

/// The complete answer, with a strong ETag.
[[nodiscard]] http::Reply front_page_reply(const http::Exchange& exchange,
                                           const FrontPageFacts& facts);

}  // namespace weir::api
