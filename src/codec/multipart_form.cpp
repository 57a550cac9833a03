#include "codec/multipart_form.hpp"

#include "codec/multipart.hpp"

namespace weir::codec {

std::expected<std::vector<MultipartPart>, std::string> parse_multipart(
    std::string_view content_type, std::string_view body) {
  const auto boundary = multipart_boundary(content_type);
  if (!boundary)
    return std::unexpected("The Content-Type must be multipart/form-data with one boundary.");
  std::vector<MultipartPart> parts;
  MultipartScanner scanner(*boundary, {}, 0, multipart_is_ascii(content_type));
  scanner.collect_parts(parts);
  scanner.feed(body, [](const MultipartValue&) {});
  switch (scanner.state()) {
    case MultipartScanner::State::complete:
      return parts;
    case MultipartScanner::State::more:
      return std::unexpected("The form ends before its closing delimiter.");
    case MultipartScanner::State::broken:
      return std::unexpected(scanner.problem());
  }
  __builtin_unreachable();
}

}  // namespace weir::codec
