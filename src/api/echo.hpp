/// The frontend of `server.echo`, for test suites: it also returns requests as it received them,
/// and so shows how the server parsed them.
#pragma once

#include <string_view>

#include "api/frontend.hpp"

namespace weir::api {

/// Rows of routes_reference.
inline constexpr std::string_view kEchoReference =
    "| `/` | GET, HEAD, POST, OPTIONS | anyone | Returns the request body. Only with "
    "`server.echo: true`; otherwise 404. |\n"
    "| `/echo` | GET, HEAD, POST, OPTIONS | anyone | Returns the request body. Only with "
    "`server.echo: true`; otherwise 404. |\n";

/// Answers `/` and `/echo` for anyone, everything else as a Frontend does.
class EchoFrontend final : public Frontend {
 public:
  using Frontend::Frontend;

  [[nodiscard]] bool takes_body(const http::Request& request) override;
  [[nodiscard]] http::Answer handle(http::Exchange& exchange) override;

 private:
  [[nodiscard]] http::Reply answer_without_body(http::Exchange& exchange);
  [[nodiscard]] net::Task<http::Outcome> return_body(http::Exchange& exchange);
};

}  // namespace weir::api
