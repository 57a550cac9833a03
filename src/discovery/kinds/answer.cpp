#include "discovery/kinds/answer.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "discovery/redirect.hpp"

namespace weir::discovery::kinds {
namespace {

namespace json = boost::json;

// Advice at the end of an error.
constexpr std::string_view kCheckUrl = ": check url";
constexpr std::string_view kCheckUrlAndKind = ": check url and kind";
constexpr std::string_view kSetUrl =
    ": redirects are followed only to the same path with or without a trailing slash; set url to "
    "the target";

std::string_view without_query(std::string_view path) { return path.substr(0, path.find('?')); }

std::string_view requested_path(const Ask& ask, const Answer& answer) {
  if (!answer.target.empty()) return without_query(answer.target);
  return without_query(ask.target.empty() ? ask.path : ask.target);
}

std::string_view without_lead(std::string_view body) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  const auto start = body.find_first_not_of(" \t\r\n");
  return start == std::string_view::npos ? std::string_view{} : body.substr(start);
}

bool says_something(const json::value& error) {
  if (const auto* flag = error.if_bool()) return *flag;
  if (const auto* text = error.if_string()) return !text->empty();
  if (const auto* object = error.if_object()) return !object->empty();
  return false;
}

bool is_success_code(const json::value& code) {
  // Envelopes of this family use 0, 200 or 20000 for success.
  if (!code.is_int64()) return true;
  const auto number = code.get_int64();
  return number == 0 || number == 200 || number == 20000;
}

// Gateways and some engines send errors with status 200.
bool is_error_object(const json::value& document) {
  const auto* object = document.if_object();
  if (object == nullptr) return false;
  const auto* data = object->if_contains("data");
  const auto* models = object->if_contains("models");
  if ((data != nullptr && data->is_array()) || (models != nullptr && models->is_array())) {
    return false;
  }
  if (const auto* error = object->if_contains("error"); error && says_something(*error))
    return true;
  if (const auto* success = object->if_contains("success"); success && success->is_bool()) {
    if (!success->get_bool()) return true;
  }
  if (const auto* kind = object->if_contains("object"); kind && *kind == "error") return true;
  const auto* code = object->if_contains("code");
  const auto* message = object->if_contains("message");
  return code != nullptr && message != nullptr && message->is_string() && !is_success_code(*code);
}

Result<> check_status(std::string_view path, const Answer& answer) {
  const int status = answer.status;
  if (status >= 200 && status < 300) return {};
  auto what = fmt::format("{} answered {}", path, status);
  if (status == 401 || status == 403) return fail(Errc::upstream_rejected_key, std::move(what));
  if (status >= 300 && status < 400) {
    const auto location = shown_location(answer.location);
    if (!location.empty()) what.append(", a redirect to ").append(location);
    what += kSetUrl;
  }
  if (status == 404 || status == 405) what += kCheckUrlAndKind;
  return fail(Errc::upstream_refused, std::move(what));
}

std::string_view without_advice(std::string_view detail) {
  for (const auto advice : {kSetUrl, kCheckUrlAndKind, kCheckUrl}) {
    if (detail.ends_with(advice)) return detail.substr(0, detail.size() - advice.size());
  }
  return detail;
}

}  // namespace

Result<json::value> digest(const Ask& ask, const Answer& answer) {
  const auto path = requested_path(ask, answer);
  if (auto ok = check_status(path, answer); !ok) return std::unexpected(ok.error());

  const auto body = without_lead(answer.body);
  if (body.empty()) {
    return fail(Errc::upstream_answer_invalid, fmt::format("{} sent an empty answer", path));
  }
  if (body.front() == '<') {
    return fail(Errc::upstream_answer_invalid,
                fmt::format("{} answered HTML, not JSON{}", path, kCheckUrl));
  }
  json::parse_options options;
  options.max_depth = kMaxJsonDepth;
  boost::system::error_code error;
  auto document = json::parse({body.data(), body.size()}, error, {}, options);
  if (error) {
    return fail(Errc::upstream_answer_invalid,
                fmt::format("{} answered invalid JSON: {}", path, error.message()));
  }
  if (is_error_object(document)) {
    return fail(Errc::upstream_answer_invalid, fmt::format("{} answered an error with status {}{}",
                                                           path, answer.status, kCheckUrlAndKind));
  }
  return document;
}

Error joined(const Error& first, Error second) {
  second.detail = fmt::format("{} and {}", without_advice(first.detail), second.detail);
  return second;
}

}  // namespace weir::discovery::kinds
