#include "app/lifecycle/destinations.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "translation/translation.hpp"

namespace weir::app {
namespace {

using catalogue::Endpoint;
using catalogue::Endpoints;

struct At {
  std::string kind = "openai";
  std::string url = {};
  std::optional<std::vector<std::string>> translate = {};
};

std::shared_ptr<const gateway::Directory> directory_of(const At& at) {
  discovery::UpstreamSettings settings;
  settings.name = "u";
  settings.kind = at.kind;
  settings.url = at.url;
  settings.translate = at.translate;
  if (settings.url.empty()) settings.url = "http://127.0.0.1:1/v1";
  Destinations destinations;
  const auto planned = destinations.plan(std::vector{settings}, {}, {});
  return std::make_shared<const gateway::Directory>(make_destinations(planned, {}),
                                                    std::span<const catalogue::Model>{});
}

TEST(Destinations, TranslateWhatAnUpstreamDoesNotSpeak) {
  using Named = std::optional<std::vector<std::string>>;
  const struct {
    const char* kind;
    const char* url;
    Named named;
    Endpoints translated;
  } cases[] = {
      {"openai", "", {}, {}},
      {"openai", "", Named({"responses"}), {Endpoint::responses}},
      {"openai", "https://api.openai.com/v1", {}, {Endpoint::messages}},
      {"openai", "https://api.openai.com/v1", Named(std::in_place), {}},
      {"vllm", "", {}, {}},
      {"vllm", "", Named({"messages"}), {Endpoint::messages}},
      {"mistral", "", {}, {Endpoint::messages, Endpoint::responses}},
      {"mistral", "", Named({"messages"}), {Endpoint::messages}},
      {"mistral", "", Named(std::in_place), {}},
      {"siliconflow", "", {}, {Endpoint::responses}},
      {"anthropic", "", {}, {Endpoint::responses}},
      {"tei", "", {}, {}},
  };
  for (const auto& c : cases) {
    const auto directory = directory_of({.kind = c.kind, .url = c.url, .translate = c.named});
    const auto& to = *directory->find("u");
    for (const auto endpoint : {Endpoint::messages, Endpoint::responses}) {
      EXPECT_EQ(to.translated.contains(endpoint), c.translated.contains(endpoint))
          << c.kind << ' ' << c.url << ' ' << describe(endpoint).slug;
      const auto called_at = to.called_at(endpoint);
      if (c.translated.contains(endpoint)) EXPECT_EQ(called_at, Endpoint::chat_completions);
      if (called_at && !c.translated.contains(endpoint)) EXPECT_EQ(called_at, endpoint);
    }
    EXPECT_FALSE(to.translated.contains(Endpoint::chat_completions));
  }
}

TEST(Destinations, CountOnlyTheMessagesThatTheUpstreamTakes) {
  const struct {
    At at;
    bool counts;
  } cases[] = {
      {{.kind = "openai", .url = ""}, true},
      {{.kind = "openai", .url = "https://api.openai.com/v1"}, false},
      {{.kind = "vllm", .url = "", .translate = std::vector<std::string>{"messages"}}, false},
      {{.kind = "anthropic", .url = ""}, true},
      {{.kind = "mistral", .url = ""}, false},
  };
  for (const auto& c : cases) {
    const auto called_at = directory_of(c.at)->find("u")->called_at(Endpoint::count_tokens);
    EXPECT_EQ(called_at.has_value(), c.counts) << c.at.kind << ' ' << c.at.url;
  }
}

TEST(Destinations, HaveResponsesByIdOnlyWhereResponsesAreMade) {
  const struct {
    At at;
    bool keeps;
  } cases[] = {
      {{.kind = "openai", .url = ""}, true},
      {{.kind = "openai", .url = "", .translate = std::vector<std::string>{"responses"}}, false},
      {{.kind = "vllm", .url = ""}, true},
      {{.kind = "ollama", .url = ""}, false},
      {{.kind = "mistral", .url = ""}, false},
  };
  for (const auto& c : cases) {
    const auto directory = directory_of(c.at);
    const auto& head = directory->find("u")->head(Endpoint::stored_responses);
    EXPECT_EQ(head.reveal().contains(" /v1/responses/{id} HTTP/1.1"), c.keeps) << c.at.kind;
    EXPECT_EQ(head.empty(), !c.keeps) << c.at.kind;
  }
}

TEST(Destinations, OpenaiItselfLimitsAnswersByAnotherMember) {
  EXPECT_EQ(directory_of({})->find("u")->output_limit, "max_tokens");
  const auto openai = directory_of({.url = "https://api.openai.com/v1"});
  EXPECT_EQ(openai->find("u")->output_limit, "max_completion_tokens");
}

}  // namespace
}  // namespace weir::app
