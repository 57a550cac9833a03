#include "gateway/session_request.hpp"

#include <algorithm>

#include "codec/percent.hpp"
#include "codec/query.hpp"
#include "http/websocket_handshake.hpp"

namespace weir::gateway {
namespace {

constexpr std::string_view kSubprotocol = "realtime";
// `call_id` would join the call of somebody else.
constexpr std::string_view kPassed = "intent";

}  // namespace

Result<SessionRequest> read_session_request(const http::Request& request,
                                            catalogue::Endpoint endpoint) {
  if (const auto problem = http::handshake_problem(request); !problem.empty()) {
    return fail(Errc::invalid_parameter, std::string(problem));
  }
  const auto query = codec::Query::parse(request.query);
  if (!query) return fail(Errc::invalid_parameter, "The query has too many parameters.");
  const auto model = query->find("model");
  if (model.count > 1) return fail(Errc::invalid_parameter, "The query names more than one model.");
  SessionRequest session;
  session.endpoint = endpoint;
  session.key = http::websocket_key(request);
  session.model = model.value;
  if (http::offers_subprotocol(request, kSubprotocol)) session.subprotocol = kSubprotocol;
  if (const auto passed = query->find(kPassed); passed.count > 0) {
    session.query = std::string(kPassed) + '=' + codec::percent_encode(passed.value);
  }
  return session;
}

std::string session_address(std::string_view head, const SessionRequest& session,
                            std::string_view model) {
  const auto target = head.find(' ');
  const auto end = head.find(' ', target + 1);
  const auto path = head.substr(target, end - target);
  std::string addressed = "GET";
  if (!catalogue::describe(session.endpoint).is_session())
    return addressed.append(head.substr(target));
  addressed.append(path).append(path.contains('?') ? "&model=" : "?model=");
  addressed += codec::percent_encode(model);
  if (!session.query.empty()) addressed.append("&").append(session.query);
  return addressed.append(head.substr(end));
}

}  // namespace weir::gateway
