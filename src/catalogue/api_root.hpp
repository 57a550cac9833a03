/// The root under which an upstream's API was found.
#pragma once

#include <cstdint>

namespace weir::catalogue {

enum class ApiRoot : std::uint8_t {
  versioned,  ///< below the version in the URL, or else that of its kind: `/v1`
  as_given,   ///< directly below the URL
  catalog,    ///< GitHub Models: calls as_given, the list at `/catalog/models`
};

}  // namespace weir::catalogue
