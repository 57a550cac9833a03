#include "http/tls_client.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include "net/tls_files.hpp"

namespace weir::http {
namespace ssl = boost::asio::ssl;
namespace {

Result<ssl::context> load_context(const TlsSettings& settings) {
  ssl::context context(ssl::context::tls_client);
  boost::system::error_code error;
  context.set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1, error);
  if (settings.ca_file.empty()) {
    context.set_default_verify_paths(error);
  } else {
    auto trusted = net::read_certificates(settings.ca_file);
    if (!trusted) {
      return fail(Errc::upstream_tls_failed,
                  fmt::format("certificates: {} {}", settings.ca_file, trusted.error()));
    }
    for (const auto& certificate : *trusted) {
      ::X509_STORE_add_cert(::SSL_CTX_get_cert_store(context.native_handle()), certificate.get());
    }
  }
  if (error) return fail(Errc::upstream_tls_failed, "certificates: " + error.message());
  return context;
}

}  // namespace

net::Task<Result<ssl::context*>> TlsClient::context() {
  if (!context_) {
    auto load = [settings = settings_] { return load_context(settings); };
    auto loading = pool_.run(std::move(load));
    auto loaded = co_await std::move(loading);
    if (!loaded) co_return std::unexpected(std::move(loaded.error()));
    if (!context_) context_.emplace(std::move(*loaded));  // another caller may have been faster
  }
  co_return &*context_;
}

void TlsClient::prepare(TlsStream& stream, const std::string& host) const {
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(host, not_an_address);
  if (not_an_address) {  // RFC 6066 §3: an address is not a server name
    ::SSL_set_tlsext_host_name(stream.native_handle(), host.c_str());
  }
  boost::system::error_code ignored;
  stream.set_verify_mode(ssl::verify_peer, ignored);
  stream.set_verify_callback(ssl::host_name_verification(host), ignored);
}

}  // namespace weir::http
