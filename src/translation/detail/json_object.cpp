#include "translation/detail/json_object.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <boost/json/basic_parser_impl.hpp>

namespace weir::translation::detail {
namespace {

namespace json = boost::json;
using ErrorCode = boost::system::error_code;
using View = json::string_view;

// Keeps nothing but the kind of the outermost value.
struct KindHandler {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  bool is_object = false;
  std::size_t depth = 0;

  bool on_document_begin(ErrorCode& /*error*/) { return true; }
  bool on_document_end(ErrorCode& /*error*/) { return true; }
  bool on_object_begin(ErrorCode& /*error*/) {
    is_object = is_object || depth == 0;
    ++depth;
    return true;
  }
  bool on_object_end(std::size_t /*members*/, ErrorCode& /*error*/) {
    --depth;
    return true;
  }
  bool on_array_begin(ErrorCode& /*error*/) {
    ++depth;
    return true;
  }
  bool on_array_end(std::size_t /*elements*/, ErrorCode& /*error*/) {
    --depth;
    return true;
  }
  bool on_key_part(View /*piece*/, std::size_t /*total*/, ErrorCode& /*error*/) { return true; }
  bool on_key(View /*piece*/, std::size_t /*total*/, ErrorCode& /*error*/) { return true; }
  bool on_string_part(View /*piece*/, std::size_t /*total*/, ErrorCode& /*error*/) { return true; }
  bool on_string(View /*piece*/, std::size_t /*total*/, ErrorCode& /*error*/) { return true; }
  bool on_number_part(View /*piece*/, ErrorCode& /*error*/) { return true; }
  bool on_int64(std::int64_t /*number*/, View /*text*/, ErrorCode& /*error*/) { return true; }
  bool on_uint64(std::uint64_t /*number*/, View /*text*/, ErrorCode& /*error*/) { return true; }
  bool on_double(double /*number*/, View /*text*/, ErrorCode& /*error*/) { return true; }
  bool on_bool(bool /*flag*/, ErrorCode& /*error*/) { return true; }
  bool on_null(ErrorCode& /*error*/) { return true; }
  bool on_comment_part(View /*piece*/, ErrorCode& /*error*/) { return true; }
  bool on_comment(View /*piece*/, ErrorCode& /*error*/) { return true; }
};

// Lead bytes of U+0085, and of U+2028 and U+2029.
constexpr std::string_view kMayBreak = "\n\r\xC2\xE2";

struct Break {
  std::string_view bytes;
  std::string_view escaped;
};
constexpr Break kBreaks[] = {{"\n", ""},
                             {"\r", ""},
                             {"\xC2\x85", "\\u0085"},
                             {"\xE2\x80\xA8", "\\u2028"},
                             {"\xE2\x80\xA9", "\\u2029"}};

}  // namespace

bool is_json_object(std::string_view text, std::size_t max_depth) {
  json::parse_options options;
  options.max_depth = max_depth;
  json::basic_parser<KindHandler> parser(options);
  ErrorCode error;
  const auto taken = parser.write_some(false, text.data(), text.size(), error);
  return !error && taken == text.size() && parser.handler().is_object;
}

void make_one_line(std::string& out, std::size_t begin) {
  auto at = out.find_first_of(kMayBreak, begin);
  if (at == std::string::npos) return;
  const std::string text = out.substr(begin);
  out.resize(begin);
  std::string_view rest = text;
  for (at -= begin; !rest.empty(); at = rest.find_first_of(kMayBreak)) {
    out += rest.substr(0, at);
    rest.remove_prefix(std::min(at, rest.size()));
    const auto* found = std::ranges::find_if(
        kBreaks, [&](const Break& each) { return rest.starts_with(each.bytes); });
    if (found != std::end(kBreaks)) {
      out += found->escaped;
      rest.remove_prefix(found->bytes.size());
    } else if (!rest.empty()) {
      out += rest.front();
      rest.remove_prefix(1);
    }
  }
}

}  // namespace weir::translation::detail
