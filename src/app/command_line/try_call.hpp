/// A call of `weir try`, as values: its path, its body, and its answer in words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalogue/model.hpp"

namespace weir::app {

struct TryCall {
  std::string path;  ///< below the server's address
  std::string body;  ///< JSON
  bool is_stream = false;
};

/// The call that shows a model of that sub type at work; `text` empty: a text of our own.
/// Errors: invalid_parameter for a sub type that needs a file; the detail has a command.
[[nodiscard]] Result<TryCall> make_call(catalogue::SubType sub_type, std::string_view model,
                                        std::string_view text);

/// The bytes of a file that an answer consists of or contains.
struct TryFile {
  std::string bytes;
  std::string_view suffix;  ///< ".png", by the bytes themselves
};

/// Shown after the call, which was not streamed: a text, a file, or both.
struct TryAnswer {
  std::string text;
  std::optional<TryFile> file;
};

/// Errors: upstream_answer_invalid.
[[nodiscard]] Result<TryAnswer> read_answer(catalogue::SubType sub_type, std::string body);

/// The message in an error's body, or the body's beginning.
[[nodiscard]] std::string message_of(std::string_view body);

/// How a terminal shows an image.
enum class ImageProtocol : std::uint8_t { none, kitty, iterm };

/// `term`, `program`: TERM and TERM_PROGRAM.
[[nodiscard]] ImageProtocol image_protocol(std::string_view term, std::string_view program);

/// The escape sequence that shows a PNG; empty without a protocol.
/// Source: sw.kovidgoyal.net/kitty/graphics-protocol; iterm2.com/documentation-images, 2026-11.
[[nodiscard]] std::string image_sequence(ImageProtocol protocol, std::string_view png);

}  // namespace weir::app
