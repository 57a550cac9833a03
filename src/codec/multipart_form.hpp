/// A multipart/form-data body, whole in memory, as its fields and files.
///
/// Accepts what MultipartScanner does.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::codec {

struct MultipartPart {
  std::string name;
  std::optional<std::string> file_name =
      {};                         ///< a file has one, a field has none; escapes unchanged
  std::string_view content = {};  ///< in the body
};

/// All parts of a form, fields and files, in order. Errors: a sentence for the client.
[[nodiscard]] std::expected<std::vector<MultipartPart>, std::string> parse_multipart(
    std::string_view content_type, std::string_view body);

}  // namespace weir::codec
