#include "discovery/kinds/lengths.hpp"

#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

TEST(Lengths, EachIsReadIntoTheFieldItMeans) {
  struct Case {
    const char* fields;
    const char* lengths;
  };
  const Case cases[] = {
      {R"("context_window":131072,"max_completion_tokens":8192)", "context=131072 output=8192"},
      {R"("max_context_window":131072,"context_window":4096)", "context=131072"},
      {R"("context_size":32768,"max_output_tokens":4096)", "context=32768 output=4096"},
      {R"("max_input_tokens":200000,"max_output_tokens":64000)", "context=200000 output=64000"},
      {R"("context_length":256000,"max_input_tokens":200000)", "context=256000"},
      {R"("metadata":{"context_length":131072,"max_tokens":8192})", "context=131072 output=8192"},
      {R"("token_limits":{"context_window":262144,"max_output_token_length":32768})",
       "context=262144 output=32768"},
      {R"("limits":{"max_input_tokens":1048576,"max_output_tokens":32768})",
       "context=1048576 output=32768"},
      {R"("limit":{"context":200000,"output":64000})", "context=200000 output=64000"},
      {R"("parameters":{"max_seq_len":16384})", "len=16384"},
      {R"("max_model_len":8192,"max_output_length":4096)", "len=8192 output=4096"},
      {R"("meta":{"n_ctx_train":40960,"n_ctx":8192})", "context=40960 len=8192"},
      {R"("model_info":{"max_input_tokens":8192,"max_tokens":4096,"mode":"chat"})",
       "context=8192 output=4096"},
      {R"("model_spec":{"availableContextTokens":65536})", "context=65536"},
      {R"("capabilities":{"limits":{"max_context_window_tokens":128000}})", "context=128000"},
      {R"("properties":[{"property_id":"context_window","value":"7968"}])", "context=7968"},
      {R"("context_length":"131072")", "context=131072"},
      {R"("context_length":"32k")", ""},
      {R"("type":"chat","max_tokens":4096)", "output=4096"},
      {R"("type":"embedding","max_tokens":8192)", "context=8192"},
      {R"("type":"reranker","context_length":4096,"max_tokens":512)", "context=4096"},
      {R"("max_tokens":4096)", ""},
      {R"("context_window":200000,"max_tokens":64000)", "context=200000 output=64000"},
  };
  for (const auto& test : cases) {
    const auto body = fmt::format(R"([{{"id":"m",{}}}])", test.fields);
    auto models = ScriptedUpstream().on("/models", body).models("openai");
    const auto& facts = models->front().facts;
    catalogue::UpstreamModel bare{.id = "m"};
    bare.facts.context_length = facts.context_length;
    bare.facts.max_model_len = facts.max_model_len;
    bare.facts.max_output_tokens = facts.max_output_tokens;
    const std::string lengths = test.lengths;
    EXPECT_EQ(show(bare), lengths.empty() ? "m {?}" : "m {?} " + lengths) << test.fields;
  }
}

}  // namespace
}  // namespace weir::discovery::kinds
