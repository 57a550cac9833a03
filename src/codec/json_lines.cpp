#include "codec/json_lines.hpp"

#include "base/ascii.hpp"

namespace weir::codec {

std::size_t whole_lines(std::string_view bytes) { return bytes.rfind('\n') + 1; }

std::string_view take_line(std::string_view& lines) {
  const auto end = lines.find('\n');
  const auto line = lines.substr(0, end == lines.npos ? end : end + 1);
  lines.remove_prefix(line.size());
  return line;
}

std::string_view line_data(std::string_view line) { return trim(line); }

}  // namespace weir::codec
