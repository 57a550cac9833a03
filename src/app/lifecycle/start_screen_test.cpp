#include "app/lifecycle/start_screen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(StartScreen, ShowsAddressesAndEachUpstreamsState) {
  StartScreen screen{.version = "1.2",
                     .url = "http://127.0.0.1:8080",
                     .admin_url = "http://127.0.0.1:8081",
                     .login = {},
                     .keyless = {},
                     .models = 4,
                     .upstreams = {},
                     .key_from = {{"openai", "OPENAI_API_KEY"}}};
  auto& good = screen.upstreams.emplace_back();
  good.name = "ollama-11434";
  good.url = "http://127.0.0.1:11434";
  good.models = 4;
  good.age = std::chrono::milliseconds(1);
  auto& refused = screen.upstreams.emplace_back();
  refused.name = "openai";
  refused.last_error = "upstream_rejected_key: 401";
  screen.upstreams.emplace_back().name = "slow\x1b[2J";
  const auto text = start_screen(screen);
  for (const auto* part : {"Weir 1.2", "http://127.0.0.1:8080 ", "http://127.0.0.1:8081",
                           "4 models", "upstream_rejected_key: 401, with the key of OPENAI_API_KEY",
                           "slow\\x1b[2J", "not yet answered"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("Ollama  ")));
}

TEST(StartScreen, WithoutUpstreamsSaysSo) { EXPECT_THAT(start_screen({}), HasSubstr("none")); }

}  // namespace
}  // namespace weir::app
