#include "discovery/kinds.hpp"

#include <set>

#include <gtest/gtest.h>

#include "discovery/kinds/protocol.hpp"

namespace weir::discovery {
namespace {

TEST(Kinds, EveryRowIsCompleteAndFoundByItsSlug) {
  std::set<const kinds::Protocol*> protocols;
  for (const auto& kind : all_kinds()) {
    EXPECT_EQ(find_kind(kind.slug), &kind);
    EXPECT_FALSE(kind.text.empty()) << kind.slug;
    ASSERT_NE(kind.protocol, nullptr) << kind.slug;
    // The simulator uses SiliconFlow's list protocol.
    EXPECT_NE(protocols.insert(kind.protocol).second, kind.slug == "simulator") << kind.slug;
    EXPECT_GE(kind.refresh_every, 1) << kind.slug;
    EXPECT_TRUE(kind.api_prefix.starts_with('/')) << kind.slug;
    EXPECT_EQ(kind.protocol->marks == nullptr, kind.protocol->recognises == nullptr) << kind.slug;
  }
  EXPECT_EQ(all_kinds().size(), 22U);
}

TEST(Kinds, SlugsAreThoseOfTheTable) {
  ASSERT_EQ(kind_slugs().size(), all_kinds().size());
  for (std::size_t i = 0; i < kind_slugs().size(); ++i) {
    EXPECT_EQ(kind_slugs()[i], all_kinds()[i].slug);
  }
}

TEST(Kinds, UnknownSlugsAreNotFound) {
  for (const auto* slug : {"", "Ollama", "llamacpp", "openai "}) {
    EXPECT_EQ(find_kind(slug), nullptr) << slug;
  }
}

std::string slugs_of(catalogue::Endpoints endpoints) {
  std::string text;
  endpoints.for_each([&](catalogue::Endpoint endpoint) {
    if (!text.empty()) text += ' ';
    text += catalogue::describe(endpoint).slug;
  });
  return text;
}

// Endpoints that a kind may be called at beyond its documented ones.
TEST(Kinds, AModelIsCallableWhereNothingIsKnownAgainstIt) {
  constexpr auto kMedia = "images_generations images_edits audio_speech video_submit video_status";
  struct Case {
    const char* kind;
    std::string more;
  };
  const Case cases[] = {
      {"openai", ""},
      {"siliconflow", ""},
      {"ollama", "rerank images_edits audio_transcriptions audio_speech video_submit video_status"},
      {"vllm", kMedia},
      {"sglang", kMedia},
      {"llama.cpp",
       "images_generations images_edits audio_transcriptions audio_speech video_submit "
       "video_status"},
      {"lmstudio",
       "rerank images_generations images_edits audio_transcriptions audio_speech video_submit "
       "video_status"},
      {"tei", ""},
      {"tgi",
       "embeddings rerank images_generations images_edits audio_transcriptions audio_speech "
       "video_submit video_status"},
      {"xinference", "video_submit video_status"},
      {"localai", "images_edits video_submit video_status"},
      {"gpustack", "video_submit video_status"},
      {"speaches", ""},
      {"sd.cpp", ""},
      {"openrouter",
       "images_generations images_edits audio_transcriptions video_submit video_status"},
      {"huggingface",
       "embeddings rerank images_generations images_edits audio_transcriptions audio_speech "
       "video_submit video_status"},
      {"anthropic", ""},
      {"gemini", ""},
      {"mistral", ""},
      {"cohere", ""},
      {"together", "images_edits video_submit video_status"},
      {"simulator", ""},
  };
  ASSERT_EQ(std::size(cases), all_kinds().size());
  for (const auto& test : cases) {
    const Kind& kind = *find_kind(test.kind);
    catalogue::Endpoints more;
    callable(kind).for_each([&](catalogue::Endpoint endpoint) {
      if (!kind.calls.contains(endpoint)) more.insert(endpoint);
    });
    EXPECT_EQ(slugs_of(more), test.more) << kind.slug;
    EXPECT_FALSE(kind.calls.intersects(kind.absent)) << kind.slug;
  }
}

TEST(Kinds, KeysTravelInTheHeaderTheirVendorWants) {
  EXPECT_EQ(find_kind("openai")->key_header.name, "authorization");
  EXPECT_EQ(find_kind("openai")->key_header.prefix, "Bearer ");
  EXPECT_EQ(find_kind("gemini")->key_header.name, "x-goog-api-key");
  EXPECT_EQ(find_kind("gemini")->key_header.prefix, "");
  const auto& anthropic = *find_kind("anthropic");
  EXPECT_EQ(anthropic.key_header.name, "x-api-key");
  ASSERT_EQ(anthropic.headers.size(), 1U);
  EXPECT_EQ(anthropic.headers[0].name, "anthropic-version");
  EXPECT_EQ(anthropic.headers[0].value, "2023-06-01");
}

}  // namespace
}  // namespace weir::discovery
