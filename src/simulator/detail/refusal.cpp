#include "simulator/detail/refusal.hpp"

#include <utility>

#include "codec/json_text.hpp"
#include "simulator/detail/scripts.hpp"

namespace weir::simulator::detail {
namespace {

constexpr int kCodeParameter = 20015;
constexpr int kCodeBalance = 30001;
constexpr int kCodeOverloaded = 50505;
constexpr int kCodeFailed = 50507;

std::string body_of(const Refusal& refusal) {
  std::string body;
  codec::JsonWriter json(body);
  switch (refusal.status) {
    case 401:
    case 403:
    case 404:
    case 504:
      json.value(refusal.message);
      return body;
    default:
      break;
  }
  json.begin_object();
  if (refusal.status != 429) json.key("code").value(refusal.code);
  json.key("message").value(refusal.message).key("data").null().end_object();
  return body;
}

}  // namespace

Refusal invalid(std::string message) { return {400, kCodeParameter, std::move(message)}; }

Refusal usual_refusal(int status) {
  switch (status) {
    case 401:
      return {status, 0, "Invalid token"};
    case 402:
      return {status, kCodeBalance, "Sorry, your account balance is insufficient"};
    case 403:
      return {status, 0, "Forbidden"};
    case 404:
      return {status, 0, "404 page not found"};
    case 405:
      return {status, kCodeParameter, "The method is not allowed for this path."};
    case 429:
      return {status, 0, "Request was rejected due to rate limiting. Details:RPM limit reached."};
    case 503:
      return {status, kCodeOverloaded, "Model service overloaded. Please try again later."};
    case 504:
      return {status, 0, "Gateway Timeout"};
    default:
      break;
  }
  if (status >= 500) return {status, kCodeFailed, "Request failed: Unknown error."};
  return {status, kCodeParameter, "The parameter is invalid."};
}

Script refuse(Refusal refusal) {
  Script script = json_answer(body_of(refusal), {});
  script.status = refusal.status;
  script.fields = std::move(refusal.fields);
  return script;
}

}  // namespace weir::simulator::detail
