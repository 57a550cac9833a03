#include "dialect/fault.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include "base/ascii.hpp"
#include "codec/json_scanner.hpp"
#include "codec/json_value.hpp"
#include "dialect/detail/fault_codes.hpp"

namespace weir::dialect {
namespace {

constexpr std::size_t kMaxCodeBytes = 64;

/// The members of an error's body, in the order in which they are trusted. `reason` is Google's, in
/// an array of details.
enum class Part : std::uint8_t { details, code, type, status, exception, param, message };

struct Path {
  std::string_view path;
  Part part;
};

constexpr Path kPaths[] = {
    {"error.code", Part::code},
    {"error.type", Part::type},
    {"error.status", Part::status},
    {"error.param", Part::param},
    {"error.message", Part::message},
    {"error.details", Part::details},
    {"response.error.code", Part::code},  // of the event response.failed
    {"response.error.message", Part::message},
    {"error", Part::message},  // a text
    {"code", Part::code},
    {"type", Part::type},
    {"__type", Part::exception},
    {"param", Part::param},
    {"message", Part::message},
    {"msg", Part::message},
    {"detail", Part::message},
};
constexpr codec::MemberPaths kNames = [] {
  std::array<std::string_view, std::size(kPaths)> names;
  std::ranges::transform(kPaths, names.begin(), &Path::path);
  return codec::MemberPaths(std::span<const std::string_view>(names));
}();

struct ErrorBody {
  std::array<std::string, kEnumeratorCount<Part>> parts;
  bool is_nested = false;  ///< within "error"

