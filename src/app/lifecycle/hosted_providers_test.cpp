#include "app/lifecycle/hosted_providers.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "discovery/base_url.hpp"
#include "discovery/kinds.hpp"

namespace weir::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Environment = std::map<std::string, std::string>;

HostedProviders from(const Environment& environment, std::string_view listen = "127.0.0.1:8080") {
  return hosted_providers(
      [&](const std::string& name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        if (found == environment.end()) return std::nullopt;
        return found->second;
      },
      listen);
}

std::vector<std::string> names(const HostedProviders& providers) {
  std::vector<std::string> found;
  for (const auto& provider : providers.found) {
    found.push_back(provider.upstream.name + " " + provider.variable);
  }
  return found;
}

std::string reason(const HostedProviders& providers) {
  return providers.unused.size() == 1 ? providers.unused[0].reason : std::string();
}

TEST(HostedProviders, EachHasItsVariable) {
  EXPECT_THAT(names(from({})), ElementsAre());
  EXPECT_THAT(names(from({{"OPENAI_API_KEY", "k1"}, {"SILICONFLOW_API_KEY", "k2\n"}})),
              ElementsAre("openai OPENAI_API_KEY", "siliconflow SILICONFLOW_API_KEY"));
  const auto found = from({{"SILICONFLOW_API_KEY", " k2\n"}}).found;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].upstream.api_key.reveal(), "k2");
}

TEST(HostedProviders, TheFirstOfTwoNamesThatIsSetIsUsed) {
  EXPECT_THAT(names(from({{"GOOGLE_API_KEY", "k"}})), ElementsAre("gemini GOOGLE_API_KEY"));
  EXPECT_THAT(names(from({{"GOOGLE_API_KEY", "k"}, {"GEMINI_API_KEY", "k"}})),
              ElementsAre("gemini GEMINI_API_KEY"));
  EXPECT_THAT(names(from({{"GOOGLE_API_KEY", "k"}, {"GEMINI_API_KEY", " "}})),
              ElementsAre("gemini GOOGLE_API_KEY"));
}

TEST(HostedProviders, ABaseUrlIsUsedInsteadOfTheUsualOne) {
  const auto found =
      from({{"OPENAI_API_KEY", "k"}, {"OPENAI_BASE_URL", "http://gpu:8000/v1"}}).found;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].upstream.url, "http://gpu:8000/v1");
  EXPECT_THAT(names(from({{"OPENAI_BASE_URL", "http://gpu:8000/v1"}})), ElementsAre());
}

TEST(HostedProviders, AKeyIsNotSentWhereItsBaseUrlCannotBeRead) {
  const auto providers = from({{"OPENAI_API_KEY", "k"}, {"OPENAI_BASE_URL", "ftp://x"}});
  EXPECT_TRUE(providers.found.empty());
  EXPECT_THAT(reason(providers), HasSubstr("OPENAI_BASE_URL"));
}

TEST(HostedProviders, VariablesThatLeadToWeirLeadNowhere) {
  EXPECT_THAT(reason(from({{"OPENAI_API_KEY", "sk-weir_abc"}})), HasSubstr("Weir's own"));
  for (const auto* url :
       {"http://127.0.0.1:8080/v1", "http://localhost:8080", "http://[::1]:8080"}) {
    EXPECT_THAT(reason(from({{"ANTHROPIC_API_KEY", "k"}, {"ANTHROPIC_BASE_URL", url}})),
                HasSubstr("this server"))
        << url;
  }
  EXPECT_EQ(
      from({{"OPENAI_API_KEY", "k"}, {"OPENAI_BASE_URL", "http://127.0.0.1:8000"}}).found.size(),
      1U);
}

TEST(HostedProviders, ReasonsNeverRepeatAKey) {
  for (const auto* key : {"sk-weir_topsecret", "topsecret with blanks", "topsecret\x01"}) {
    const auto text = reason(from({{"GROQ_API_KEY", key}}));
    EXPECT_FALSE(text.empty());
    EXPECT_FALSE(text.contains("topsecret"));
  }
}

TEST(HostedProviders, EveryRowIsAnUpstreamThatAConfigCouldHave) {
  Environment environment;
  for (const auto name : provider_variables()) environment.emplace(name, "k");
  const auto providers = from(environment);
  EXPECT_GT(providers.found.size(), 10U);
  EXPECT_TRUE(providers.unused.empty());
  std::map<std::string, int> seen;
  for (const auto& [upstream, variable] : providers.found) {
    EXPECT_NE(discovery::find_kind(upstream.kind), nullptr) << upstream.name;
    const auto url = discovery::parse_base_url(upstream.url);
    EXPECT_TRUE(url && url->tls) << upstream.name;
    EXPECT_EQ(++seen[upstream.name], 1);
  }
}

}  // namespace
}  // namespace weir::app
