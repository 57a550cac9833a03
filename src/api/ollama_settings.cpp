#include "api/ollama_settings.hpp"

#include <optional>

#include <boost/asio/ip/address.hpp>

#include "config/schema.hpp"
#include "config/text_check.hpp"

namespace weir::api {
namespace {

using config::Complaint;
constexpr std::size_t kLeastKey = 16;

bool is_endpoint_or_empty(std::string_view text) {
  return text.empty() || config::is_endpoint(text);
}

// The host of a listener is an address, or a name of this machine's.
bool is_loopback(std::string_view endpoint) {
  auto host = endpoint.substr(0, endpoint.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  return error ? host == "localhost" : address.is_loopback();
}

std::optional<Complaint> key_and_listener_go_together(const OllamaSettings& settings) {
  if (settings.listen.empty() == settings.key.empty()) return std::nullopt;
  const bool no_key = settings.key.empty();
  return Complaint{no_key ? "key" : "listen", "is missing",
                   no_key ? "the key that requests without one have" : "the address to listen at"};
}

std::optional<Complaint> network_is_asked_for(const OllamaSettings& settings) {
  if (settings.listen.empty() || settings.open_to_network || is_loopback(settings.listen)) {
    return std::nullopt;
  }
  return Complaint{"listen", "can be reached from the network, by anyone, without a key",
                   "a loopback address such as 127.0.0.1:11434, or open_to_network: true"};
}

}  // namespace

config::Schema<OllamaSettings> ollama_schema() {
  using Ollama = OllamaSettings;
  config::Schema<Ollama> schema(config::Apply::restart);
  schema
      .field(
          "listen", &Ollama::listen,
          config::text("host:port, such as 127.0.0.1:11434, or \"\" for none",
                       is_endpoint_or_empty),
          "Another address of the API, over plain HTTP, for clients of Ollama's that cannot send "
          "a key. Requests with a key are judged by it.")
      .field(
          "key", &Ollama::key,
          config::secret("16 to 512 visible ASCII characters",
                         [](std::string_view text) { return config::is_token(text, kLeastKey); }),
          "The key that requests without one have there: one of keys, or of the store, whose "
          "limits and permissions apply. A web page of another host is not given it.")
      .field("open_to_network", &Ollama::open_to_network, config::boolean(),
             "Allows ollama.listen to be an address other than loopback: anyone who reaches it may "
             "then call models at the key's expense.")
      .check(key_and_listener_go_together)
      .check(network_is_asked_for);
  return schema;
}

}  // namespace weir::api
