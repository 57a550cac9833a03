#include "api/access_line.hpp"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

using namespace std::chrono_literals;

http::Exchange exchange_of(const http::Request& request) {
  http::Exchange exchange;
  exchange.request = &request;
  exchange.peer_text = "127.0.0.1";
  exchange.trace_id = telemetry::TraceId::choose("abc", "");
  exchange.route = "retrieve_model";
  exchange.caller = "key_1";
  exchange.status = 404;
  exchange.reason = Errc::model_not_found;
  exchange.body_bytes = 87;
  exchange.whole_at = WallTime{1'700'000'000'123ms};
  exchange.ended = exchange.started + 42us;
  return exchange;
}

TEST(AccessLine, IsOneJsonObject) {
  http::Request request;
  request.method = http::Method::get;
  request.path = "/v1/models/a\"b";
  std::string line;
  append_access_line(line, exchange_of(request));
  EXPECT_EQ(line,
            R"({"time":"2023-11-14T22:13:20.123Z","trace_id":"abc","peer":"127.0.0.1",)"
            R"("method":"GET","path":"/v1/models/a\"b","route":"retrieve_model","status":404,)"
            R"("reason":"model_not_found","party":"client","key_id":"key_1","bytes":87,)"
            R"("duration_us":42})"
            "\n");
}

TEST(AccessLine, TheLongestPartsFitHoweverTheyAreEscaped) {
  http::Request request;
  const std::string path(10'000, '\x01');
  request.path = path;
  auto exchange = exchange_of(request);
  exchange.caller = "config:" + std::string(100, '\x01');
  std::string line;
  append_access_line(line, exchange);
  EXPECT_GT(line.size(), 6U * 356);
  EXPECT_LT(line.size(), 4'096U);
  EXPECT_TRUE(line.ends_with("}\n"));
}

TEST(AccessLine, MasksAKeyInThePath) {
  http::Request request;
  request.path = "/v1/models/sk-0123456789";
  std::string line;
  append_access_line(line, exchange_of(request));
  EXPECT_NE(line.find(R"("path":"/v1/models/sk-***")"), std::string::npos) << line;
}

}  // namespace
}  // namespace weir::api
