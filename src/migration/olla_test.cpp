#include "migration/olla.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::migration {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Pair;
using testing::SizeIs;

Imported read(std::string_view text) {
  const auto root = config::parse_document(text);
  EXPECT_TRUE(root.has_value());
  return from_olla(*root);
}

MATCHER_P2(SaysOf, line, setting, "") { return arg.line == line && arg.setting == setting; }

TEST(FromOlla, EndpointsAreUpstreamsAndTheLargestPriorityComesFirst) {
  const auto out = read(R"(server: {host: localhost, port: 40114}
discovery:
  type: static
  static:
    endpoints:
      - {name: home, url: "http://10.0.0.2:11434", type: ollama, priority: 100, check_interval: 5s}
      - {name: home, url: "http://10.0.0.3:1234", type: lm-studio, priority: 50}
)");
  EXPECT_THAT(out.server, ElementsAre(Pair("listen", "127.0.0.1:40114")));
  ASSERT_THAT(out.upstreams, SizeIs(2));
  EXPECT_EQ(out.upstreams[0].kind, "ollama");
  EXPECT_THAT(out.upstreams[0].more,
              ElementsAre(Pair("priority", "900"), Pair("refresh_interval", "5s")));
  EXPECT_EQ(out.upstreams[1].name, "home-2");
  EXPECT_EQ(out.upstreams[1].kind, "lmstudio");
  EXPECT_THAT(out.upstreams[1].more, ElementsAre(Pair("priority", "950")));
}

TEST(FromOlla, ATokenStaysAReferenceAndWhatIsNotTakenIsNamed) {
  const auto out = read(R"(server:
  rate_limits: {global_requests_per_minute: 10}
discovery:
  static:
    endpoints:
      - url: http://127.0.0.1:8000
        name: "my gpu"
        type: openai-compatible
        auth: {type: bearer, token: "${TOKEN:-none}"}
        model_filter: {include: ["llama*"], exclude: ["*-draft"]}
      - {name: other, url: "http://127.0.0.1:8001", auth: {type: basic, username: a}}
)");
  EXPECT_EQ(out.upstreams[0].name, "my-gpu");
  EXPECT_EQ(out.upstreams[0].api_key, "${TOKEN}");
  EXPECT_THAT(out.upstreams[0].models, ElementsAre("llama*"));
  EXPECT_THAT(out.remarks,
              ElementsAre(SaysOf(2, "server.rate_limits"),
                          SaysOf(10, "discovery.static.endpoints[0].model_filter.exclude"),
                          SaysOf(11, "discovery.static.endpoints[1].auth")));
}

}  // namespace
}  // namespace weir::migration
