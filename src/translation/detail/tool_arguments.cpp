#include "translation/detail/tool_arguments.hpp"

#include <boost/json/parse.hpp>

#include "codec/json_text.hpp"
#include "translation/detail/tool_calls.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 256;

bool is_object(std::string_view arguments) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code error;
  const auto value = json::parse(arguments, error, {}, options);
  return !error && value.is_object();
}

}  // namespace

void append_arguments(std::string& out, std::string_view arguments) {
  if (is_empty(arguments)) {
    out += "{}";
  } else if (is_object(arguments)) {
    out += arguments;
  } else {
    codec::JsonWriter(out).begin_object().key("INVALID_JSON").value(arguments).end_object();
  }
}

}  // namespace weir::translation::detail
