#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>

#include "base/check.hpp"
#include "codec/sse.hpp"
#include "translation/translation.hpp"

namespace {

namespace json = boost::json;

using weir::catalogue::Endpoint;

/// Nothing if it is not an object.
const json::object* parse_into(json::value& value, std::string_view text) {
  boost::system::error_code error;
  value = json::parse(text, error);
  return error ? nullptr : value.if_object();
}

json::value must_parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = 256;
  boost::system::error_code error;
  auto value = json::parse(text, error, {}, options);
  CHECK(!error && value.is_object());
  return value;
}

// Events are whole, numbered from 0, and have the name that their data says.
std::uint64_t check_events(std::string_view stream, std::uint64_t next) {
  std::string scratch;
  while (!stream.empty()) {
    const auto event = weir::codec::take_event(stream);
    const auto data = must_parse(weir::codec::event_data(event, scratch));
    CHECK(weir::codec::event_name(event) == std::string_view(data.at("type").as_string()));
    CHECK(data.at("sequence_number") == json::value(next));
    ++next;
  }
  return next;
}

void check_answers(std::string_view request, std::string_view lines) {
  const weir::translation::Options options{.model = "m", .upstream_model = "org/m"};
  auto whole = weir::translation::translate(Endpoint::responses, request, options);
  auto stream = weir::translation::translate(Endpoint::responses, request, options);
  CHECK(whole.has_value() == stream.has_value());
  if (!whole) {
    CHECK(whole.error().code == weir::Errc::invalid_parameter && !whole.error().detail.empty());
    return;
  }
  CHECK(must_parse(whole->body).at("messages").is_array());
  std::uint64_t events = 0;
  json::value event;
  bool first = true;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const auto* object = parse_into(event, lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (object == nullptr) continue;
    if (first) static_cast<void>(must_parse(whole->answer->rewrite(*object)));
    first = false;
    std::string out;
    stream->answer->take(*object, out);
    events = check_events(out, events);
    CHECK(events == stream->answer->events());
  }
  std::string out;
  stream->answer->end(out);
  CHECK(check_events(out, events) > events);
}

}  // namespace

// A request, a line feed, and a chat answer's events, one a line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(input.find('\n'), input.size());
  check_answers(input.substr(0, end), input.substr(std::min(end + 1, input.size())));
  return 0;
}
