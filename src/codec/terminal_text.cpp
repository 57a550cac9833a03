#include "codec/terminal_text.hpp"

#include <algorithm>
#include <array>

#include "codec/utf8.hpp"
#include "codec/visible.hpp"

namespace weir::codec {
namespace {

constexpr std::array<std::string_view, 12> kBidirectional{"\u061c", "\u200e", "\u200f", "\u202a",
                                                          "\u202b", "\u202c", "\u202d", "\u202e",
                                                          "\u2066", "\u2067", "\u2068", "\u2069"};

bool is_control(char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }

bool acts_on_terminal(std::string_view sequence) {
  const bool is_c1 = sequence.size() == 2 && sequence >= "\xc2\x80" && sequence <= "\xc2\x9f";
  const bool is_c0 = is_control(sequence.front()) && sequence != "\n" && sequence != "\t";
  return is_c0 || is_c1 || std::ranges::find(kBidirectional, sequence) != kBidirectional.end();
}

}  // namespace

std::string terminal_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = utf8_sequence_length(text);
    const auto sequence = text.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0 || acts_on_terminal(sequence)) {
      out += visible_text(sequence);
    } else {
      out += sequence;
    }
    text.remove_prefix(sequence.size());
  }
  return out;
}

}  // namespace weir::codec
