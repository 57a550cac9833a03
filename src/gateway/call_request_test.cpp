#include "gateway/call_request.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using catalogue::Endpoint;

std::string edited(std::string body, const Edit& edit) {
  return body.replace(edit.at.begin, edit.at.end - edit.at.begin, edit.text);
}

TEST(CallRequest, ReadsWhatRoutingAndAccountingNeed) {
  const std::string body =
      R"({"messages":[{"role":"user","model":"not this"}],"model":"a\/b","stream":true,)"
      R"("stream_options":{"include_usage":true},"max_tokens":7,"n":2})";
  const auto request = read_json_request(body, Endpoint::chat_completions);
  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_EQ(request->model, "a/b");
  EXPECT_EQ(body.substr(request->model_at.begin, request->model_at.end - request->model_at.begin),
            R"("a\/b")");
  EXPECT_TRUE(request->streamed);
  EXPECT_TRUE(request->wants_usage);
  EXPECT_EQ(request->max_tokens, 7);
  EXPECT_EQ(request->answers, 2);
}

TEST(CallRequest, ReadsTheLengthOfAnAnswerInTheWordsOfEachFamily) {
  struct Case {
    Endpoint endpoint;
    std::string_view body;
  };
  for (const Case& each : {
           Case{Endpoint::chat_completions, R"({"max_completion_tokens":7})"},
           Case{Endpoint::responses, R"({"max_output_tokens":7})"},
           Case{Endpoint::messages, R"({"max_tokens":7})"},
           Case{Endpoint::ollama_chat, R"({"options":{"num_predict":7}})"},
           Case{Endpoint::generate_content, R"({"generationConfig":{"maxOutputTokens":7}})"},
           Case{Endpoint::generate_content, R"({"generation_config":{"max_output_tokens":7}})"},
           Case{Endpoint::stream_generate_content,
                R"({"generationConfig":{"max_output_tokens":7}})"},
           Case{Endpoint::stream_generate_content,
                R"({"generation_config":{"maxOutputTokens":7}})"},
       }) {
    const auto request = read_json_request(each.body, each.endpoint, {.model = "a"});
    ASSERT_TRUE(request) << each.body << request.error().detail;
    EXPECT_EQ(request->max_tokens, 7) << each.body;
  }
}

TEST(CallRequest, FindsTheResponseThatAnotherContinues) {
  const std::string body = R"({"model":"a","input":"b","previous_response_id":"resp_1"})";
  const auto request = read_json_request(body, Endpoint::responses);
  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_EQ(request->request_id, "resp_1");
  EXPECT_EQ(edited(body, {request->request_id_at, R"("x")"}),
            R"({"model":"a","input":"b","previous_response_id":"x"})");
  EXPECT_TRUE(request->is_kept);

  EXPECT_EQ(read_json_request(body, Endpoint::chat_completions)->request_id, "");
  const auto alone = read_json_request(R"({"model":"a","previous_response_id":null,"store":false})",
                                       Endpoint::responses);
  ASSERT_TRUE(alone);
  EXPECT_EQ(alone->request_id, "");
  EXPECT_FALSE(alone->is_kept);
  for (const char* twice :
       {R"({"model":"a","previous_response_id":"b","previous_response_id":"c"})",
        R"({"model":"a","Previous_Response_Id":"b"})",
        R"({"model":"a","store":true,"store":false})"}) {
    EXPECT_FALSE(read_json_request(twice, Endpoint::responses)) << twice;
  }
}

TEST(CallRequest, FindsTheVoiceThatWasUploaded) {
  const std::string body = R"({"model":"a","input":"b","voice":"speech:weir_x"})";
  const auto request = read_json_request(body, Endpoint::audio_speech);
  ASSERT_TRUE(request) << request.error().detail;
  EXPECT_EQ(request->request_id, "speech:weir_x");
  EXPECT_EQ(edited(body, {request->request_id_at, R"("x")"}),
            R"({"model":"a","input":"b","voice":"x"})");
  EXPECT_EQ(request->characters, 1);
  for (const char* other :
       {R"({"model":"a","input":"b","voice":"speech:me:x"})",
        R"({"model":"a","input":"b","voice":{"id":"x"}})", R"({"model":"a","input":"b"})"}) {
    EXPECT_EQ(read_json_request(other, Endpoint::audio_speech)->request_id, "") << other;
  }
  EXPECT_FALSE(
      read_json_request(R"({"model":"a","voice":"b","voice":"c"})", Endpoint::audio_speech));
  EXPECT_FALSE(read_json_request(R"({"model":"a","Voice":"b"})", Endpoint::audio_speech));
  // Elsewhere it means nothing to Weir.
  EXPECT_TRUE(read_json_request(R"({"model":"a","voice":"b","voice":"c"})", Endpoint::completions));
}

