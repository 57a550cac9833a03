/// The public API on one I/O thread: route, authenticate, limit, answer, log.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "api/error_reply.hpp"
#include "api/list_rendering.hpp"
#include "api/own_usage.hpp"
#include "api/request_metrics.hpp"
#include "api/route.hpp"
#include "api/services.hpp"
#include "auth/digest.hpp"
#include "base/secret.hpp"
#include "catalogue/list_query.hpp"
#include "catalogue/scope.hpp"
#include "codec/accept_encoding.hpp"
#include "gateway/gateway.hpp"
#include "gateway/refusal.hpp"
#include "http/handler.hpp"
#include "telemetry/line_writer.hpp"

namespace weir::gateway {
class Call;
}

namespace weir::api {

/// Threads: one I/O thread. Lifetime: `services` and `access_log` outlive it.
class Frontend : public http::Handler {
 public:
  /// `access_log` may be null: then no line is written. `assumed_key`: the key of requests without
  /// one (keyless.hpp), on a listener of Ollama's; empty: none.
  Frontend(Services& services, telemetry::LineWriter::Source* access_log, Secret assumed_key = {});

  [[nodiscard]] bool takes_body(const http::Request& request) override;
  [[nodiscard]] http::Answer handle(http::Exchange& exchange) override;
  [[nodiscard]] http::Reply refuse(http::Exchange& exchange, Errc code) override;
  void finished(const http::Exchange& exchange) override;

 protected:
  [[nodiscard]] http::Reply fail_with(http::Exchange& exchange, const ErrorAnswer& error);
  [[nodiscard]] http::Reply method_not_allowed(http::Exchange& exchange,
                                               std::string_view allow_field,
                                               std::string_view plain = {});
  [[nodiscard]] http::Reply refuse_websocket(http::Exchange& exchange);
  /// The answer to OPTIONS, a CORS preflight included.
  [[nodiscard]] http::Reply options_reply(const http::Request& request,
                                          std::string_view allow_field) const;
  /// Adds the fields of every answer: the trace id, and CORS fields for a web page.
  void add_common_fields(const http::Exchange& exchange, std::string& fields) const;

 private:
  /// A model that is shown once the body has named it.
  struct Showing {
    std::shared_ptr<const catalogue::Catalogue> catalogue;
    std::shared_ptr<const catalogue::Scope> scope;
  };
  /// A page that is still to be rendered.
  struct DocsRendering {};
  using Found = std::variant<http::Reply, ListRendering, OwnUsage, Showing, gateway::CallInput,
                             DocsRendering>;

  [[nodiscard]] Found answer(http::Exchange& exchange);
  [[nodiscard]] net::Task<http::Outcome> render(http::Exchange& exchange, ListRendering rendering);
  [[nodiscard]] net::Task<http::Outcome> show_usage(http::Exchange& exchange, OwnUsage usage);
  [[nodiscard]] net::Task<http::Outcome> show_model(http::Exchange& exchange, Showing showing);
  [[nodiscard]] net::Task<http::Outcome> show_docs(http::Exchange& exchange);
  /// Answers with an estimate of the tokens. REQUIRES: `call` has one.
  [[nodiscard]] static http::Outcome answer_estimate(const http::Exchange& exchange,
                                                     gateway::Call& call);
  /// Nothing if the client has been answered, or cannot be.
  [[nodiscard]] http::Outcome answer_refusal(http::Exchange& exchange,
                                             const gateway::Refusal* refusal) const;
  [[nodiscard]] net::Task<http::Outcome> call(http::Exchange& exchange,
                                              std::unique_ptr<gateway::Call> call);
  /// The entry of the client's key; valid until this thread reads the keys again.
  [[nodiscard]] std::expected<const auth::KeyEntry*, http::Reply> authenticate(
      http::Exchange& exchange);
  /// Counts a request that is not a call; the gateway counts calls, once their model is known.
  [[nodiscard]] std::optional<http::Reply> count(http::Exchange& exchange,
                                                 const auth::KeyEntry& key);
  [[nodiscard]] Found call_input(http::Exchange& exchange, const auth::KeyEntry& key,
                                 const RouteMatch& found);
  [[nodiscard]] static bool opens_session(const http::Request& request, const RouteMatch& found);
  /// Whether a request at the path of calls is the handshake of a session that is served.
  [[nodiscard]] bool may_open_session(const http::Request& request, const RouteMatch& found);
  /// Fills `input` by the handshake. Nothing: it is done.
  [[nodiscard]] std::optional<http::Reply> read_session(http::Exchange& exchange,
                                                        const RouteMatch& found,
                                                        gateway::CallInput& input);
  /// Whether the route's page is served here.
  [[nodiscard]] bool has_page(const Route& route) const;
  /// The answer to a path that no route has.
  [[nodiscard]] http::Reply no_route(http::Exchange& exchange);
  /// `name`: as the client wrote it.
  [[nodiscard]] http::Reply unknown_model(http::Exchange& exchange, std::string_view name);
  [[nodiscard]] OwnUsage own_usage(const http::Exchange& exchange, const auth::KeyEntry& key);
  [[nodiscard]] Found list_models(http::Exchange& exchange, const auth::KeyEntry& key);
  [[nodiscard]] Found list_for_ollama(const http::Exchange& exchange, const auth::KeyEntry& key,
                                      ListShape shape);
  /// The contract's, if the settings want no other.
  [[nodiscard]] ListShape shape_of(const http::Request& request) const;
  [[nodiscard]] http::Reply retrieve_model(http::Exchange& exchange, const auth::KeyEntry& key,
                                           std::string_view encoded_id);
  /// In whose shape an error is answered.
  [[nodiscard]] dialect::Family family_of(const http::Exchange& exchange) const;
  /// Null for an exchange that is not a call.
  [[nodiscard]] static gateway::CallRecord* call_of(const http::Exchange& exchange);
  [[nodiscard]] std::shared_ptr<const catalogue::Scope> scope_of(const auth::KeyEntry& key);

  Services& services_;
  SnapshotReader<Published> published_;
  SnapshotReader<auth::KeyTable> keys_;
  telemetry::LineWriter::Source* access_log_;
  telemetry::CallLog::Source* calls_;  ///< null: none are kept
  Secret assumed_key_;
  auth::Digester digester_;
  RequestMetrics metrics_;
  gateway::Gateway gateway_;
  /// By Permission::id, created on first use; bounded, for permissions come and go with keys.
  std::unordered_map<std::uint32_t, std::shared_ptr<const catalogue::Scope>> scopes_;
  std::string line_;
};

}  // namespace weir::api
