#include "gateway/directory.hpp"

#include <atomic>

namespace weir::gateway {
namespace {

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

Directory::Directory(std::vector<Destination> destinations, upstream::Settings settings)
    : destinations_(std::move(destinations)), settings_(settings), serial_(next_serial()) {
  for (const Destination& destination : destinations_) {
    by_name_.emplace(destination.upstream->address().name, &destination);
  }
}

const Destination* Directory::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace weir::gateway