TEST(CallRequest, CountsTheCharactersToBeSpoken) {
  const struct {
    const char* input;
    std::int64_t characters;
  } cases[] = {
      {R"("")", 0},
      {R"("one two")", 7},
      {R"("ein Fluß")", 8},
      {R"("\u00e9\n\"\\")", 4},
      {R"("你好，世界")", 5},
      {R"("🌊")", 1},
      {R"("\ud83c\uDF0A!")", 2},
      {R"("\\ud83c")", 6},
      {R"(["one"])", 0},
      {R"(null)", 0},
      {R"(7)", 0},
  };
  for (const auto& c : cases) {
    const auto body = fmt::format(R"({{"model":"a","prompt":"not this","input":{}}})", c.input);
    const auto request = read_json_request(body, Endpoint::audio_speech);
    ASSERT_TRUE(request) << body;
    EXPECT_EQ(request->characters, c.characters) << body;
    EXPECT_EQ(read_json_request(body, Endpoint::responses)->characters, 0) << body;
  }
  const auto body = fmt::format(R"({{"input":"{}","model":"a"}})", std::string(100'000, 'x'));
  EXPECT_EQ(read_json_request(body, Endpoint::audio_speech)->characters, 100'000);
}

TEST(CallRequest, CountsThePromptsOfAList) {
  const struct {
    const char* body;
    Endpoint endpoint;
    std::int64_t prompts;
    std::int64_t answers;
    std::int64_t token_ids;
  } cases[] = {
      {R"({"model":"a","prompt":"one"})", Endpoint::completions, 1, 1, 0},
      {R"({"model":"a","prompt":["one","two \"]","three"]})", Endpoint::completions, 3, 1, 0},
      {R"({"model":"a","prompt":[1,2,3],"n":2})", Endpoint::completions, 1, 2, 3},
      {R"({"model":"a","prompt":[[1,2],[3],[]],"best_of":4,"n":2})", Endpoint::completions, 3, 4,
       3},
      {R"({"model":"a","prompt":[]})", Endpoint::completions, 1, 1, 0},
      {R"({"model":"a","prompt":null})", Endpoint::completions, 1, 1, 0},
      {R"({"model":"a","input":["one","two"]})", Endpoint::embeddings, 2, 1, 0},
      {R"({"model":"a","input":[[1,2],[3]]})", Endpoint::embeddings, 2, 1, 3},
      {R"({"model":"a","input":[{"text":"one"},{"image":"x"}]})", Endpoint::embeddings, 2, 1, 0},
      {R"({"model":"a","query":"q","documents":["a",{"text":"b"}]})", Endpoint::rerank, 2, 1, 0},
      {R"({"model":"a","input":["a long text",1]})", Endpoint::embeddings, 1, 1, 0},
      {R"({"model":"a","input":["a long text",null]})", Endpoint::embeddings, 1, 1, 0},
      {R"({"model":"a","input":[null,true]})", Endpoint::embeddings, 1, 1, 0},
      {R"({"model":"a","prompt":["a long text",[1]]})", Endpoint::completions, 2, 1, 0},
      {R"({"model":"a","query":"q","documents":[{"text":"b","x":[1]}]})", Endpoint::rerank, 1, 1,
       0},
      {R"({"model":"a","input":["one","two"]})", Endpoint::responses, 1, 1, 0},
  };
  for (const auto& c : cases) {
    const auto request = read_json_request(c.body, c.endpoint);
    ASSERT_TRUE(request) << c.body;
    EXPECT_EQ(request->prompts, c.prompts) << c.body;
    EXPECT_EQ(request->answers, c.answers) << c.body;
    EXPECT_EQ(request->token_ids, c.token_ids) << c.body;
  }
  const auto beside = R"({"model":"a","prompt":[1],"suffix":")" + std::string(9'000, 'x') + "\"}";
  EXPECT_EQ(read_json_request(beside, Endpoint::completions)->token_ids, 0);
  std::string many = R"({"model":"a","prompt":["one")";
  for (int i = 0; i < 4'999; ++i) many += R"(,"one")";
  EXPECT_EQ(read_json_request(many + "]}", Endpoint::completions)->prompts, 5'000);
}

TEST(CallRequest, RefusesWhatCannotBeRouted) {
  const struct {
    const char* body;
    Endpoint endpoint;
    const char* says;
  } cases[] = {
      {"", Endpoint::chat_completions, "not a JSON object"},
      {"[]", Endpoint::chat_completions, "not a JSON object"},
      {" \n", Endpoint::chat_completions, "not a JSON object"},
      {"\xEF\xBB\xBF{}", Endpoint::chat_completions, "not a JSON object"},
      {R"({"model":"a")", Endpoint::chat_completions, "not complete"},
      {R"({"model":"a"}})", Endpoint::chat_completions, "offset 13"},
      {R"({"model":"a","x":NaN})", Endpoint::chat_completions, "offset 17"},
      {R"({"model":"a","x":"\ud83d"})", Endpoint::chat_completions, "offset 24"},
      {"{\"model\":\"a\",\"x\":\"caf\xE9\"}", Endpoint::chat_completions, "offset 22"},
      {R"({})", Endpoint::chat_completions, "model is missing"},
      {R"({"model":null})", Endpoint::chat_completions, "model must be a non-empty string"},
      {R"({"model":""})", Endpoint::embeddings, "model must be a non-empty string"},
      {R"({"model":3})", Endpoint::rerank, "model must be a non-empty string"},
      {R"({"model":"a","model":"b"})", Endpoint::rerank, "model is given twice"},
      {R"({"model":"a","mod\u0065l":"b"})", Endpoint::rerank, "model is given twice"},
      {R"({"model":"a","MODEL":"b"})", Endpoint::rerank, "model is given twice"},
      {R"({"MODEL":"a"})", Endpoint::rerank, "case-sensitive. Use"},
      {R"({"model":"a","STREAM":true})", Endpoint::rerank, "case-sensitive. Use"},
      {"{\"model\":\"a\",\"\xC5\xBFtream\":true}", Endpoint::rerank, "case-sensitive. Use"},
      {R"({"model":"a"})", Endpoint::video_status, "requestId is missing"},
  };
  for (const auto& c : cases) {
    const auto request = read_json_request(c.body, c.endpoint);
    ASSERT_FALSE(request) << c.body;
    EXPECT_EQ(request.error().code, Errc::invalid_parameter);
    EXPECT_NE(request.error().detail.find(c.says), std::string::npos) << request.error().detail;
  }
}

TEST(CallRequest, ImagesAreCountedOrRefused) {
  const auto endpoint = Endpoint::images_generations;
  EXPECT_EQ(read_json_request(R"({"model":"a","batch_size":2,"n":1})", endpoint)->answers, 2);
  EXPECT_EQ(read_json_request(R"({"model":"a","n":null})", endpoint)->answers, 1);
  EXPECT_EQ(read_json_request(R"({"model":"a","n":9223372036854775807})", endpoint)->answers,
            1'000'000'000);
  for (const char* body :
       {R"({"model":"a","n":"4"})", R"({"model":"a","n":4.0})", R"({"model":"a","n":0})"}) {
    EXPECT_FALSE(read_json_request(body, endpoint)) << body;
    EXPECT_TRUE(read_json_request(body, Endpoint::chat_completions)) << body;
  }
}

TEST(CallRequest, ANumberThatCannotBeMeantIsNoEstimate) {
  for (const char* body : {R"({"model":"a","max_tokens":null})", R"({"model":"a","max_tokens":-1})",
                           R"({"model":"a","max_tokens":"9"})"}) {
    EXPECT_EQ(read_json_request(body, Endpoint::chat_completions)->max_tokens, std::nullopt)
        << body;
  }
}

TEST(CallRequest, UsageIsAskedForWithoutTouchingAnythingElse) {
  const struct {
    const char* body;
    const char* expected;
  } cases[] = {
      {R"( {"model":"a"})", R"( {"stream_options":{"include_usage":true},"model":"a"})"},
      {R"({"model":"a","stream_options":null})",
       R"({"model":"a","stream_options":{"include_usage":true}})"},
      {R"({"model":"a","stream_options":{ }})",
       R"({"model":"a","stream_options":{"include_usage":true }})"},
      {R"({"model":"a","stream_options":{"x":1}})",
       R"({"model":"a","stream_options":{"include_usage":true,"x":1}})"},
      {R"({"model":"a","stream_options":{"include_usage":false}})",
       R"({"model":"a","stream_options":{"include_usage":true}})"},
  };
  for (const auto& c : cases) {
    const auto request = read_json_request(c.body, Endpoint::chat_completions);
    ASSERT_TRUE(request) << c.body;
    EXPECT_EQ(edited(c.body, ask_for_usage(c.body, *request)), c.expected);
  }
}

TEST(CallRequest, FindsWhereAConversationIsIfAsked) {
  const struct {
    const char* body;
    Endpoint endpoint;
    const char* instructions;
    const char* turns;
  } cases[] = {
      {R"({"messages":[{"content":"a"}],"model":"m"})", Endpoint::chat_completions, "",
       R"([{"content":"a"}])"},
      {R"({"model":"m","messages":[1],"system":"b"})", Endpoint::messages, R"("b")", "[1]"},
      {R"({"instructions":"b","model":"m","input":"a"})", Endpoint::responses, R"("b")", R"("a")"},
      {R"({"model":"m","input":"a","prompt":{"id":"p"}})", Endpoint::responses, "", R"("a")"},
      {R"({"model":"m","input":"a","previous_response_id":null})", Endpoint::responses, "",
       R"("a")"},
      // The input is a later turn alone.
      {R"({"model":"m","input":"a","instructions":"b","previous_response_id":"resp_1"})",
       Endpoint::responses, "", ""},
      {R"({"model":"m","input":"a","instructions":"b","conversation":"conv_1"})",
       Endpoint::responses, "", R"("conv_1")"},
      {R"({"model":"m","conversation":{"id":"conv_1"},"input":"a"})", Endpoint::responses, "", ""},
      {R"({"model":"m","prompt":"a"})", Endpoint::completions, "", R"("a")"},
      {R"({"model":"m"})", Endpoint::chat_completions, "", ""},
      // Nothing is refused because of it.
      {R"({"model":"m","messages":[1],"messages":[2],"System":"b"})", Endpoint::messages, R"("b")",
       "[2]"},
  };
  for (const auto& c : cases) {
    const std::string body = c.body;
    const auto request = read_json_request(body, c.endpoint, {.finds_turns = true});
    ASSERT_TRUE(request) << c.body;
    const auto part = [&](const Span& at) { return body.substr(at.begin, at.end - at.begin); };
    EXPECT_EQ(part(request->instructions_at), c.instructions) << c.body;
    EXPECT_EQ(part(request->turns_at), c.turns) << c.body;
    EXPECT_EQ(request->prompts, 1) << c.body;
  }
}

TEST(CallRequest, IsRefusedWhenItIsNestedTooDeeply) {
  const auto nested = [](std::size_t arrays) {
    return R"({"model":"a","x":)" + std::string(arrays, '[') + std::string(arrays, ']') + "}";
  };
  const auto endpoint = Endpoint::chat_completions;
  EXPECT_TRUE(read_json_request(nested(63), endpoint));
  EXPECT_EQ(read_json_request(nested(64), endpoint).error().detail,
            "The request body is nested more than 64 levels deep.");
  EXPECT_TRUE(read_json_request(nested(3), endpoint, {.max_depth = 4}));
  EXPECT_EQ(read_json_request(nested(4), endpoint, {.max_depth = 4}).error().detail,
            "The request body is nested more than 4 levels deep.");
  EXPECT_EQ(read_json_request(R"({"model":"a"]})", endpoint, {.max_depth = 4}).error().detail,
            "The request body is not valid JSON: unexpected byte at offset 12.");
}

}  // namespace
}  // namespace weir::gateway
