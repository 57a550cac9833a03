#include "app/lifecycle/login_link.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "store/private_file.hpp"

namespace weir::app {

std::string login_link_path(const std::string& store_path) { return store_path + ".login"; }

// The token is in the fragment, which browsers send to nobody.
Result<> write_login_link(const std::string& path, const std::string& url, const Secret& token) {
  std::error_code missing;
  std::filesystem::remove(path, missing);
  const Secret line(fmt::format("{}/#login={}\n", url, token.reveal()));
  return store::create_private_file(path, line.reveal());
}

}  // namespace weir::app
