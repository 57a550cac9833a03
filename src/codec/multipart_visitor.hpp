/// Sees the bytes of a form as they are read.
#pragma once

#include <string>
#include <string_view>

namespace weir::codec {

/// Gets every byte of a form once and in order, either by other() or by file_content().
///
/// A function that returns a text breaks the form with it, unless it is empty: a sentence for the
/// client.
class MultipartVisitor {
 public:
  /// The headers of a part have ended. `has_length`: they announce its length.
  [[nodiscard]] virtual std::string begin_part(std::string_view name, bool is_file,
                                               bool has_length) = 0;
  /// A piece of a file.
  [[nodiscard]] virtual std::string file_content(std::string_view bytes) = 0;
  [[nodiscard]] virtual std::string end_file() = 0;
  /// Anything else: delimiters, headers, fields.
  virtual void other(std::string_view bytes) = 0;

 protected:
  ~MultipartVisitor() = default;
};

}  // namespace weir::codec
