#include "discovery/kinds/names.hpp"

#include <gtest/gtest.h>

namespace weir::discovery::kinds {
namespace {

TEST(Names, TellsHubIdsFromPlaces) {
  for (const auto* id : {"Qwen/Qwen3-8B", "BAAI/bge-reranker-v2-m3", "01-ai/Yi_1.5"}) {
    EXPECT_TRUE(is_hub_id(id)) << id;
  }
  for (const auto* id : {"qwen", "/data/m", "./m", "../m", "a/b/c", "C:\\m/x", "host:80/m", "a/",
                         "", "~/models", "a b/c", "org/.hidden"}) {
    EXPECT_FALSE(is_hub_id(id)) << id;
  }
}

TEST(Names, NamesTheModelOfAPath) {
  struct Case {
    const char* root;
    const char* name;
  };
  const Case cases[] = {
      {"BAAI/bge-m3", "BAAI/bge-m3"},
      {"/data/bge-m3", "bge-m3"},
      {"C:\\models\\qwen.gguf", "qwen"},
      {"/hub/models--BAAI--bge-m3/snapshots/abc", "BAAI/bge-m3"},
      {"/hub/models--broken", "models--broken"},
      {"/a/0123456789abcdef0123456789abcdef", ""},
      {"s3://bucket/m3/", "m3"},
      {"/", ""},
      {"", ""},
  };
  for (const auto& test : cases) EXPECT_EQ(base_name_of(test.root), test.name) << test.root;
}

TEST(Names, AreSearchedWhateverTheirCase) {
  EXPECT_TRUE(mentions("Qwen3-Reranker-8B", "rerank"));
  EXPECT_FALSE(mentions("bge-m3", "rerank"));
}

}  // namespace
}  // namespace weir::discovery::kinds
