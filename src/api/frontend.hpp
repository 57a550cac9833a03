/// The public API on one I/O thread: route, authenticate, limit, answer, log.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "api/request_metrics.hpp"
#include "api/route.hpp"
#include "api/services.hpp"
#include "auth/digest.hpp"
#include "catalogue/list_query.hpp"
#include "catalogue/scope.hpp"
#include "http/handler.hpp"
#include "telemetry/line_writer.hpp"

namespace weir::api {

/// Threads: one I/O thread. Lifetime: `services` and `access_log` outlive it.
class Frontend : public http::Handler {
 public:
  /// `access_log` may be null: then no line is written.
  Frontend(Services& services, telemetry::LineWriter::Source* access_log);

  [[nodiscard]] http::Answer handle(http::Exchange& exchange) override;
  [[nodiscard]] http::Reply refuse(http::Exchange& exchange, Errc code) override;
  void finished(const http::Exchange& exchange) override;

 private:
  /// A list that has to be made first, away from this thread.
  struct Rendering {
    std::shared_ptr<catalogue::ListCache> lists;
    std::shared_ptr<const catalogue::Scope> scope;
    catalogue::ListQuery query;
    bool with_codings;

    [[nodiscard]] catalogue::ListPtr make() const;
  };
  using Found = std::variant<http::Reply, Rendering>;

  [[nodiscard]] Found answer(http::Exchange& exchange);
  [[nodiscard]] net::Task<http::Reply> render(http::Exchange& exchange, Rendering rendering);
  /// Whose key it is; valid until this thread looks at the keys again.
  [[nodiscard]] std::expected<const auth::KeyEntry*, http::Reply> admit(http::Exchange& exchange);
  [[nodiscard]] Found list_models(http::Exchange& exchange, const auth::KeyEntry& key);
  [[nodiscard]] http::Reply retrieve_model(http::Exchange& exchange, const auth::KeyEntry& key,
                                           std::string_view encoded_id);
  [[nodiscard]] http::Reply fail_with(http::Exchange& exchange, Errc code,
                                      std::string_view message = {});
  /// Fields every answer has: the trace id, and CORS where a page asks.
  void add_common_fields(const http::Exchange& exchange, http::Reply& reply) const;
  [[nodiscard]] std::shared_ptr<const catalogue::Scope> scope_of(const auth::KeyEntry& key);

  Services& services_;
  SnapshotReader<Published> published_;
  SnapshotReader<auth::KeyTable> keys_;
  telemetry::LineWriter::Source* access_log_;
  auth::Digester digester_;
  RequestMetrics metrics_;
  /// By Permission::id, made when first met.
  std::vector<std::shared_ptr<const catalogue::Scope>> scopes_;
  std::string line_;
};

}  // namespace weir::api
