// Lists of real servers, and row content that must never leave a row.
#include "discovery/kinds/list.hpp"

#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery::kinds {
namespace {

Lines openai_list(std::string body, int status = 200) {
  return ScriptedUpstream().on("/models", std::move(body), status).list("openai");
}

TEST(List, AcceptsEveryEnvelopeInUse) {
  const char* bodies[] = {
      R"({"object":"list","data":[{"id":"a"},{"id":"b"}]})",
      R"({"data":[{"id":"a","object":"model"},{"id":"b"}],"success":true})",
      R"([{"id":"a"},{"id":"b"}])",
      R"({"models":[{"id":"a"},{"id":"b"}]})",
      R"({"models":null,"data":[{"id":"a"},{"id":"b"}]})",
      R"({"data":null,"models":[{"id":"a"},{"id":"b"}]})",
      R"({"data":[{"id":"a"},{"id":"b"}],"models":[{"name":"x"}],"error":null})",
      "\xEF\xBB\xBF \r\n{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}\n",
  };
  for (const auto* body : bodies) EXPECT_EQ(openai_list(body), (Lines{"a {?}", "b {?}"})) << body;
}

TEST(List, EmptyIsAListAndNotAnError) {
  for (const auto* body : {R"({"data":[]})", R"({"object":"list","data":null})", R"([])",
                           R"({"models":[]})", R"({"data":[null,1,"x",[],{}]})"}) {
    const auto models = ScriptedUpstream().on("/models", body).models("openai");
    ASSERT_TRUE(models.has_value()) << body;
    EXPECT_TRUE(models->empty()) << body;
  }
}

TEST(List, SkipsRowsItCannotUse) {
  EXPECT_EQ(openai_list(R"({"data":[null,{},7,"gpt",["x"],{"id":null},{"id":42},{"id":""},
      {"id":"   "},{"id":{"id":"x"}},{"id":"bell\u0007"},{"id":"nul\u0000"},{"name":"only"},
      {"id":"good"}]})"),
            (Lines{"good {?}"}));
  EXPECT_EQ(openai_list(fmt::format(R"({{"data":[{{"id":"{}"}},{{"id":"{}"}}]}})",
                                    std::string(513, 'x'), std::string(512, 'y'))),
            (Lines{std::string(512, 'y') + " {?}"}));
}

TEST(List, TrimsIdsAndKeepsTheFirstOfTwo) {
  EXPECT_EQ(openai_list(R"({"data":[{"id":" a\n","owned_by":"one"},{"id":"b"},
      {"id":"a","owned_by":"two"},{"id":"\tb"}]})"),
            (Lines{"a {?} owner=one", "b {?}"}));
}

TEST(List, HasARowForEveryNameTheServerAccepts) {
  EXPECT_EQ(openai_list(R"({"data":[
      {"id":"a","context_length":4096,"type":"chat","aliases":["x"," y ","a","b","x",7,""]},
      {"id":"b","root":"org/B","aliases":["z"]},{"id":"c","aliases":"one,two"}]})"),
            (Lines{"a {chat} context=4096", "x {chat} base=a context=4096",
                   "y {chat} base=a context=4096", "b {?} base=org/B", "z {?} base=org/B", "c {?}",
                   "one {?} base=c", "two {?} base=c"}));
}

TEST(List, TakesTheNameWhereTheIdIsOfTheRow) {
  EXPECT_EQ(openai_list(R"({"success":true,"result":[
      {"id":"b7fe7ad2-aeaf-47d2-8bfa-7a5ae22a2ab4","name":"@cf/meta/llama-3.1-8b-instruct"},
      {"id":"azureml://registries/azure-openai/models/gpt-4o/versions/2","name":"gpt-4o"},
      {"id":"0f9c8d7e6b5a49382716a5b4c3d2e1f0","name":"databricks-llama"},
      {"model_name":"litellm","model_info":{"id":"x"}}]})"),
            (Lines{"@cf/meta/llama-3.1-8b-instruct {?}", "gpt-4o {?}", "databricks-llama {?}",
                   "litellm {?}"}));
}

