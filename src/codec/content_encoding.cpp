#include "codec/content_encoding.hpp"

#include "base/ascii.hpp"
#include "base/enum_table.hpp"
#include "codec/field_list.hpp"

namespace weir::codec {
namespace {

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
  for_each_element(value, [&](std::string_view name) {
    add_one(name);
    return true;
  });
}

void ContentEncoding::add_one(std::string_view name) {
  if (name.empty() || equals_ignoring_case(name, "identity")) return;
  const auto found = find_coding(name);
  if (!found || coding_) is_supported_ = false;
  coding_ = found;
}

}  // namespace weir::codec
