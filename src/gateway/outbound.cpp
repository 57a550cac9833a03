#include "gateway/outbound.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "codec/json_text.hpp"
#include "dialect/endpoint.hpp"
#include "gateway/passed_fields.hpp"
#include "http/chunk.hpp"
#include "http/websocket_handshake.hpp"

namespace weir::gateway {
namespace {

constexpr std::size_t kHeadBytes = 256;  // it is seldom longer

void put_field(std::string& head, std::string_view name, std::string_view value) {
  if (!value.empty()) head.append(name).append(value).append("\r\n");
}

// How long `size` bytes are with the edits made.
std::uint64_t edited_size(std::uint64_t size, const std::vector<Edit>& edits) {
  for (const Edit& edit : edits) size += edit.text.size() - (edit.at.end - edit.at.begin);
  return size;
}

void put_edits(Outbound& outbound, const OutboundPlan& plan, bool is_json) {
  const CallRequest& request = plan.request;
  if (plan.request_id != nullptr) {
    std::string id;
    codec::append_json_string(id, *plan.request_id);
    outbound.edits.push_back({request.request_id_at, std::move(id)});
  }
  // A batch's lines have it already.
  const bool names_it = !request.model.empty() && !request.batched;
  if (names_it && plan.model != request.model) {
    outbound.renamed = true;
    std::string name;
    if (is_json) {
      codec::append_json_string(name, plan.model);
    } else {
      name = plan.model;
    }
    if (const auto length_at = request.model_length_at) {
      outbound.edits.push_back({*length_at, std::to_string(name.size())});
    }
    outbound.edits.push_back({request.model_at, std::move(name)});
  }
  if (request.streamed && !request.wants_usage && plan.asks_usage &&
      dialect::of(plan.endpoint).has_stream_options) {
    outbound.hides_usage = true;
    outbound.edits.push_back(ask_for_usage(plan.body, request));
  }
  std::ranges::sort(outbound.edits, {}, [](const Edit& edit) { return edit.at.begin; });
}

}  // namespace

bool has_json_body(catalogue::Endpoint endpoint, std::string_view content_type) {
  const auto form = catalogue::describe(endpoint).body;
  if (form != catalogue::BodyForm::either) return form == catalogue::BodyForm::json;
  constexpr std::string_view kMultipart = "multipart/";
  return !equals_ignoring_case(content_type.substr(0, kMultipart.size()), kMultipart);
}

void compose_handshake(Outbound& outbound, std::string_view destination,
                       const SessionRequest& session, std::string_view model,
                       const http::Request& client, std::string_view trace_id,
                       std::string_view caller) {
  outbound.edits.clear();
  outbound.renamed = outbound.hides_usage = false;
  outbound.begin = Secret(session_address(destination, session, model));
  outbound.head = http::request_fields(session.nonce, session.subprotocol);
  put_field(outbound.head, "X-Trace-Id: ", trace_id);
  const auto passed = passed_fields(dialect::of(session.endpoint).family);
  append_passed_fields(outbound.head, client, passed, caller);
  outbound.head += "\r\n";
}

void compose(Outbound& outbound, const OutboundPlan& plan, const http::Request& client,
             std::string_view trace_id, std::string_view caller) {
  using enum http::FieldName;
  outbound.edits.clear();
  outbound.renamed = outbound.hides_usage = false;
  const bool is_json = has_json_body(plan.endpoint, client.header(content_type));
  if (!plan.is_final && plan.stored == nullptr) put_edits(outbound, plan, is_json);

  std::string& head = outbound.head;
  head.clear();
  head.reserve(kHeadBytes);
  // A body that was read as JSON must not be read as something else by the upstream.
  const auto type = is_json ? "application/json" : client.header(content_type);
  put_field(head, "Content-Type: ", plan.stored == nullptr ? type : std::string_view{});
  put_field(head, "Accept: ", client.header(accept));
  put_field(head, "X-Trace-Id: ", trace_id);
  const auto passed =
      plan.is_final ? passed_fields_of_any() : passed_fields(dialect::of(plan.endpoint).family);
  append_passed_fields(head, client, passed, caller);
  const bool has_body = plan.stored == nullptr || plan.stored->method == http::Method::post;
  if (!has_body) {
    head += "\r\n";
  } else if (plan.length) {
    head += "Content-Length: ";
    codec::append_json_integer(head, edited_size(*plan.length, outbound.edits));
    head += "\r\n\r\n";
  } else {
    // The first chunk is what was received so far.
    head += "Transfer-Encoding: chunked\r\n\r\n";
    head += http::ChunkHead(edited_size(plan.body.size(), outbound.edits)).text();
  }
}

}  // namespace weir::gateway
