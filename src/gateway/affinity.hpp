/// Finds the calls that go to the same upstream (`calls.affinity`).
#pragma once

#include <cstdint>
#include <optional>

#include "catalogue/model.hpp"
#include "gateway/call_context.hpp"
#include "gateway/received.hpp"

namespace weir::gateway {

/// A hash that such calls have in common, for choose(). Nothing: the load decides, as it does for a
/// model with one route, whose requests are not even looked into.
[[nodiscard]] std::optional<std::uint64_t> find_affinity(const CallContext& context,
                                                         const catalogue::Model& model,
                                                         const Received& received);

}  // namespace weir::gateway
