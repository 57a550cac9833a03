#include "gateway/session_event.hpp"

#include <algorithm>

#include "codec/json_scanner.hpp"
#include "codec/json_text.hpp"
#include "codec/utf8.hpp"

namespace weir::gateway {
namespace {

constexpr std::size_t kMaxValueBytes = 8192;

constexpr codec::MemberPaths kClientMembers = {
    {"type", "model", "session", "session.model", "response", "response.model",
     "previous_response_id", "response.previous_response_id"}};
enum ClientMember : std::size_t {
  kType,
  kModel,
  kSession,
  kSessionModel,
  kResponse,
  kResponseModel,
  kPrevious,
  kResponsePrevious,
};

constexpr codec::MemberPaths kUpstreamMembers = {
    {"usage", "response.usage", "session.model", "response.model"}};
enum UpstreamMember : std::size_t {
  kUsage,
  kResponseUsage,
};

std::unexpected<Error> not_json() {
  return fail(Errc::invalid_parameter, "The event is not a valid JSON object.");
}

NamedModel named(const codec::JsonValue& value, std::string name) {
  return {std::move(name),
          {static_cast<std::size_t>(value.begin), static_cast<std::size_t>(value.end)}};
}

std::string_view type_of(int status) {
  if (status == 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

void add(std::optional<std::int64_t>& sum, const std::optional<std::int64_t>& more) {
  if (more) sum = sum.value_or(0) + *more;
}

}  // namespace

Result<ClientEvent> read_client_event(std::string_view text, std::size_t max_depth) {
  using Scanner = codec::JsonScanner;
  if (!codec::is_utf8(text)) return not_json();
  Scanner scanner(kClientMembers, kMaxValueBytes, max_depth, Scanner::Check::everything);
  ClientEvent event;
  bool is_understood = true;
  int types = 0;
  int objects[2] = {0, 0};
  const auto take = [&](const codec::JsonValue& value) {
    if (value.member == kSession || value.member == kResponse) {
      ++objects[value.member == kSession ? 0 : 1];
      return;
    }
    auto name = value.too_long ? std::nullopt : codec::parse_json_string(value.text);
    if (value.member == kType) {
      ++types;
      if (name) event.type = std::move(*name);
      is_understood = is_understood && name && value.exact;
    } else if (name) {
      const bool is_id = value.member == kPrevious || value.member == kResponsePrevious;
      auto& found = is_id ? event.continued : event.models;
      found.push_back(named(value, std::move(*name)));
    } else {
      // Some servers take null for a member that is absent.
      is_understood = is_understood && value.text == "null";
    }
  };
  scanner.feed(text, take);
  if (scanner.state() != Scanner::State::complete) return not_json();
  if (types != 1 || objects[0] > 1 || objects[1] > 1 || !is_understood) {
    return fail(
        Errc::invalid_parameter,
        "The event must have one type, and a model or a response that it names must be a string.");
  }
  return event;
}

UpstreamEvent read_upstream_event(std::string_view text) {
  codec::JsonScanner scanner(kUpstreamMembers, kMaxValueBytes);
  UpstreamEvent event;
  const auto take = [&](const codec::JsonValue& value) {
    if (value.member == kUsage || value.member == kResponseUsage) {
      const auto usage = dialect::read_usage(value.text);
      if (usage.known()) event.usage = usage;
    } else if (auto name = codec::parse_json_string(value.text)) {
      event.models.push_back(named(value, std::move(*name)));
    }
  };
  scanner.feed(text, take);
  return event;
}

void append_renames(std::vector<Edit>& edits, const std::vector<NamedModel>& models,
                    std::string_view name) {
  for (const auto& model : models) {
    std::string text;
    codec::append_json_string(text, name);
    edits.push_back({model.at, std::move(text)});
  }
}

std::string edit_event(std::string_view text, std::vector<Edit> edits) {
  std::ranges::sort(edits, {}, [](const Edit& edit) { return edit.at.begin; });
  std::string edited;
  std::size_t at = 0;
  for (const auto& edit : edits) {
    edited.append(text.substr(at, edit.at.begin - at)).append(edit.text);
    at = edit.at.end;
  }
  return edited.append(text.substr(at));
}

void add_usage(dialect::TokenUsage& sum, const dialect::TokenUsage& more) {
  auto counted = more;
  if (!counted.input && !counted.output && counted.sum) counted.input = counted.sum;
  add(sum.input, counted.input);
  add(sum.output, counted.output);
  add(sum.cached, counted.cached);
  add(sum.reasoning, counted.reasoning);
  sum.audio_seconds += counted.audio_seconds;
}

std::string error_event(Errc code, std::string_view message, std::string_view id) {
  const auto& row = describe(code);
  std::string event;
  codec::JsonWriter json(event);
  json.begin_object().key("type").value("error");
  json.key("event_id").value(std::string("event_").append(id));
  json.key("status").value(row.status);
  json.key("error").begin_object().key("type").value(type_of(row.status));
  json.key("code").value(code == Errc::rate_limited ? "rate_limit_exceeded" : row.slug);
  json.key("message").value(message).key("param").null().key("event_id").null();
  json.end_object().end_object();
  return event;
}

}  // namespace weir::gateway
