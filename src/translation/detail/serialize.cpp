#include "translation/detail/serialize.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include <boost/json/array.hpp>

#include "codec/json_text.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

void append_double(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += number < 0 ? "-1e999" : "1e999";
    return;
  }
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  const std::string_view text(digits.data(), end);
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void append_array(std::string& out, const json::array& array) {
  char before = '[';
  for (const auto& element : array) {
    out.push_back(before);
    append_json(out, element);
    before = ',';
  }
  if (array.empty()) out.push_back('[');
  out.push_back(']');
}

}  // namespace

void append_json(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      return;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case json::kind::int64:
      codec::append_json_integer(out, value.get_int64());
      return;
    case json::kind::uint64:
      codec::append_json_integer(out, value.get_uint64());
      return;
    case json::kind::double_:
      append_double(out, value.get_double());
      return;
    case json::kind::string:
      codec::append_json_string(out, value.get_string());
      return;
    case json::kind::array:
      append_array(out, value.get_array());
      return;
    case json::kind::object:
      append_json(out, value.get_object());
      return;
  }
}

void append_json(std::string& out, const json::object& object) {
  char before = '{';
  for (const auto& [name, value] : object) {
    out.push_back(before);
    codec::append_json_string(out, name);
    out.push_back(':');
    append_json(out, value);
    before = ',';
  }
  if (object.empty()) out.push_back('{');
  out.push_back('}');
}

std::string json_of(const json::value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace weir::translation::detail
