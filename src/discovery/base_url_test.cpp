#include "discovery/base_url.hpp"

#include <gtest/gtest.h>

namespace weir::discovery {
namespace {

std::string target(std::string_view url, std::string_view slug, const Ask& ask) {
  const auto base = parse_base_url(url);
  return base ? request_target(*base, *find_kind(slug), ApiRoot::versioned, ask)
              : base.error().text();
}

/// The list's target at each candidate API root.
std::vector<std::string> list_targets(std::string_view url, std::string_view slug) {
  const auto base = parse_base_url(url);
  if (!base) return {base.error().text()};
  const Kind& kind = *find_kind(slug);
  std::vector<std::string> targets;
  for (const auto root : api_roots(*base, kind)) {
    targets.push_back(request_target(*base, kind, root, Ask::api("/models")));
  }
  return targets;
}

TEST(BaseUrl, EverySpellingReachesTheSameList) {
  struct Case {
    const char* url;
    const char* kind;
    const char* target;
  };
  const Case cases[] = {
      {"http://host:8000", "vllm", "/v1/models"},
      {"http://host:8000/", "vllm", "/v1/models"},
      {"http://host:8000/v1", "vllm", "/v1/models"},
      {"http://host:8000/v1/", "vllm", "/v1/models"},
      {"http://host:8000//v1//", "vllm", "/v1/models"},
      {"http://host:8000/v1/models", "vllm", "/v1/models"},
      {"http://host:8000/v1/chat/completions", "vllm", "/v1/models"},
      {"http://host:8000/v1/completions", "vllm", "/v1/models"},
      {"http://host:8000/v1/embeddings", "vllm", "/v1/models"},
      {"http://host:8000/v1/responses", "vllm", "/v1/models"},
      {"http://host:8000/v1/messages", "vllm", "/v1/models"},
      {"http://host:8000/v1/rerank", "vllm", "/v1/models"},
      {"http://host/engine", "vllm", "/engine/v1/models"},
      {"http://host/engine/v1", "vllm", "/engine/v1/models"},
      {"https://openrouter.ai", "openrouter", "/api/v1/models"},
      {"https://openrouter.ai/api", "openrouter", "/api/v1/models"},
      {"https://openrouter.ai/api/v1", "openrouter", "/api/v1/models"},
      {"https://api.groq.com/openai/v1", "openai", "/openai/v1/models"},
      {"https://api.deepinfra.com/v1/openai", "openai", "/v1/openai/models"},
      {"https://open.bigmodel.cn/api/paas/v4", "openai", "/api/paas/v4/models"},
      {"https://generativelanguage.googleapis.com/v1beta/openai/", "openai",
       "/v1beta/openai/models"},
      {"http://host/v1-openai", "gpustack", "/v1-openai/models"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(target(test.url, test.kind, Ask::api("/models")), test.target) << test.url;
  }
}

TEST(BaseUrl, AVersionBeginsWithVAndADigit) {
  for (const char* version : {"v1", "V1", "v1.1", "v1_1", "v1beta", "v1-openai", "v2025-01"}) {
    EXPECT_TRUE(is_version(version)) << version;
  }
  for (const char* other : {"", "v", "vx1", "1", "version", "v1:chat", "v1%2f", "chat"}) {
    EXPECT_FALSE(is_version(other)) << other;
  }
}

TEST(BaseUrl, AUrlWithoutAVersionIsTriedAsGivenToo) {
  struct Case {
    const char* url;
    const char* kind;
    std::vector<std::string> targets;
  };
  const Case cases[] = {
      {"http://host:7997", "openai", {"/v1/models", "/models"}},
      {"http://host:7997/", "openai", {"/v1/models", "/models"}},
      {"http://host:7997/models", "openai", {"/v1/models", "/models"}},
      {"http://host:7997/chat/completions", "openai", {"/v1/models", "/models"}},
      {"http://host:7997/v1", "openai", {"/v1/models"}},
      {"http://host/engine/v1/models", "openai", {"/engine/v1/models"}},
      {"http://host/engine", "vllm", {"/engine/v1/models", "/engine/models"}},
      {"https://adb.example/serving-endpoints",
       "openai",
       {"/serving-endpoints/v1/models", "/serving-endpoints/models"}},
      {"https://models.github.ai/inference",
       "openai",
       {"/inference/v1/models", "/inference/models", "/catalog/models"}},
      {"https://models.github.ai/orgs/lab/inference/",
       "openai",
       {"/orgs/lab/inference/v1/models", "/orgs/lab/inference/models", "/catalog/models"}},
      {"http://host/proxy/inference/chat/completions",
       "openai",
       {"/proxy/inference/v1/models", "/proxy/inference/models", "/proxy/catalog/models"}},
      {"https://api.deepinfra.com/v1/inference", "openai", {"/v1/inference/models"}},
      {"https://openrouter.ai/api", "openrouter", {"/api/v1/models", "/api/models"}},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(list_targets(test.url, test.kind), test.targets) << test.url;
  }
}

TEST(BaseUrl, QuestionsToTheServerDoNotDependOnWhereTheApiBegins) {
  const auto base = parse_base_url("http://host/proxy/inference");
  const Kind& kind = *find_kind("sglang");
  for (const auto root : api_roots(*base, kind)) {
    EXPECT_EQ(request_target(*base, kind, root, Ask::server("/get_model_info")),
              "/proxy/inference/get_model_info");
  }
}

TEST(BaseUrl, ServerQuestionsGoBelowTheServersRoot) {
  struct Case {
    const char* url;
    const char* path;
    const char* target;
  };
  const Case cases[] = {
      {"http://host:11434", "/api/tags", "/api/tags"},
      {"http://host:11434/v1", "/api/tags", "/api/tags"},
      {"http://host:11434/api", "/api/tags", "/api/tags"},
      {"http://host/ollama/v1", "/api/tags", "/ollama/api/tags"},
      {"http://host/ollama/api", "/api/tags", "/ollama/api/tags"},
      {"http://host:1234/api/v0", "/api/v0/models", "/api/v0/models"},
      {"http://host:8080/v1", "/props?model=a%2Fb&autoload=false",
       "/props?model=a%2Fb&autoload=false"},
      {"https://generativelanguage.googleapis.com", "/v1beta/models?pageSize=9",
       "/v1beta/models?pageSize=9"},
      {"https://generativelanguage.googleapis.com/v1beta", "/v1beta/models", "/v1beta/models"},
      {"https://generativelanguage.googleapis.com/v1beta/openai", "/v1beta/models",
       "/v1beta/models"},
      {"https://api.cohere.com/v2", "/v1/models?page_size=9", "/v1/models?page_size=9"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(target(test.url, "openai", Ask::server(test.path)), test.target) << test.url;
  }
}

TEST(BaseUrl, ReadsSchemeHostAndPort) {
  struct Case {
    const char* url;
    BaseUrl base;
    const char* authority;
  };
  const Case cases[] = {
      {"http://Host.Example", {false, "host.example", 80, ""}, "host.example"},
      {"HTTPS://host/v1", {true, "host", 443, "/v1"}, "host"},
      {"https://host:443", {true, "host", 443, ""}, "host"},
      {"http://host:443/", {false, "host", 443, ""}, "host:443"},
      {"http://127.0.0.1:8000", {false, "127.0.0.1", 8000, ""}, "127.0.0.1:8000"},
      {"http://[::1]:8000/a/b/", {false, "::1", 8000, "/a/b"}, "[::1]:8000"},
      {"http://[FE80::1]", {false, "fe80::1", 80, ""}, "[fe80::1]"},
      {"http://my_gpu-1.local:1", {false, "my_gpu-1.local", 1, ""}, "my_gpu-1.local:1"},
  };
  for (const auto& test : cases) {
    const auto base = parse_base_url(test.url);
    ASSERT_TRUE(base.has_value()) << test.url << ": " << base.error().text();
    EXPECT_EQ(*base, test.base) << test.url;
    EXPECT_EQ(base->authority(), test.authority) << test.url;
  }
}

TEST(BaseUrl, SaysWhatIsWrong) {
  struct Case {
    const char* url;
    const char* what;
  };
  const Case cases[] = {
      {"", "does not start with http"},
      {"host:8000", "does not start with http"},
      {"ftp://host", "does not start with http"},
      {"http://", "host is missing"},
      {"http:///v1", "host is missing"},
      {"http://:8000", "host is missing"},
      {"http://ho st", "contains an invalid character"},
      {"http://user:hush@host", "user name or password"},
      {"http://host:0", "not a number from 1 to 65535"},
      {"http://host:65536", "not a number from 1 to 65535"},
      {"http://host:", "not a number from 1 to 65535"},
      {"http://host:80x", "not a number from 1 to 65535"},
      {"http://[::1", "has no closing ]"},
      {"http://[1.2.3.4]", "not an IPv6 address"},
      {"http://[::12345]", "not an IPv6 address"},
      {"http://127.1", "is a number"},
      {"http://2130706433:80", "is a number"},
      {"http://0x7f.1", "is a number"},
      {"http://0x7f000001", "is a number"},
      {"http://0177.0.0.1", "is a number"},
      {"http://127.0.0.0x1", "is a number"},
      {"http://1.2.3.4.5", "is a number"},
      {"http://[::1]x", "other than a port"},
      {"http://host?x=1", "the path contains"},
      {"http://host/v1#top", "the path contains"},
      {"http://host/a b", "the path contains"},
      {"http://host/v1\r\nx: y", "the path contains"},
  };
  for (const auto& test : cases) {
    const auto base = parse_base_url(test.url);
    ASSERT_FALSE(base.has_value()) << test.url;
    EXPECT_EQ(base.error().code, Errc::config_invalid);
    EXPECT_NE(base.error().detail.find(test.what), std::string::npos) << base.error().detail;
    EXPECT_EQ(base.error().detail.find("hush"), std::string::npos);
  }
}

}  // namespace
}  // namespace weir::discovery
