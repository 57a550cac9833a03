#include "codec/coding.hpp"

namespace weir::codec {

std::string_view wire_name(Coding coding) {
  switch (coding) {
    case Coding::identity:
      return "identity";
    case Coding::gzip:
      return "gzip";
    case Coding::br:
      return "br";
    case Coding::zstd:
      return "zstd";
  }
  __builtin_unreachable();
}

}  // namespace weir::codec
