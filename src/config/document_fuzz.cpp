#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "config/document.hpp"
#include "config/text_check.hpp"
#include "config/units.hpp"

namespace {

bool same(const weir::config::Node& a, const weir::config::Node& b) {
  return a.kind == b.kind && a.text == b.text && a.key == b.key &&
         std::ranges::equal(a.items, b.items, same);
}

// True if all texts are valid in a setting. The library's writer does not preserve control
// characters, nor noncharacters such as U+FFFE.
bool is_printable(const weir::config::Node& node) {
  const auto plain = [](std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return (c & 0xE0) == 0 || c == '\x7f'; }) &&
           !text.contains('\xEF') && !text.contains('\xF0') && !text.contains('\xF4');
  };
  return plain(node.text) && plain(node.key) && std::ranges::all_of(node.items, is_printable);
}

}  // namespace

// Any config file is parsed, or refused with one line; a parsed one is written such that it reads
// the same.
// Covers: config/document.cpp config/text_check.cpp config/units.cpp
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto time = parse_timestamp(text)) static_cast<void>(format_timestamp(*time));
  if (const auto time = parse_duration(text)) CHECK(parse_duration(format_duration(*time)) == time);
  if (const auto bytes = parse_bytes(text)) CHECK(parse_bytes(format_bytes(*bytes)) == bytes);
  static_cast<void>(is_http_url(text));
  static_cast<void>(is_endpoint(text));
  CHECK(!is_filled_text(text) || is_plain_text(text));
  CHECK(!is_name(text) || is_token(text, 1));
  if (const auto root = parse_document(text)) {
    static_cast<void>(find_deepest(*root, text));
    const auto text_again = format_document(*root);
    const auto again = parse_document(text_again);
    if (root->kind != Node::Kind::text && is_printable(*root))
      CHECK(again.has_value() && same(*again, *root));
    CHECK(!format_inline(*root).contains('\n'));
    CHECK(!shown(*root).empty());
    for (const auto& item : root->items) {
      static_cast<void>(shown(item));
      if (root->kind == Node::Kind::map) CHECK(find_item(*root, item.key) != nullptr);
    }
    static_cast<void>(find_deepest(*root, "a.b[1].c"));
  } else {
    CHECK(!format_problem(root.error()).contains('\n'));
  }
  return 0;
}
