// SiliconFlow's own endpoints, and its errors. Its chat is OpenAI's.
//
// Source: the contract's error responses; the order code, message, data without a newline is that
// of SiliconFlow's recorded answers.
#include "codec/json_text.hpp"
#include "dialect/detail/families.hpp"

namespace weir::dialect::detail {
namespace {

constexpr int kCodeModelUnknown = 20012;
constexpr int kCodeParameter = 20015;
constexpr int kCodeRetired = 20092;
constexpr int kCodeOverloaded = 50505;
constexpr int kCodeFailed = 50507;

int number_of(Errc code) {
  if (code == Errc::model_not_found) return kCodeModelUnknown;
  switch (describe(code).status) {
    case 410:
      return kCodeRetired;
    case 500:
      return kCodeFailed;
    case 503:
      return kCodeOverloaded;
    default:
      return kCodeParameter;
  }
}

// These statuses have only a JSON string; a 404 for a model has its number.
bool is_bare(Errc code) {
  switch (describe(code).status) {
    case 401:
    case 403:
    case 504:
      return true;
    case 404:
      return code != Errc::model_not_found;
    default:
      return false;
  }
}

// {"code","message","data"}; without the code for 429, and with null for 410.
void append_error(std::string& out, const PublicError& error) {
  codec::JsonWriter json(out);
  if (is_bare(error.code)) {
    json.value(error.text());
    return;
  }
  json.begin_object();
  if (describe(error.code).status != 429) json.key("code").value(number_of(error.code));
  json.key("message").value(error.text()).key("data");
  if (error.code == Errc::retired) {
    json.null();
  } else {
    json.value("");
  }
  json.end_object();
}

}  // namespace

int siliconflow_number(Errc code) {
  const int status = describe(code).status;
  return is_bare(code) || status == 429 ? status : number_of(code);
}

constinit const FamilyRow kSiliconflow{
    .slug = "siliconflow",
    .text = kChatText,
    .stream = kChunks,
    .append_error = &append_error,
    .append_break = &append_openai_break,
};

}  // namespace weir::dialect::detail