TEST(List, ReadsFieldsOfTheWrongTypeAsAbsent) {
  EXPECT_EQ(openai_list(R"({"data":[{"id":"a","created":"1","owned_by":7,"context_length":"32k",
      "max_model_len":-1,"max_output_tokens":1e30,"capabilities":3,"architecture":"x",
      "input_modalities":{"text":1},"output_modalities":[1,null],"sub_types":[3]},
      {"id":"b","context_length":4096.0,"max_model_len":4096.5,"max_output_tokens":0,
       "created":18446744073709551615}]})"),
            (Lines{"a {?}", "b {?} context=4096"}));
}

TEST(List, RefusesWhatIsNoList) {
  for (const auto* body : {"null", "5", "\"hello\"", "true", "{}", R"({"data":"x"})",
                           R"({"data":{}})", R"({"models":3})", R"({"object":"list"})"}) {
    EXPECT_EQ(openai_list(body),
              (Lines{"upstream_answer_invalid: the answer contains no list: check url and kind"}))
        << body;
  }
}

TEST(List, CallsAnErrorWithStatus200AnError) {
  for (const auto* body : {
           R"({"error":{"message":"no such route","type":"invalid_request_error"}})",
           R"({"error":"Unexpected endpoint or method."})",
           R"({"success":false,"message":"no permission"})",
           R"({"object":"error","message":"x","code":404})",
           R"({"code":30001,"message":"balance","data":null})",
       }) {
    EXPECT_EQ(openai_list(body),
              (Lines{"upstream_answer_invalid: /v1/models answered an error with status 200: check "
                     "url and kind"}))
        << body;
  }
}

TEST(List, NamesWhatCameInsteadOfJson) {
  EXPECT_EQ(openai_list("\n <!doctype html><html>"),
            (Lines{"upstream_answer_invalid: /v1/models answered HTML, not JSON: check url"}));
  EXPECT_EQ(openai_list(""), (Lines{"upstream_answer_invalid: /v1/models sent an empty answer"}));
  EXPECT_EQ(openai_list("{\"data\":[").front().substr(0, 57),
            "upstream_answer_invalid: /v1/models answered invalid JSON");
  const auto deep = std::string(200, '[') + std::string(200, ']');
  EXPECT_EQ(openai_list(deep).front().substr(0, 57),
            "upstream_answer_invalid: /v1/models answered invalid JSON");
}

TEST(List, TellsRejectedKeysFromOtherRefusals) {
  struct Case {
    int status;
    const char* line;
  };
  const Case cases[] = {
      {401, "upstream_rejected_key: /v1/models answered 401"},
      {403, "upstream_rejected_key: /v1/models answered 403"},
      {302,
       "upstream_refused: /v1/models answered 302: redirects are followed only to the same path "
       "with "
       "or without a trailing slash; set url to the target"},
      {404, "upstream_refused: /v1/models answered 404: check url and kind"},
      {429, "upstream_refused: /v1/models answered 429"},
      {500, "upstream_refused: /v1/models answered 500"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(openai_list(R"({"error":{"message":"sk-secret"}})", test.status), (Lines{test.line}));
  }
}

// One document that answers every ask of every kind, full of values that must not leak.
constexpr const char* kCanary = R"({
  "id":"m1","name":"m1","key":"m1","model":"m1","model_name":"m1","model_id":"m1",
  "served_model_name":"m1","path":"/CANARY/x","filename":"/CANARY/x","model_path":"/CANARY/m1",
  "args":["--CANARY"],"status":{"value":"loaded","args":["--CANARY"],"path":"/CANARY"},
  "address":"CANARY:8000","root":"/CANARY/m1","parent":null,"owned_by":"/CANARY/owner",
  "publisher":"CANARY:80","organization":"\\\\CANARY\\share","link":"http://CANARY",
  "description":"CANARY","display_name":"CANARY","permission":[{"id":"CANARY"}],
  "meta":{"path":"/CANARY","n_ctx":4096,"llamaswap":{"cmd":"CANARY"}},
  "config":{"chat_template":"CANARY"},"chat_template":"CANARY","modelfile":"FROM /CANARY",
  "capabilities":["CANARY","completion"],"input_modalities":["CANARY","text"],
  "output_modalities":["CANARY"],"architecture":{"input_modalities":["CANARY"],"tokenizer":"CANARY"},
  "categories":["CANARY"],"task":"CANARY","type":"CANARY","model_type":"CANARY",
  "model_ability":["CANARY"],"endpoints":["CANARY"],"features":["CANARY"],
  "supportedGenerationMethods":["CANARY"],"supported_parameters":["CANARY"],
  "supported_modes":["CANARY"],"model_pipeline_tag":"CANARY","pricing":{"x":"CANARY"},
  "providers":[{"provider":"CANARY","status":"live"}],
  "details":{"parent_model":"/CANARY","family":"CANARY"},
  "model_info":{"general.architecture":"CANARY","general.name":"CANARY"},
  "default_generation_settings":{"n_ctx":4096,"params":{"x":"CANARY"}}})";

