#include "http/tls_client.hpp"

#include <utility>

namespace weir::http {

net::Task<Result<std::shared_ptr<const net::TlsClientContext>>> TlsClient::context(
    net::Interrupt& interrupt) {
  if (!context_) {
    auto load = [file = settings_.ca_file] { return net::TlsClientContext::open(file); };
    auto loading = pool_.run_until(std::move(load), MonotonicTime::max(), interrupt);
    auto loaded = co_await std::move(loading);
    if (!loaded) co_return fail(Errc::upstream_tls_failed, "the wait for certificates ended");
    if (!*loaded) co_return fail(Errc::upstream_tls_failed, "certificates: " + loaded->error());
    if (!context_) context_ = std::move(**loaded);  // another caller may have been faster
  }
  co_return context_;
}

}  // namespace weir::http
