#include "gateway/directory.hpp"

#include <atomic>

#include "base/check.hpp"
#include "translation/translation.hpp"

namespace weir::gateway {

std::optional<catalogue::Endpoint> Destination::called_at(catalogue::Endpoint endpoint) const {
  if (!head(endpoint).empty()) return endpoint;
  return translated.contains(endpoint) ? translation::target_of(endpoint) : std::nullopt;
}
namespace {

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

DestinationTable::DestinationTable(std::vector<Destination> destinations,
                                   upstream::Settings settings)
    : destinations_(std::move(destinations)), settings_(settings), serial_(next_serial()) {
  for (const Destination& destination : destinations_) {
    by_name_.emplace(destination.upstream->address().name, &destination);
    sessions_.insert(destination.sessions);
  }
}

const Destination* DestinationTable::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

Directory::Directory(std::shared_ptr<const DestinationTable> destinations,
                     std::span<const catalogue::Model> models)
    : destinations_(std::move(destinations)), models_(models) {
  first_paths_.reserve(models_.size() + 1);
  for (const auto& model : models_) {
    first_paths_.push_back(paths_.size());
    for (const auto& route : model.routes) {
      Path& path = paths_.emplace_back();
      path.destination = find(route.upstream);
      if (path.destination == nullptr) continue;
      path.health = path.destination->upstream->health_of(route.model);
    }
  }
  first_paths_.push_back(paths_.size());
}

std::span<const Path> Directory::paths_of(const catalogue::Model& model) const {
  const auto index = static_cast<std::size_t>(&model - models_.data());
  CHECK(index < models_.size());
  const auto first = first_paths_[index];
  return std::span(paths_).subspan(first, first_paths_[index + 1] - first);
}

}  // namespace weir::gateway
