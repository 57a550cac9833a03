#include "http/listener_plan.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace weir::http {

std::vector<std::vector<std::size_t>> plan_listeners(std::size_t sockets, std::size_t threads) {
  CHECK(sockets > 0 && threads > 0);
  std::vector<std::vector<std::size_t>> plan(threads);
  for (std::size_t i = 0; i < std::max(sockets, threads); ++i) {
    plan[i % threads].push_back(i % sockets);
  }
  return plan;
}

}  // namespace weir::http
