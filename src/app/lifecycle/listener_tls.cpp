#include "app/lifecycle/listener_tls.hpp"

#include <fmt/format.h>

#include "app/lifecycle/settings_files.hpp"
#include "config/problem.hpp"
#include "http/server_metrics.hpp"
#include "telemetry/log.hpp"

namespace weir::app {

Result<ListenerTls::Context> ListenerTls::load(const http::TlsListenerSettings& settings) const {
  auto opened = open_certificate(settings, section_, tickets_);
  if (opened) return std::move(*opened);
  const auto& fault = opened.error();
  return fail(Errc::config_invalid,
              fmt::format("{}: {} {}{}{}", fault.setting, config::in_quotes(fault.file), fault.what,
                          fault.expected.empty() ? "" : "; expected ", fault.expected));
}

void ListenerTls::take(Context context) {
  if (const auto warning = context->warning(wall_now()); !warning.empty()) {
    telemetry::log_warn(fmt::format("the certificate of {} is not valid now", section_),
                        {{"what", warning}});
  }
  valid_until_->Set(static_cast<double>(WallClock::to_time_t(context->valid_until())));
  contexts_->publish(std::move(context));
}

Result<> ListenerTls::open(const http::TlsListenerSettings& settings,
                           telemetry::Registry& registry) {
  if (!settings.enabled()) return {};
  tickets_ = net::make_ticket_keys();
  watch(settings);  // before they are read: a change in between is seen by the next poll
  auto loaded = load(settings);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  valid_until_ = &telemetry::register_gauge(registry, http::kCertificateValidUntil)
                      .Add({{"server", std::string(server_)}});
  contexts_ = std::make_unique<Snapshot<net::TlsContext>>(*loaded);
  take(std::move(*loaded));
  return {};
}

void ListenerTls::watch(std::optional<Watched>& watched, const std::string& path) {
  if (!watched || watched->path != path) watched.emplace(path, FileWatch(path));
}

void ListenerTls::watch(const http::TlsListenerSettings& settings) {
  watch(certificate_, settings.certificate_file);
  watch(key_, settings.key_file);
}

bool ListenerTls::changed() {
  const bool certificate = certificate_->file.changed();
  const bool key = key_->file.changed();
  return certificate || key;
}

}  // namespace weir::app
