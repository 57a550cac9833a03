#include "http/origin.hpp"

#include <fmt/format.h>

namespace weir::http {

std::string Origin::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  const auto name = v6 ? "[" + host + "]" : host;
  const bool default_port = port == (tls ? 443 : 80);
  return default_port ? name : fmt::format("{}:{}", name, port);
}

}  // namespace weir::http
