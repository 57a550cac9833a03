#include "synthetic/data_uri.hpp"

#include <fmt/format.h>

#include "codec/base64.hpp"

namespace weir::synthetic {

std::string data_uri(std::string_view media_type, std::string_view bytes) {
  return fmt::format("data:{};base64,{}", media_type, codec::format_base64(bytes));
}

}  // namespace weir::synthetic
