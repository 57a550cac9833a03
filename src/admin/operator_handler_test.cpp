#include "admin/operator_handler.hpp"

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <gtest/gtest.h>

#include "http/message_parser.hpp"

namespace weir::admin {
namespace {

const std::vector<std::string> kPaths{"/healthz",      "/readyz",          "/metrics",
                                      "/admin/models", "/admin/upstreams", "/admin/explain?model=a",
                                      "/none"};

class OperatorHandlerTest : public testing::Test {
 protected:
  /// The answer to a loopback peer's request; `head` is without its last line end.
  http::Reply ask(const std::string& head) {
    const auto bytes = head + "\r\n";
    http::MessageParser parser{http::HeadLimits{}};
    EXPECT_EQ(parser.find_head(bytes).value_or(0), bytes.size()) << head;
    EXPECT_TRUE(parser.parse_head(bytes)) << head;
    http::Exchange exchange;
    exchange.request = &parser.request();
    exchange.peer = boost::asio::ip::make_address("127.0.0.1");
    auto answer = handler_.handle(exchange);
    return std::get<http::Reply>(std::move(answer));
  }

 private:
  telemetry::Registry registry_;
  Secret no_key_;
  std::vector<std::string> hosts_{"weir.monitoring.svc"};
  OperatorHandler handler_{
      Sources{
          .ready = [] { return true; },
          .first_lists_pending = [] { return std::vector<std::string>{"gpu"}; },
          .catalogue =
              [] {
                return std::make_shared<const catalogue::Catalogue>(std::vector<catalogue::Model>{},
                                                                    std::uint64_t{1});
              },
          .explain = [](std::string_view) { return catalogue::Explanation{}; },
          .upstreams = [] { return std::vector<discovery::UpstreamReport>{}; },
          .registry = registry_,
      },
      no_key_, hosts_};
};

TEST_F(OperatorHandlerTest, ANameThatIsNotItsOwnLearnsItsHealthAlone) {
  const struct {
    std::string path;
    std::string host;
    int status;
  } cases[] = {
      {"/metrics", "evil.example", 421},
      {"/metrics", "127.0.0.1", 200},
      {"/metrics", "weir.monitoring.svc:8081", 200},
      {"/admin/models", "evil.example", 421},
      {"/admin/models", "weir.monitoring.svc", 403},
      {"/admin/models", "localhost", 200},
      {"/none", "evil.example", 421},
      {"/none", "localhost", 404},
      {"/healthz", "evil.example", 200},
      {"/readyz", "evil.example", 503},
  };
  for (const auto& [path, host, status] : cases) {
    const auto reply = ask("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n");
    EXPECT_EQ(reply.status, status) << path << " of " << host;
    EXPECT_EQ(reply.body.contains("server.admin_hosts"), status == 421) << reply.body;
  }
  EXPECT_EQ(ask("GET /readyz HTTP/1.1\r\nHost: evil.example\r\n").body, "first lists pending\n");
  EXPECT_EQ(ask("GET /readyz HTTP/1.1\r\nHost: [::1]\r\n").body, "first lists pending: gpu\n");
  EXPECT_EQ(ask("GET /metrics HTTP/1.0\r\n").status, 200);
}

TEST_F(OperatorHandlerTest, NoAnswerHasAFieldOfCors) {
  constexpr auto kPreflight =
      "Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: authorization\r\n";
  for (const auto& path : kPaths) {
    for (const auto* method : {"GET", "HEAD", "OPTIONS", "POST"}) {
      for (const auto* host : {"127.0.0.1", "weir.monitoring.svc", "evil.example"}) {
        for (const auto* origin : {"https://chat.example", "null", "http://127.0.0.1"}) {
          const auto reply = ask(std::string(method) + " " + path + " HTTP/1.1\r\nHost: " + host +
                                 "\r\nOrigin: " + origin + "\r\n" + kPreflight);
          EXPECT_FALSE(reply.fields.contains("Access-Control")) << reply.fields;
          EXPECT_FALSE(reply.fixed_fields.contains("Access-Control")) << reply.fixed_fields;
        }
      }
    }
  }
}

}  // namespace
}  // namespace weir::admin
