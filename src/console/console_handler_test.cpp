#include "console/console_handler.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "codec/decompress.hpp"

namespace weir::console {
namespace {

using http::FieldName;
using http::Method;
using ::testing::HasSubstr;
using ::testing::Not;

struct NoMemo final : http::ConnectionMemo {};

// Answers with its name, and keeps a memo as the real handlers do.
class Named : public http::Handler {
 public:
  explicit Named(std::string name) : name_(std::move(name)) {}
  bool takes_body(const http::Request&) override { return name_ == "api"; }
  http::Answer handle(http::Exchange& exchange) override {
    if (!*exchange.memo) *exchange.memo = std::make_unique<NoMemo>();
    return http::Reply::with_body(200, name_);
  }
  http::Reply refuse(http::Exchange&, Errc code) override {
    return http::Reply::with_body(describe(code).status, name_);
  }
  void finished(const http::Exchange&) override {}

 private:
  std::string name_;
};

using Fields = std::vector<std::pair<FieldName, std::string_view>>;

class Console : public ::testing::Test {
 protected:
  http::Reply get(std::string_view path, const Fields& fields = {},
                  std::string_view authority = "127.0.0.1:8081") {
    request_ = {};
    request_.method = Method::get;
    request_.path = path;
    request_.authority = authority;
    for (const auto& [name, value] : fields) request_.add({"field", value}, name);
    if (!site_.empty()) request_.add({"Sec-Fetch-Site", site_}, std::nullopt);
    exchange_.request = &request_;
    exchange_.memo = &memo_;
    auto answer = handler_.handle(exchange_);
    handler_.finished(exchange_);
    return std::get<http::Reply>(std::move(answer));
  }

  ConsoleHandler handler_{std::make_unique<Named>("admin"), std::make_unique<Named>("api"), {}, 2};
  std::string_view site_;  // what the browser says of the page
  http::Request request_;
  http::Exchange exchange_;
  std::unique_ptr<http::ConnectionMemo> memo_;
};

TEST_F(Console, ThePageAllowsNothingFromElsewhere) {
  const auto reply = get("/");

  EXPECT_THAT(std::string(reply.body),
              HasSubstr("<script type=\"module\" src=\"/console/console.js\">"));
  EXPECT_THAT(std::string(reply.fixed_fields), HasSubstr("default-src 'none'; script-src 'self';"));
  EXPECT_THAT(std::string(reply.fixed_fields), HasSubstr("require-trusted-types-for 'script'"));
  EXPECT_THAT(std::string(reply.fixed_fields), Not(HasSubstr("unsafe")));
}

TEST_F(Console, EveryCodingHasTheSameBytesAndATagOfItsOwn) {
  for (const auto* path :
       {"/", "/console/console.js", "/console/console.css", "/console/uplot.js"}) {
    const auto plain = get(path);
    for (const auto& [coding, decoder] :
         {std::pair{"br", codec::BodyCoding::br}, std::pair{"gzip", codec::BodyCoding::gzip}}) {
      const auto encoded = get(path, {{FieldName::accept_encoding, coding}});

      EXPECT_THAT(encoded.fields, HasSubstr(std::string("Content-Encoding: ") + coding));
      EXPECT_NE(encoded.fields, plain.fields);
      codec::Decompressor decode(decoder);
      auto bytes = encoded.body;
      std::string decoded(plain.body.size() + 1, '\0');
      decoded.resize(decode.decode(bytes, decoded));
      EXPECT_EQ(decoded, plain.body) << path << ' ' << coding;
    }
  }
}

TEST_F(Console, AClientThatHasTheFileGetsNoBytes) {
  const auto first = get("/console/console.css");
  const auto begin = first.fields.find('"');
  const auto etag = first.fields.substr(begin, first.fields.rfind('"') - begin + 1);

  const auto again = get("/console/console.css", {{FieldName::if_none_match, etag}});

  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(again.body.empty());
}

TEST_F(Console, OtherPathsGoToTheHandlerThatHasThem) {
  for (const auto& [path, name] : std::array<std::pair<const char*, const char*>, 4>{{
           {"/admin/models", "admin"},
           {"/metrics", "admin"},
           {"/console/nothing", "admin"},
           {"/v1/models", "api"},
       }}) {
    EXPECT_EQ(get(path).body, name) << path;
  }
  request_.path = "/v1/chat/completions";
  EXPECT_TRUE(handler_.takes_body(request_));
}

TEST_F(Console, ACallOfAnotherPageIsRefused) {
  EXPECT_EQ(get("/v1/models", {{FieldName::origin, "http://127.0.0.1:8081"}}).status, 200);
  EXPECT_EQ(get("/v1/models", {{FieldName::origin, "http://127.0.0.1:3000"}}).status, 403);
  EXPECT_EQ(get("/v1/models", {{FieldName::origin, "null"}}).status, 403);
}

TEST_F(Console, TheBrowsersWordOnThePageCountsBehindAProxy) {
  const auto call = [&](std::string_view site) {
    site_ = site;
    return get("/v1/models", {{FieldName::origin, "https://weir.example"}}).status;
  };
  EXPECT_EQ(call("same-origin"), 200);
  EXPECT_EQ(call("same-site"), 403);
  EXPECT_EQ(call("cross-site"), 403);
  EXPECT_EQ(call("none"), 403);
}

TEST_F(Console, CallsLeaveConnectionsToTheOperator) {
  http::Request call;
  call.method = Method::get;
  call.path = "/v1/models";
  call.authority = "127.0.0.1:8081";
  std::array<http::Exchange, 3> open;
  std::array<std::unique_ptr<http::ConnectionMemo>, 3> memos;
  std::vector<int> statuses;
  for (std::size_t i = 0; i < open.size(); ++i) {
    open.at(i).request = &call;
    open.at(i).memo = &memos.at(i);
    statuses.push_back(std::get<http::Reply>(handler_.handle(open.at(i))).status);
  }
  EXPECT_THAT(statuses, ::testing::ElementsAre(200, 200, 503));
  EXPECT_EQ(get("/admin/models").status, 200);

  handler_.finished(open[0]);
  EXPECT_EQ(get("/v1/models").status, 200);
}

TEST_F(Console, AForeignNameGetsNeitherThePageNorTheApi) {
  EXPECT_EQ(get("/", {}, "evil.example").body, "admin");
  EXPECT_EQ(get("/v1/models", {}, "evil.example").status, 421);
}

TEST_F(Console, BothHandlersKeepTheirMemosOnOneConnection) {
  (void)get("/admin/models");
  const auto* of_admin = exchange_.memo->get();
  (void)get("/v1/models");
  const auto* of_api = exchange_.memo->get();
  (void)get("/admin/models");

  EXPECT_NE(of_admin, of_api);
  EXPECT_EQ(exchange_.memo->get(), of_admin);
}

}  // namespace
}  // namespace weir::console
