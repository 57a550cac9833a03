/// The first screen of a server that is started on a terminal.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "discovery/refresher.hpp"

namespace weir::app {

struct StartScreen {
  std::string version;
  std::string url;  ///< of the API, without a path
  std::string admin_url;
  Secret login;         ///< of the link that logs in at the console, once; for this screen only
  std::string keyless;  ///< address of the listener of Ollama's API; empty: none
  std::size_t models = 0;
  std::vector<discovery::UpstreamReport> upstreams;
  std::map<std::string, std::string> key_from;  ///< variables, by upstream
};

[[nodiscard]] std::string start_screen(const StartScreen& screen);

}  // namespace weir::app