TEST(List, NoKindPassesOnMoreThanItsAllowList) {
  const auto body =
      fmt::format(R"({{"data":[{0}],"models":[{0}],{1})", kCanary, std::string(kCanary).substr(1));
  for (const auto& kind : all_kinds()) {
    Inquiry inquiry(kind, kAskedAt);
    for (auto asks = inquiry.next(); !asks.empty(); asks = inquiry.next()) {
      for (std::size_t i = 0; i < asks.size(); ++i) inquiry.answer(i, Answer{200, body});
    }
    const auto listing = inquiry.listing();
    ASSERT_TRUE(listing.has_value()) << kind.slug << ": " << listing.error().text();
    ASSERT_EQ(listing->models.size(), 1U) << kind.slug;
    EXPECT_EQ(show(listing->models.front()).find("CANARY"), std::string::npos)
        << kind.slug << ": " << show(listing->models.front());
  }
}

TEST(List, EveryKindSurvivesEveryBadAnswer) {
  const char* bodies[] = {"",
                          "null",
                          "{}",
                          "[]",
                          "5",
                          "\"x\"",
                          "<html>",
                          R"({"data":3})",
                          "[[]]",
                          "[{}]",
                          "{\"a",
                          R"({"data":null})",
                          R"({"data":[{"id":"a","capabilities":null,"status":5,"providers":{}}]})",
                          R"({"models":[{"name":"a","details":[],"capabilities":{"x":[]}}]})"};
  for (const auto& kind : all_kinds()) {
    for (const auto* body : bodies) {
      for (const int status : {200, 404, 500}) {
        Inquiry inquiry(kind, kAskedAt);
        for (auto asks = inquiry.next(); !asks.empty(); asks = inquiry.next()) {
          for (std::size_t i = 0; i < asks.size(); ++i) inquiry.answer(i, Answer{status, body});
        }
        const auto listing = inquiry.listing();
        EXPECT_TRUE(status == 200 || !listing.has_value()) << kind.slug << " " << body;
      }
    }
  }
}

TEST(List, ARowHasABoundedNumberOfNames) {
  std::vector<std::string> names;
  for (int i = 0; i < 1'000; ++i) names.push_back(fmt::format(R"("n{}")", i));
  ScriptedUpstream upstream;
  upstream.on("/models",
              fmt::format(R"([{{"id":"m","aliases":[{}],"loaded_instances":[{{"id":"x"}}]}}])",
                          fmt::join(names, ",")));
  const auto models = upstream.models("openai");
  ASSERT_EQ(models->size(), 1 + kMaxAliases);
  EXPECT_EQ(models->back().id, "n63");
}

}  // namespace
}  // namespace weir::discovery::kinds
