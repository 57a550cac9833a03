#include "api/websocket.hpp"

namespace weir::api {
namespace {

constexpr int kUpgradeRequired = 426;

}  // namespace

http::Reply as_upgrade_required(http::Reply reply) {
  reply.status = kUpgradeRequired;
  reply.fields += "Connection: Upgrade\r\nUpgrade: HTTP/1.1\r\n";
  return reply;
}

http::Reply as_websocket_required(http::Reply reply) {
  reply.status = kUpgradeRequired;
  reply.fields += "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  return reply;
}

}  // namespace weir::api