  [[nodiscard]] std::string& operator[](Part part) { return parts[static_cast<std::size_t>(part)]; }
  [[nodiscard]] const std::string& operator[](Part part) const {
    return parts[static_cast<std::size_t>(part)];
  }
};

std::string text_of(std::string_view raw) {
  if (raw.starts_with('"')) return codec::parse_json_string(raw).value_or(std::string{});
  if (raw.starts_with('{') || raw.starts_with('[') || raw == "null") return {};
  return std::string(raw);
}

// Google's details: [{"@type":…,"reason":"API_KEY_INVALID",…}].
std::string reason_in(std::string_view details) {
  constexpr std::string_view kReason = R"("reason")";
  const auto at = details.find(kReason);
  if (at == details.npos) return {};
  const auto open = details.find_first_not_of(" \t\r\n:", at + kReason.size());
  if (open == details.npos || details[open] != '"') return {};
  const auto close = details.find('"', open + 1);
  return std::string(details.substr(open + 1, close - open - 1));
}

ErrorBody read_json(std::string_view body) {
  ErrorBody read;
  codec::JsonScanner scanner(kNames);
  scanner.feed(body, [&](const codec::JsonValue& value) {
    const auto& [path, part] = kPaths[value.member];
    auto text = part == Part::details ? reason_in(value.text) : text_of(value.text);
    const bool nested = path.find("error.") != path.npos;
    if (text.empty() || (read.is_nested && !nested)) return;
    if (nested && !read.is_nested) read = ErrorBody{};
    read.is_nested = nested;
    if (read[part].empty()) read[part] = std::move(text);
  });
  return read;
}

ErrorBody read_body(std::string_view body) {
  ErrorBody read;
  body = trim(body);
  if (body.starts_with('[')) body = trim(body.substr(1));  // Google's OpenAI endpoint answers so
  if (body.starts_with('{')) return read_json(body);
  if (body.starts_with('<')) return read;  // a page of some proxy
  read[Part::message] = text_of(body);
  return read;
}

// "com.amazon.coral.service#AccessDeniedException:http://…"
std::string_view name_of(std::string_view code) {
  if (const auto hash = code.find('#'); hash != code.npos) code.remove_prefix(hash + 1);
  if (const auto colon = code.find(":http"); colon != code.npos) code = code.substr(0, colon);
  return code;
}

// Some repeat in the body a status that differs from the answer's own.
Fault fault_of_number(std::string_view code, bool is_nested) {
  if (code == "401") return Fault::key;
  if (code == "402") return Fault::credit;
  if (code == "429") return Fault::rate;
  return is_nested ? Fault::unknown : detail::fault_of_siliconflow(code);
}

std::optional<ErrorCause> cause_by_code(const ErrorBody& body) {
  for (const auto part : {Part::details, Part::code, Part::exception, Part::type, Part::status}) {
    const auto code = name_of(body[part]);
    if (code.empty() || code.size() > kMaxCodeBytes) continue;
    auto fault = detail::fault_of_code(code);
    if (fault == Fault::unknown) fault = fault_of_number(code, body.is_nested);
    if (fault != Fault::unknown) return ErrorCause{fault, std::string(code)};
  }
  return std::nullopt;
}

// Whether `name` occurs otherwise than as a member whose value begins with one of `begins`: such is
// that of a request that is repeated, in JSON or as Python writes it, and perhaps within a string.
bool mentions(std::string_view body, std::string_view name, std::string_view begins) {
  for (auto at = body.find(name); at != body.npos; at = body.find(name, at + 1)) {
    const auto rest = body.substr(at + name.size());
    const auto colon = rest.find_first_not_of("\\\"' ");
    const bool is_member = colon != 0 && colon != rest.npos && rest[colon] == ':';
    const auto value = is_member ? rest.find_first_not_of(" \t\r\n", colon + 1) : rest.npos;
    if (value == rest.npos || begins.find(rest[value]) == begins.npos) return true;
  }
  return false;
}

}  // namespace

ErrorCause find_cause(int status, std::string_view body, std::string_view model) {
  const auto read = read_body(body);
  const auto& message = read[Part::message];
  if (auto cause = cause_by_code(read)) {
    if (cause->fault != Fault::model) return *std::move(cause);
    cause->names_model = !detail::lacks_ability(message, model);
    if (cause->names_model) return *std::move(cause);
    return {};
  }
  const auto& param = read[Part::param];
  if (!param.empty() && param != "model") return {.fault = Fault::request};
  const auto [fault, names_model] = detail::read_wording(message, model);
  if (fault != Fault::unknown) return {.fault = fault, .names_model = names_model};
  const bool is_absent = status == 404 || status == 410;
  if (is_absent && !detail::names_another_thing(message, model)) return {.fault = Fault::model};
  return {};
}

// A status of the 4xx that is not listed would blame the request, which the error does not.
StatedError read_stated_error(std::string_view body, std::string_view model) {
  constexpr int kDefault = 500;
  constexpr int kRefusals[] = {401, 402, 403, 404, 410, 429};
  const auto read = read_body(body);
  int status = kDefault;
  for (const auto part : {Part::code, Part::status, Part::type}) {
    const auto& text = read[part];
    int number = 0;
    const auto* end = text.data() + text.size();
    if (std::from_chars(text.data(), end, number).ptr != end) continue;
    const bool is_known = std::ranges::find(kRefusals, number) != std::end(kRefusals);
    if (is_known || (number >= 500 && number <= 599)) {
      status = number;
      break;
    }
  }
  // Not implemented: of the request, with a status of its own.
  if (status == 501 || status == 505) status = kDefault;
  return {.status = status, .cause = find_cause(status, body, model)};
}

std::string error_message(std::string_view body) { return read_body(body)[Part::message]; }

bool may_blame_usage(int status, std::string_view body) {
  if (status != 400 && status != 422 && status != 200) return false;
  return mentions(body, "stream_options", "{") || mentions(body, "include_usage", "tT");
}

bool blames_request(std::string_view body) {
  constexpr std::string_view kTypes[] = {"badrequesterror", "invalid_request_error",
                                         "invalid_argument"};
  constexpr std::string_view kStatuses[] = {"400", "413", "422"};
  const auto read = read_body(body);
  if (const auto cause = cause_by_code(read)) return cause->fault == Fault::request;
  const auto& param = read[Part::param];
  if (!param.empty() && param != "model") return true;
  const auto is_one_of = [](std::string_view word, const auto& words) {
    return std::ranges::any_of(words,
                               [&](auto known) { return equals_ignoring_case(word, known); });
  };
  const bool may_be = is_one_of(name_of(read[Part::code]), kStatuses) ||
                      is_one_of(name_of(read[Part::type]), kTypes) ||
                      is_one_of(name_of(read[Part::status]), kTypes);
  return may_be && detail::read_wording(read[Part::message], {}).fault == Fault::unknown;
}

}  // namespace weir::dialect
