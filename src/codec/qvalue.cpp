#include "codec/qvalue.hpp"

namespace weir::codec {

std::optional<int> parse_qvalue(std::string_view text) {
  constexpr std::size_t kLongest = 5;
  if (text.empty() || text.size() > kLongest || (text[0] != '0' && text[0] != '1')) return {};
  if (text.size() > 1 && text[1] != '.') return {};
  int thousandths = (text[0] - '0') * kFullWeight;
  int unit = kFullWeight / 10;
  for (const char c : text.substr(text.size() > 1 ? 2 : 1)) {
    if (c < '0' || c > '9') return {};
    thousandths += (c - '0') * unit;
    unit /= 10;
  }
  if (thousandths > kFullWeight) return {};
  return thousandths;
}

}  // namespace weir::codec
