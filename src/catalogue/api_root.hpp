/// Where an upstream's API was found to begin.
#pragma once

#include <cstdint>

namespace weir::catalogue {

enum class ApiRoot : std::uint8_t {
  versioned,  ///< below the version that the URL names, or else that of its kind: `/v1`
  as_given,   ///< below the URL as it is written
  catalog,    ///< GitHub Models: calls as_given, the list at `/catalog/models`
};

}  // namespace weir::catalogue
