#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

std::string info(std::string_view fields) {
  return fmt::format(R"({{{},"model_sha":"abc","model_dtype":"float16",
      "max_concurrent_requests":512,"max_input_length":512,"max_batch_tokens":16384,
      "max_client_batch_size":32,"tokenization_workers":8,"version":"1.8.0"}})",
                     fields);
}

TEST(TeiKind, ReadsTheModelType) {
  struct Case {
    const char* fields;
    const char* line;
  };
  const Case cases[] = {
      {R"("model_id":"BAAI/bge-m3","model_type":{"embedding":{"pooling":"cls"}})",
       "BAAI/bge-m3 {embedding} len=512"},
      {R"("model_id":"BAAI/bge-reranker-base","model_type":{"reranker":{"id2label":{"0":"L"}}})",
       "BAAI/bge-reranker-base {reranker} len=512"},
      {R"("model_id":"SamLowe/go_emotions","model_type":{"classifier":{"id2label":{"0":"joy"}}})",
       "SamLowe/go_emotions {text} len=512"},
      {R"("model_id":"BAAI/bge-m3","served_model_name":"embed","model_type":"embedding")",
       "embed {embedding} base=BAAI/bge-m3 len=512"},
      {R"("model_id":"BAAI/bge-m3")", "BAAI/bge-m3 {?} len=512"},
      {R"("model_id":"/data/e5-small","served_model_name":"/data/e5-small")",
       "e5-small {?} len=512"},
  };
  for (const auto& test : cases) {
    ScriptedUpstream upstream;
    upstream.on("/info", info(test.fields));
    EXPECT_EQ(upstream.list("tei"), (Lines{test.line}));
  }
}

TEST(TeiKind, RefusesAnInfoWithoutAModel) {
  EXPECT_EQ(ScriptedUpstream().on("/info", R"({"version":"1"})").list("tei"),
            (Lines{"upstream_answer_invalid: /info names no model: check url and kind"}));
}

}  // namespace
}  // namespace weir::discovery::kinds
