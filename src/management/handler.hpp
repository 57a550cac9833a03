/// The admin listener: the admin API, the console's pages, and for all other paths another handler.
#pragma once

#include <memory>

#include "base/secret.hpp"
#include "http/handler.hpp"
#include "management/context.hpp"
#include "management/route.hpp"

namespace weir::management {

/// Threads: one, the control thread; what blocks runs in the pools of `services`.
class AdminHandler : public http::Handler {
 public:
  struct Keys {
    Secret admin;   ///< empty: none
    Secret viewer;  ///< empty: none
  };

  /// `others`: answers the paths that are not of the admin API. `hosts`, the names besides this
  /// machine's own under which there are answers, outlive it.
  AdminHandler(Services services, Keys keys, std::span<const std::string> hosts,
               std::unique_ptr<http::Handler> others);

  [[nodiscard]] bool takes_body(const http::Request& request) override;
  [[nodiscard]] http::Answer handle(http::Exchange& exchange) override;
  [[nodiscard]] http::Reply refuse(http::Exchange& exchange, Errc code) override;
  void finished(const http::Exchange& exchange) override { others_->finished(exchange); }

 private:
  [[nodiscard]] net::Task<http::Outcome> serve(http::Exchange& exchange);
  [[nodiscard]] Serving answer(Context& context);
  [[nodiscard]] Answered<Caller> identify(const Context& context);
  [[nodiscard]] Answered<Caller> identify_bearer(const Context& context, std::string_view key);
  [[nodiscard]] Answered<Caller> identify_cookie(const Context& context) const;

  Services services_;
  State state_;
  std::span<const std::string> hosts_;
  std::unique_ptr<http::Handler> others_;
};

/// True for an address of this machine alone.
[[nodiscard]] bool is_loopback(const boost::asio::ip::address& address);

/// Problem unauthorized, or too_many_failures; the failure is counted.
[[nodiscard]] Problem failed_login(const Context& context, Failures& failures);
/// Whether this address must wait before another login.
[[nodiscard]] Answered<void> may_try(const Context& context, Failures& failures);

}  // namespace weir::management
