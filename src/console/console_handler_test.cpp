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
    exchange_.request = &request_;
    exchange_.memo = &memo_;
    return std::get<http::Reply>(handler_.handle(exchange_));
  }

  ConsoleHandler handler_{std::make_unique<Named>("admin"), std::make_unique<Named>("api"), {}};
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
