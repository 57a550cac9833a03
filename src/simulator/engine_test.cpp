#include "simulator/engine.hpp"

#include <set>

#include <gtest/gtest.h>

#include "catalogue/endpoint.hpp"
#include "simulator/answer_for_test.hpp"
#include "simulator/models.hpp"

namespace weir::simulator {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kHello =
    R"({"model":"demo/chat","messages":[{"role":"user","content":"Hello"}])";

Script get_models(std::string_view query) {
  return answer({"GET", "/v1/models", query, "", "", kNow}, kAtOnce);
}

std::set<std::string> listed(std::string_view query) {
  std::set<std::string> ids;
  for (const auto& row : json_of(get_models(query)).at("data").as_array()) {
    ids.insert(string_at(row, "/id"));
  }
  return ids;
}

Script hello_with(std::string_view directive) {
  return post("/v1/chat/completions",
              std::string(kHello) + R"(,"simulator":)" + std::string(directive) + "}");
}

Script hello_stream_with(std::string_view directive) {
  return post("/v1/chat/completions", std::string(kHello) + R"(,"stream":true,"simulator":)" +
                                          std::string(directive) + "}");
}

TEST(Models, ThereIsOneOfEverySubType) {
  for (const auto name : catalogue::kSubTypeNames.rows()) {
    EXPECT_FALSE(listed("sub_type=" + std::string(name)).empty()) << name;
  }
  EXPECT_EQ(listed("").size(), demo_models().size());
}

TEST(Models, TheListIsFilteredByTypeAndSubType) {
  EXPECT_EQ(listed("type=audio"),
            (std::set<std::string>{"demo/speech-to-text", "demo/text-to-speech"}));
  EXPECT_EQ(listed("sub_type=embedding"), std::set<std::string>{"demo/embedding"});
  EXPECT_EQ(listed("type=image&sub_type=chat"), std::set<std::string>{});
  EXPECT_EQ(get_models("sub_type=text2video").status, 400);
  EXPECT_EQ(get_models("type=smell").status, 400);
}

TEST(Models, ARowHasTheFourFieldsAndItsClass) {
  EXPECT_EQ(text_of(get_models("sub_type=reranker")),
            R"({"object":"list","data":[{"id":"demo/reranker","object":"model","created":0,)"
            R"("owned_by":"weir","type":"text","sub_types":["reranker"]}]})");
}

TEST(Engine, EveryEndpointOfTheCatalogueIsAnswered) {
  for (const auto endpoint : catalogue::all_endpoints()) {
    const auto path = catalogue::describe(endpoint).path;
    if (catalogue::describe(endpoint).base == catalogue::PathBase::server) continue;
    const bool is_session = catalogue::describe(endpoint).is_session();
    const int status = path.ends_with("{id}") || is_session ? 404 : 400;
    EXPECT_EQ(post(path, "{}").status, status) << path;
    EXPECT_EQ(post("/v1" + std::string(path), "{}").status, status) << path;
  }
}

struct RefusalCase {
  std::string_view method;
  std::string_view path;
  std::string_view body;
  int status;
  std::string_view answer;
};

class Refusals : public ::testing::TestWithParam<RefusalCase> {};

TEST_P(Refusals, HaveSiliconFlowsForm) {
  const auto& [method, path, body, status, expected] = GetParam();
  Script script = answer({method, path, "", "application/json", body, kNow}, kAtOnce);
  EXPECT_EQ(script.status, status);
  EXPECT_EQ(script.content_type, "application/json; charset=utf-8");
  EXPECT_EQ(text_of(std::move(script)), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Engine, Refusals,
    ::testing::Values(
        RefusalCase{"POST", "/v1/chat/completions", R"({"model":"gpt-9","messages":[]})", 400,
                    R"({"code":20012,"message":"Model does not exist. Please check it carefully.",)"
                    R"("data":null})"},
        RefusalCase{"POST", "/v1/chat/completions", "{}", 400,
                    R"({"code":20015,"message":"model: expected a non-empty string",)"
                    R"("data":null})"},
        RefusalCase{"POST", "/v1/chat/completions", R"({"model":"demo/chat"})", 400,
                    R"({"code":20015,"message":"messages: expected a non-empty list of objects )"
                    R"(with role and content","data":null})"},
        RefusalCase{
            "POST", "/v1/chat/completions", R"({"model":"demo/embedding"})", 400,
            R"({"code":20015,"message":"The model demo/embedding has the sub type embedding )"
            R"(and cannot be called at /chat/completions.","data":null})"},
        RefusalCase{"POST", "/v1/chat/completions", "[]", 400,
                    R"({"code":20015,"message":"The body is not a JSON object.","data":null})"},
        RefusalCase{"GET", "/v1/chat/completions", "", 405,
                    R"({"code":20015,"message":"The method is not allowed for this path.",)"
                    R"("data":null})"},
        RefusalCase{"POST", "/v1/chats", "{}", 404, R"("404 page not found")"},
        RefusalCase{"POST", "/v2/models", "{}", 404, R"("404 page not found")"}));

