/// The published state that all frontends share.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "api/front_page.hpp"
#include "api/settings.hpp"
#include "auth/keyring.hpp"
#include "base/snapshot.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/list_cache.hpp"
#include "gateway/directory.hpp"
#include "gateway/gateway.hpp"
#include "http/settings.hpp"
#include "net/worker_pool.hpp"
#include "telemetry/call_log.hpp"
#include "telemetry/metrics.hpp"

namespace weir::api {

/// A catalogue and the lists rendered from it, replaced together, so that a list and a single
/// look-up in one request always agree.
struct Published {
  std::shared_ptr<const catalogue::Catalogue> catalogue;
  std::shared_ptr<catalogue::ListCache> lists;
  std::shared_ptr<const gateway::Directory> directory;
  Settings settings;
};

/// Lifetime: outlives the frontends; everything it refers to outlives it.
struct Services {
  const Snapshot<Published>& published;
  const auth::Keyring& keyring;
  net::WorkerPool& pool;
  telemetry::Registry& registry;
  gateway::Shared& gateway;
  usage::Recorder& usage;
  std::span<const std::string> cors_allow_origins;
  http::Errors errors;
  FrontPageFacts front_page = {};
  telemetry::CallLog* calls = nullptr;  ///< null: the last calls are not kept
};

}  // namespace weir::api
