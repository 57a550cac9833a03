// A call's JSON body: each value read lies at its reported position, and the edited body reads the
// same.
//
// Input: a byte that chooses the endpoint; then the body.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/memory_for_test.hpp"
#include "codec/json_scanner.hpp"
#include "gateway/call_request.hpp"
#include "gateway/reference_request.hpp"

namespace {

using namespace weir::gateway;
using weir::catalogue::Endpoint;

std::string_view at(std::string_view body, Span span) {
  CHECK(span.begin < span.end && span.end <= body.size());
  return body.substr(span.begin, span.end - span.begin);
}

std::string edited(std::string_view body, const Edit& edit) {
  CHECK(edit.at.begin <= edit.at.end && edit.at.end <= body.size());
  return std::string(body.substr(0, edit.at.begin)) + edit.text +
         std::string(body.substr(edit.at.end));
}

void check_request(std::string_view body, const CallRequest& request, bool by_request) {
  const auto& name = by_request ? request.request_id : request.model;
  const auto span = by_request ? request.request_id_at : request.model_at;
  CHECK(!name.empty());
  CHECK(weir::codec::parse_json_string(at(body, span)) == name);
  CHECK(request.answers >= 1 && request.max_tokens.value_or(1) >= 1);
  CHECK(!request.wants_usage || request.include_usage_at);
  if (request.stream_options_at) at(body, *request.stream_options_at);
  if (request.include_usage_at) at(body, *request.include_usage_at);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto endpoints = weir::catalogue::all_endpoints();
  const auto endpoint = endpoints[*data % endpoints.size()];
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (const auto count = read_count(body)) CHECK(*count >= 1 && *count <= 1'000'000'000);

  const weir::PeakMemory memory;
  const auto request = read_json_request(body, endpoint);
  memory.check_against(body.size());
  if (!request) {
    CHECK(request.error().code == weir::Errc::invalid_parameter && !request.error().detail.empty());
    return 0;
  }
  const bool by_request = endpoint == Endpoint::video_status || is_reference(endpoint);
  check_request(body, *request, by_request);
  // It takes no more members.
  if (is_reference(endpoint)) return 0;

  if (!request->wants_usage) {
    const auto asking = edited(body, ask_for_usage(body, *request));
    const auto again = read_json_request(asking, endpoint);
    CHECK(again && again->wants_usage);
    CHECK(again->model == request->model && again->request_id == request->request_id);
    CHECK(again->streamed == request->streamed && again->max_tokens == request->max_tokens);
  }
  const auto renamed = edited(body, {request->model_at, "\"upstream\""});
  if (!request->model.empty()) {
    const auto again = read_json_request(renamed, endpoint);
    CHECK(again && again->model == "upstream");
  }
  return 0;
}
