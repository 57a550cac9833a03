#include "gateway/directory.hpp"

namespace weir::gateway {

Directory::Directory(std::vector<Destination> destinations, upstream::Settings settings)
    : destinations_(std::move(destinations)), settings_(settings) {
  for (const Destination& destination : destinations_) {
    by_name_.emplace(destination.upstream->address().name, &destination);
  }
}

const Destination* Directory::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace weir::gateway
