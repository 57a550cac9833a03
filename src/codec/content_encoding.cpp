#include "codec/content_encoding.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/enum_table.hpp"

namespace weir::codec {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view without_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

std::optional<BodyCoding> find_coding(std::string_view name) {
  for (const auto coding : kEnumerators<BodyCoding>) {
    if (equals_ignoring_case(name, wire_name(coding))) return coding;
  }
  if (equals_ignoring_case(name, "x-gzip")) return BodyCoding::gzip;
  return std::nullopt;
}

}  // namespace

std::string_view wire_name(BodyCoding coding) {
  switch (coding) {
    case BodyCoding::gzip:
      return "gzip";
    case BodyCoding::deflate:
      return "deflate";
    case BodyCoding::br:
      return "br";
    case BodyCoding::zstd:
      return "zstd";
  }
  __builtin_unreachable();
}

void ContentEncoding::add(std::string_view value) {
  for (;;) {
    const auto comma = value.find(',');
    add_one(without_blanks(value.substr(0, comma)));
    if (comma == value.npos) return;
    value.remove_prefix(comma + 1);
  }
}

void ContentEncoding::add_one(std::string_view name) {
  if (name.empty() || equals_ignoring_case(name, "identity")) return;
  const auto found = find_coding(name);
  if (!found || coding_) is_supported_ = false;
  coding_ = found;
}

}  // namespace weir::codec
