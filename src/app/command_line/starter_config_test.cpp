#include "app/command_line/starter_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/lifecycle/settings.hpp"
#include "config/problem.hpp"

namespace weir::app {
namespace {

using testing::HasSubstr;
using testing::Not;

discovery::UpstreamSettings upstream(std::string name, std::string kind, std::string url) {
  discovery::UpstreamSettings settings;
  settings.name = std::move(name);
  settings.kind = std::move(kind);
  settings.url = std::move(url);
  return settings;
}

Settings read(const std::string& text) {
  config::Sources sources{
      .environment = [](const std::string&) -> std::optional<std::string> { return "sk-secret"; },
      .file = {},
      .became_secret = [](const std::string&) {}};
  auto settings = load_settings(text, "weir.yaml", sources);
  EXPECT_TRUE(settings) << config::format_problems(settings.error());
  return settings ? std::move(*settings) : Settings{};
}

TEST(StarterConfig, IsReadAsItWasMeant) {
  StarterConfig config;
  config.listen = "0.0.0.0:9000";
  config.engines.push_back(upstream("ollama-11434", "ollama", "http://127.0.0.1:11434"));
  auto& provider = config.providers.emplace_back();
  provider.upstream = upstream("openai", "openai", "https://api.openai.com");
  provider.upstream.api_key = Secret("sk-secret");
  provider.variable = "OPENAI_API_KEY";
  config.not_accepted.push_back(
      {upstream("vllm-8000", "vllm", "http://127.0.0.1:8000"), "of user 5\nupstreams: []"});
  config.has_demo = true;
  const auto text = starter_config(config);
  EXPECT_THAT(text, Not(HasSubstr("sk-secret")));
  EXPECT_THAT(text, HasSubstr("# - {name: vllm-8000"));
  const auto settings = read(text);
  EXPECT_EQ(settings.server.listen, "0.0.0.0:9000");
  ASSERT_EQ(settings.upstreams.size(), 3U);
  EXPECT_EQ(settings.upstreams[0].kind, "ollama");
  EXPECT_EQ(settings.upstreams[1].api_key.reveal(), "sk-secret");
  EXPECT_EQ(settings.upstreams[2].kind, "simulator");
}

TEST(StarterConfig, NoTextFromOutsideIsMoreThanAValue) {
  const std::string url = R"(http://127.0.0.1:1/a"b\c$${HOME}$x)";
  StarterConfig config;
  config.engines.push_back(upstream("openai", "openai", url));
  config.unused.push_back({"XAI_API_KEY", "its value\nupstreams: []"});
  const auto text = starter_config(config);
  EXPECT_THAT(text, HasSubstr("# Not used: XAI_API_KEY: its value\\x0aupstreams"));
  EXPECT_THAT(text, HasSubstr(R"(a\"b\\c$$$${HOME}$$x")"));
}

TEST(StarterConfig, TheOperatorsPortIsNotTheClients) {
  EXPECT_EQ(admin_listen_beside("127.0.0.1:8080"), "127.0.0.1:8081");
  EXPECT_EQ(admin_listen_beside("127.0.0.1:8081"), "127.0.0.1:8082");
  EXPECT_EQ(admin_listen_beside("0.0.0.0:8081"), "127.0.0.1:8082");
}

TEST(StarterConfig, WithNothingFoundIsStillAConfig) {
  EXPECT_TRUE(read(starter_config({})).upstreams.empty());
}

}  // namespace
}  // namespace weir::app
