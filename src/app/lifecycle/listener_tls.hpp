/// A listener's certificate: loaded at start, and again when its files change.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/process/file_watch.hpp"
#include "base/result.hpp"
#include "base/snapshot.hpp"
#include "http/settings.hpp"
#include "net/tls_context.hpp"
#include "telemetry/metrics.hpp"

namespace weir::app {

/// Threads: `contexts` and `load` any; the rest the owner's.
class ListenerTls {
 public:
  using Context = std::shared_ptr<const net::TlsContext>;

  /// Literals: the name of the settings, and that of the server in metrics.
  ListenerTls(std::string_view section, std::string_view server)
      : section_(section), server_(server) {}

  /// Off unless the settings name a certificate. Blocks on the disk. Errors: config_invalid.
  [[nodiscard]] Result<> open(const http::TlsListenerSettings& settings,
                              telemetry::Registry& registry);

  [[nodiscard]] bool is_on() const { return contexts_ != nullptr; }
  /// Null when off.
  [[nodiscard]] const Snapshot<net::TlsContext>* contexts() const { return contexts_.get(); }

  /// Loads the current files. Blocks on the disk. Errors: config_invalid.
  [[nodiscard]] Result<Context> load(const http::TlsListenerSettings& settings) const;
  /// Uses `context` for new connections; open ones keep theirs. REQUIRES: is_on.
  void take(Context context);

  /// Watches these files from now on.
  void watch(const http::TlsListenerSettings& settings);
  /// True if one of them has changed since the last call and is no longer being written.
  [[nodiscard]] bool changed();

 private:
  struct Watched {
    std::string path;
    FileWatch file;
  };
  static void watch(std::optional<Watched>& watched, const std::string& path);

  std::string_view section_;
  std::string_view server_;
  std::shared_ptr<net::TicketKeys> tickets_;
  std::unique_ptr<Snapshot<net::TlsContext>> contexts_;
  std::optional<Watched> certificate_;
  std::optional<Watched> key_;
  telemetry::Gauge* valid_until_ = nullptr;
};

}  // namespace weir::app