TEST(Engine, AnUnknownModelIsAsLongAsSiliconFlowsOwnAnswer) {
  EXPECT_EQ(post("/v1/embeddings", R"({"model":"x"})").content_length, 87U);
}

TEST(Engine, AWrongMethodIsToldTheRightOne) {
  const Script script = answer({"DELETE", "/v1/models", "", "", "", kNow}, kAtOnce);
  EXPECT_EQ(script.fields, (std::vector<HeaderField>{{"Allow", "GET"}}));
}

TEST(Engine, ABodyThatIsNotJsonIsRefused) {
  for (const auto* body : {"", "{", "{}x", "\xff"}) {
    EXPECT_EQ(post("/v1/embeddings", body).status, 400) << body;
  }
}

TEST(Directive, DelaysTheHead) {
  EXPECT_EQ(hello_with(R"({"delay_ms":700})").wait, 700ms);
  EXPECT_EQ(hello_stream_with(R"({"delay_ms":700})").wait, 700ms);
}

TEST(Directive, AnswersAnyErrorStatus) {
  for (const int status : {400, 401, 402, 403, 404, 408, 429, 500, 502, 503, 504, 599}) {
    Script script = hello_with(R"({"status":)" + std::to_string(status) + "}");
    EXPECT_EQ(script.status, status);
    EXPECT_FALSE(json_of(std::move(script)).is_null());
  }
  EXPECT_EQ(text_of(hello_with(R"({"status":503})")),
            R"({"code":50505,"message":"Model service overloaded. Please try again later.",)"
            R"("data":null})");
  EXPECT_EQ(text_of(hello_with(R"({"status":429})")),
            R"({"message":"Request was rejected due to rate limiting. Details:RPM limit )"
            R"(reached.","data":null})");
}

TEST(Directive, SaysWhenToComeBack) {
  EXPECT_EQ(hello_with(R"({"status":429,"retry_after_s":7})").fields,
            (std::vector<HeaderField>{{"Retry-After", "7"}}));
}

TEST(Directive, BreaksAStreamOffAfterSoManyEvents) {
  Script cut = hello_stream_with(R"({"cut_after_events":3})");
  EXPECT_EQ(cut.end, End::cut);
  EXPECT_EQ(steps_of(cut).size(), 3U);
  Script stall = hello_stream_with(R"({"stall_after_events":0})");
  EXPECT_EQ(stall.end, End::stall);
  EXPECT_TRUE(steps_of(stall).empty());
}

TEST(Directive, BreaksAWholeAnswerOffHalfWay) {
  Script script = hello_with(R"({"cut_after_events":3})");
  EXPECT_EQ(script.end, End::cut);
  const auto length = script.content_length;
  const auto sent = text_of(std::move(script)).size();
  EXPECT_EQ(sent, length.value_or(0) / 2);
}

TEST(Directive, RefusesWhatItDoesNotKnowAndSaysWhatItDoes) {
  const auto message = [](std::string_view directive) {
    Script script = hello_with(directive);
    EXPECT_EQ(script.status, 400) << directive;
    return string_at(json_of(std::move(script)), "/message");
  };
  EXPECT_EQ(message(R"({"delay":5})"),
            "simulator.delay: unknown member; expected one of delay_ms, status, retry_after_s, "
            "cut_after_events, stall_after_events, tokens, token_ms");
  EXPECT_EQ(message(R"({"status":200})"), "simulator.status: expected an integer from 400 to 599");
  EXPECT_EQ(message(R"({"tokens":"5"})"), "simulator.tokens: expected an integer from 1 to 20000");
  EXPECT_EQ(message(R"({"cut_after_events":1,"stall_after_events":1})"),
            "simulator.stall_after_events: expected only one of this and cut_after_events");
  EXPECT_EQ(message(R"("now")"), "simulator: expected an object");
  EXPECT_EQ(message("[]"), "simulator: expected an object");
}

TEST(Directive, DoesNotHideWhatIsWrongWithTheRequest) {
  const Script script =
      post("/v1/chat/completions", R"({"model":"demo/chat","simulator":{"status":503}})");
  EXPECT_EQ(script.status, 400);
}

TEST(Directive, ComesInAFormAsText) {
  const auto body = form_field("model", "demo/speech-to-text") +
                    form_field("simulator", R"({"status":500})") + form_file("file", "x") +
                    std::string(kFormEnd);
  EXPECT_EQ(post_form("/v1/audio/transcriptions", body).status, 500);
}

}  // namespace
}  // namespace weir::simulator
