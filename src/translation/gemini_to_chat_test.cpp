#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "translation/gemini_for_test.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr Options kOptions{.model = "gemini-local", .upstream_model = "glm"};

constexpr std::string_view kHi = R"({"role":"user","parts":[{"text":"hi"}]})";

// A request with the given members beside one content.
std::string request_with(std::string_view members) {
  return std::string(R"({"contents":[)").append(kHi).append("],").append(members).append("}");
}

std::string config_with(std::string_view members) {
  return request_with(std::string(R"("generationConfig":{)").append(members).append("}"));
}

std::string conversation(std::string_view contents) {
  return std::string(R"({"contents":)").append(contents).append("}");
}

json::object chat_of(std::string_view body, const Options& options = kOptions,
                     bool streams = false) {
  const auto request = translate_gemini(body, streams, options);
  EXPECT_TRUE(request) << body << "\n" << (request ? "" : request.error().detail);
  return request ? json::parse(request->body).as_object() : json::object();
}

std::string member_of(std::string_view body, std::string_view name,
                      const Options& options = kOptions) {
  const auto chat = chat_of(body, options);
  const auto* value = chat.if_contains(name);
  return value == nullptr ? "" : json::serialize(*value);
}

std::string messages_of(std::string_view contents) {
  return member_of(conversation(contents), "messages");
}

std::vector<std::string> dropped_of(std::string_view body) {
  auto request = translate_gemini(body, false, kOptions);
  EXPECT_TRUE(request) << body << "\n" << (request ? "" : request.error().detail);
  return request ? request->dropped : std::vector<std::string>();
}

std::string refusal_of(std::string_view body) {
  const auto request = translate_gemini(body, false, kOptions);
  EXPECT_FALSE(request) << body;
  if (request) return "";
  EXPECT_EQ(request.error().code, Errc::invalid_parameter);
  return request.error().detail;
}

TEST(GeminiToChat, NamesTheUpstreamsModelFirst) {
  const auto request = translate_gemini(config_with(R"("maxOutputTokens":5)"), false, kOptions);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->body,
            R"({"model":"glm","messages":[{"role":"user","content":"hi"}],"max_tokens":5})");
  EXPECT_THAT(request->dropped, IsEmpty());
  EXPECT_TRUE(request->answer);
}

TEST(GeminiToChat, TheMethodDecidesAboutTheStream) {
  EXPECT_EQ(chat_of(conversation(std::string("[").append(kHi).append("]")), kOptions, true),
            json::parse(R"({"model":"glm","messages":[{"role":"user","content":"hi"}],
              "stream":true,"stream_options":{"include_usage":true}})"));
  Options options = kOptions;
  options.asks_usage = false;
  EXPECT_FALSE(
      chat_of(request_with(R"("model":"models/x")"), options, true).contains("stream_options"));
}

TEST(GeminiToChat, HasTheConfigurationOfChat) {
  const struct {
    const char* google;
    const char* member;
    const char* chat;
  } cases[] = {
      {R"("temperature":0.7)", "temperature", "7E-1"},
      {R"("topP":1)", "top_p", "1"},
      {R"("topK":40)", "top_k", ""},
      {R"("topP":"0.5")", "top_p", "5E-1"},
      {R"("maxOutputTokens":"8192")", "max_tokens", "8192"},
      {R"("max_output_tokens":8.0)", "max_tokens", "8"},
      {R"("seed":7)", "seed", "7"},
      {R"("presencePenalty":0.5)", "presence_penalty", "5E-1"},
      {R"("frequency_penalty":1)", "frequency_penalty", "1"},
      {R"("stopSequences":["a","b"])", "stop", R"(["a","b"])"},
      {R"("stopSequences":[])", "stop", ""},
      {R"("candidateCount":1)", "n", ""},
      {R"("candidateCount":"1")", "n", ""},
      {R"("responseModalities":["TEXT"])", "modalities", ""},
      {R"("responseModalities":[1,0])", "modalities", ""},
      {R"("responseMimeType":"text/plain")", "response_format", ""},
      {R"("responseMimeType":"application/json")", "response_format", R"({"type":"json_object"})"},
      {R"("thinkingConfig":{"thinkingLevel":"HIGH"})", "reasoning_effort", ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(member_of(config_with(c.google), c.member), c.chat) << c.google;
  }
}

TEST(GeminiToChat, ALevelGoesWhereItIsTaken) {
  Options options = kOptions;
  options.takes_effort = true;
  options.output_limit = "max_completion_tokens";
  const auto body = config_with(R"("maxOutputTokens":9,"thinkingConfig":{"thinkingLevel":"LOW"})");
  EXPECT_EQ(member_of(body, "reasoning_effort", options), R"("low")");
  EXPECT_EQ(member_of(body, "max_completion_tokens", options), "9");
}

TEST(GeminiToChat, TopKGoesWhereItIsTaken) {
  Options options = kOptions;
  options.takes_top_k = true;
  for (const char* config : {R"("topK":40.0)", R"("top_k":40)", R"("topK":"40")"}) {
    EXPECT_EQ(member_of(config_with(config), "top_k", options), "40") << config;
    EXPECT_THAT(dropped_of(config_with(config)), ElementsAre("generationConfig.topK"));
  }
}

TEST(GeminiToChat, SystemInstructionsAreTheFirstMessage) {
  for (const char* instruction :
       {R"("systemInstruction":{"parts":[{"text":"a"},{"text":"b"}]})",
        R"("system_instruction":{"role":"user","parts":[{"text":"a\n\nb"}]})",
        R"("systemInstruction":"a\n\nb")"}) {
    EXPECT_EQ(member_of(request_with(instruction), "messages"),
              R"([{"role":"system","content":"a\n\nb"},{"role":"user","content":"hi"}])");
  }
}

TEST(GeminiToChat, ANullInOneSpellingLeavesTheOther) {
  for (const char* members : {R"("systemInstruction":"a","system_instruction":null)",
                              R"("system_instruction":null,"systemInstruction":"a")",
                              R"("systemInstruction":null,"system_instruction":"a")",
                              R"("system_instruction":"a","systemInstruction":null)"}) {
    EXPECT_EQ(member_of(request_with(members), "messages"),
              R"([{"role":"system","content":"a"},{"role":"user","content":"hi"}])")
        << members;
  }
}

TEST(GeminiToChat, RolesAndListsAreThoseOfGooglesExamples) {
  for (const char* contents :
       {R"([{"parts":[{"text":"hi"}]}])", R"([{"role":"USER","parts":{"text":"hi"}}])",
        R"({"role":"user","parts":{"text":"hi"}})"}) {
    EXPECT_EQ(messages_of(contents), R"([{"role":"user","content":"hi"}])") << contents;
  }
}

TEST(GeminiToChat, TurnsOfOneRoleAreOneMessage) {
  EXPECT_EQ(messages_of(R"([{"role":"user","parts":[{"text":"a"}]},
              {"role":"model","parts":[{"text":"one "}]},{"role":"model","parts":[{"text":"two"}]},
              {"role":"user","parts":[{"text":"b"}]},{"role":"user","parts":[{"text":"c"}]}])"),
            R"([{"role":"user","content":"a"},{"role":"assistant","content":"one two"},)"
            R"({"role":"user","content":"b\n\nc"}])");
}

TEST(GeminiToChat, MediaAreParts) {
  EXPECT_EQ(json::parse(messages_of(R"([{"role":"user","parts":[{"text":"see"},
              {"inlineData":{"mimeType":"image/png","data":"-_8"}},
              {"inline_data":{"mime_type":"audio/mpeg","data":"AAAA"}},
              {"inlineData":{"mimeType":"application/pdf","data":"AAAA","displayName":"a.pdf"}},
              {"inlineData":{"mimeType":"text/csv","data":"YSxi"}},
              {"fileData":{"mimeType":"image/jpeg","fileUri":"https://x.test/a.jpg"}}]}])")),
            json::parse(R"([{"role":"user","content":[{"type":"text","text":"see"},
              {"type":"image_url","image_url":{"url":"data:image/png;base64,+/8="}},
              {"type":"input_audio","input_audio":{"data":"AAAA","format":"mp3"}},
              {"type":"file","file":{"filename":"a.pdf",
                "file_data":"data:application/pdf;base64,AAAA"}},
              {"type":"text","text":"a,b"},
              {"type":"image_url","image_url":{"url":"https://x.test/a.jpg"}}]}])"));
}

TEST(GeminiToChat, TextFilesHaveTheirNames) {
  const auto body = conversation(R"([{"parts":[
      {"inlineData":{"mimeType":"text/csv","data":"YSxi","displayName":"a.csv"}},
      {"inlineData":{"mimeType":"image/png","data":"AAAA","displayName":"b.png"}}]}])");
  EXPECT_THAT(member_of(body, "messages"),
              HasSubstr(R"({"type":"text","text":"a.csv"},{"type":"text","text":"a,b"})"));
  EXPECT_THAT(dropped_of(body), ElementsAre("contents[].parts[].inlineData.displayName"));
}

TEST(GeminiToChat, ThoughtsAreLeftOutWhereverTheyAre) {
  const auto body = conversation(R"([{"parts":[{"text":"hm","thought":true},
      {"text":"hi","thought":false}]}],
      "systemInstruction":{"parts":[{"text":"hm","thought":true},{"text":"a"}]})");
  EXPECT_EQ(member_of(body, "messages"),
            R"([{"role":"system","content":"a"},{"role":"user","content":"hi"}])");
  EXPECT_THAT(dropped_of(body), UnorderedElementsAre("contents[].parts[].thought",
                                                     "systemInstruction.parts[].thought"));
}

TEST(GeminiToChat, CallsWithoutIdsGetThem) {
  EXPECT_EQ(json::parse(messages_of(R"([{"role":"user","parts":[{"text":"go"}]},
              {"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}}},
                {"functionCall":{"name":"g"}},{"functionCall":{"id":"x","name":"f","args":{}}}]},
              {"role":"function","parts":[
                {"functionResponse":{"name":"g","response":{"output":"of g"}}},
                {"functionResponse":{"id":"x","name":"f","response":{"error":"no"}}},
                {"functionResponse":{"name":"f","response":{"result":1}}},{"text":"then"}]}])")),
            json::parse(R"([{"role":"user","content":"go"},
              {"role":"assistant","content":null,"tool_calls":[
                {"id":"call00000","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},
                {"id":"call00001","type":"function","function":{"name":"g","arguments":"{}"}},
                {"id":"x","type":"function","function":{"name":"f","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"call00001","content":"of g"},
              {"role":"tool","tool_call_id":"x","content":"Error: no"},
              {"role":"tool","tool_call_id":"call00000","content":"{\"result\":1}"},
              {"role":"user","content":"then"}])"));
}

TEST(GeminiToChat, AResultAnswersTheMessageBeforeIt) {
  const auto messages = json::parse(messages_of(R"([{"parts":[{"text":"go"}]},
      {"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}}}]},
      {"parts":[{"text":"stop, again"}]},
      {"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":2}}}]},
      {"parts":[{"functionResponse":{"name":"f","response":{}}}]}])"));
  EXPECT_EQ(messages.as_array().back().at("tool_call_id"), "call00001");
  EXPECT_THAT(refusal_of(conversation(R"([{"parts":[{"text":"go"}]},
      {"role":"model","parts":[{"functionCall":{"name":"f"}}]},{"parts":[{"text":"well?"}]},
      {"role":"model","parts":[{"text":"moment"}]},
      {"parts":[{"functionResponse":{"name":"f","response":{}}}]}])")),
              HasSubstr("answers no functionCall"));
}

TEST(GeminiToChat, ResultsOfOneTurnMayBeApart) {
  EXPECT_EQ(json::parse(messages_of(R"([{"parts":[{"text":"go"}]},
              {"role":"model","parts":[{"functionCall":{"id":"a","name":"f"}}]},
              {"role":"model","parts":[{"functionCall":{"id":"b","name":"f"}}]},
              {"parts":[{"functionResponse":{"id":"zz","name":"f","response":{"output":"1"}}}]},
              {"parts":[{"text":"and"}]},
              {"parts":[{"functionResponse":{"id":"a","name":"f","response":{"output":"2"}}}]}])")),
            json::parse(R"([{"role":"user","content":"go"},
              {"role":"assistant","content":null,"tool_calls":[
                {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},
                {"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"b","content":"1"},
              {"role":"tool","tool_call_id":"a","content":"2"},
              {"role":"user","content":"and"}])"));
}

TEST(GeminiToChat, PicturesOfAResultFollowIt) {
  const auto messages = messages_of(R"([{"parts":[{"text":"go"}]},
      {"role":"model","parts":[{"functionCall":{"name":"f"}}]},
      {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"ok"},
        "parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}}]}])");
  EXPECT_THAT(messages, HasSubstr("[Attachments of this result are in the next user message.]"));
  EXPECT_THAT(messages, HasSubstr("[Attachments of the result of tool call call00000]"));
  EXPECT_THAT(messages, HasSubstr("data:image/png;base64,AAAA"));
}

TEST(GeminiToChat, FunctionsHaveJsonSchemas) {
  EXPECT_EQ(json::parse(member_of(request_with(R"("tools":[{"function_declarations":[
              {"name":"f","description":"d","parameters":{"type":"OBJECT","properties":{
                "some_type":{"type":"STRING","enum":["a"],"format":"enum","nullable":true},
                "n":{"type":"INTEGER","format":"int64","minimum":0},
                "l":{"type":"ARRAY","min_items":"2","items":{"type":"NUMBER"}},
                "o":{"anyOf":[{"type":"STRING"},{"type":"BOOLEAN"}],"nullable":true}},
                "required":["n"],"propertyOrdering":["n","some_type"]}}]},
              {"functionDeclarations":[{"name":"g","parametersJsonSchema":
                {"type":"object","properties":{"x_y":{"type":"string"}}}}]}])"),
                                  "tools")),
            json::parse(R"([{"type":"function","function":{"name":"f","description":"d",
              "parameters":{"type":"object","properties":{
                "n":{"type":"integer","minimum":0},
                "some_type":{"type":["string","null"],"enum":["a",null]},
                "l":{"type":"array","items":{"type":"number"},"minItems":2},
                "o":{"anyOf":[{"type":"string"},{"type":"boolean"},{"type":"null"}]}},
                "required":["n"]}}},
              {"type":"function","function":{"name":"g","parameters":
                {"type":"object","properties":{"x_y":{"type":"string"}}}}}])"));
}

TEST(GeminiToChat, ModesAreChoices) {
  const struct {
    const char* calling;
    const char* choice;
    std::size_t tools;
  } cases[] = {
      {R"({"mode":"AUTO"})", R"("auto")", 2},
      {R"({"mode":"NONE"})", R"("none")", 2},
      {R"({"mode":"ANY"})", R"("required")", 2},
      {R"({"mode":"any","allowedFunctionNames":["f"]})",
       R"({"type":"function","function":{"name":"f"}})", 1},
      {R"({"mode":1})", R"("auto")", 2},
      {R"({"mode":2})", R"("required")", 2},
      {R"({"mode":3})", R"("none")", 2},
      {R"({"mode":0})", R"("auto")", 2},
      {R"({"mode":4})", R"("auto")", 2},
      {R"({"mode":"VALIDATED","allowed_function_names":["g"]})", R"("auto")", 1},
  };
  for (const auto& c : cases) {
    const auto chat = chat_of(request_with(
        std::string(R"("tools":[{"functionDeclarations":[{"name":"f"},{"name":"g"}]}],)")
            .append(R"("toolConfig":{"functionCallingConfig":)")
            .append(c.calling)
            .append("}")));
    EXPECT_EQ(json::serialize(chat.at("tool_choice")), c.choice) << c.calling;
    EXPECT_EQ(chat.at("tools").as_array().size(), c.tools) << c.calling;
  }
}

// Compared one by one they would take minutes.
TEST(GeminiToChat, ManyToolsMayHaveManyNames) {
  constexpr int kMany = 20'000;
  std::string tools;
  std::string names;
  for (int i = 0; i < kMany; ++i) {
    tools += R"({"name":"a"},)";
    names += R"("b",)";
  }
  const auto body = request_with(
      R"("tools":[{"functionDeclarations":[)" + tools + R"({"name":"f"}]}],)" +
      R"("toolConfig":{"functionCallingConfig":{"allowedFunctionNames":[)" + names + R"("f"]}})");
  EXPECT_EQ(chat_of(body).at("tools").as_array().size(), 1U);
}

TEST(GeminiToChat, SchemasOfAnswersAreFormats) {
  for (const char* schema :
       {R"("responseSchema":{"type":"OBJECT","properties":{"a":{"type":"STRING"}}})",
        R"("response_json_schema":{"type":"object","properties":{"a":{"type":"string"}}})"}) {
    EXPECT_EQ(
        member_of(
            config_with(std::string(R"("responseMimeType":"application/json",)").append(schema)),
            "response_format"),
        R"({"type":"json_schema","json_schema":{"name":"output","schema":)"
        R"({"type":"object","properties":{"a":{"type":"string"}}}}})");
  }
}

TEST(GeminiToChat, ReasoningOfOursGoesBackWithItsCalls) {
  // weir:reasoning_content:because, in both alphabets; the other is a model's of Google's.
  const auto contents = R"([{"parts":[{"text":"go"}]},{"role":"model","parts":[
      {"text":"because","thought":true},
      {"functionCall":{"name":"f"},"thoughtSignature":"d2VpcjpyZWFzb25pbmdfY29udGVudDpiZWNhdXNl"},
      {"functionCall":{"name":"g"},"thoughtSignature":"AAAA"}]},
      {"parts":[{"functionResponse":{"name":"f","response":{}}},
      {"functionResponse":{"name":"g","response":{}}}]}])";
  EXPECT_THAT(messages_of(contents), HasSubstr(R"("reasoning_content":"because")"));
  EXPECT_THAT(dropped_of(conversation(contents)),
              ElementsAre("contents[].parts[].thought", "contents[].parts[].thoughtSignature"));
}

TEST(GeminiToChat, LeavesOutMembersThatDoNotChangeTheAnswer) {
  EXPECT_THAT(dropped_of(request_with(
                  R"("safety_settings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"OFF"}],
          "labels":{"a":"b"},"generationConfig":{"mediaResolution":"MEDIA_RESOLUTION_LOW",
          "thinkingConfig":{"includeThoughts":true,"thinkingBudget":1024}})")),
              UnorderedElementsAre("safetySettings", "labels", "generationConfig.mediaResolution",
                                   "generationConfig.thinkingConfig.thinkingBudget"));
}

TEST(GeminiToChat, RefusesByNameWhatHasNoEquivalent) {
  const struct {
    std::string body;
    const char* named;
  } cases[] = {
      {request_with(R"("cachedContent":"cachedContents/1")"), "`cachedContent`"},
      {request_with(R"("cached_content":"cachedContents/1")"), "`cachedContent`"},
      {request_with(R"("unknownMember":1)"), "`unknownMember`"},
      {request_with(R"("systemInstruction":"a","system_instruction":"b")"), "`system_instruction`"},
      {config_with(R"("top_p":1,"topP":1)"), "`generationConfig.top_p`"},
      {request_with(R"("tools":[{"googleSearch":{}}])"), "`tools[].googleSearch`"},
      {request_with(R"("tools":[{"code_execution":{}}])"), "`tools[].codeExecution`"},
      {config_with(R"("responseModalities":[2])"), "`generationConfig.responseModalities`"},
      {config_with(R"("candidateCount":2)"), "`generationConfig.candidateCount`"},
      {config_with(R"("responseModalities":["IMAGE"])"), "`generationConfig.responseModalities`"},
      {config_with(R"("responseLogprobs":true)"), "`generationConfig.responseLogprobs`"},
      {config_with(R"("speechConfig":{})"), "`generationConfig.speechConfig`"},
      {config_with(R"("responseMimeType":"text/x.enum")"), "text/x.enum"},
      {conversation(R"([{"parts":[{"inlineData":{"mimeType":"video/mp4","data":"AAAA"}}]}])"),
       "video/mp4"},
      {conversation(R"([{"parts":[{"fileData":{"fileUri":"files/1"}}]}])"), "files/1"},
      {conversation(R"([{"parts":[{"executableCode":{"code":"1"}}]}])"), "executableCode"},
      {conversation(R"([{"role":"system","parts":[{"text":"a"}]}])"), "system"},
  };
  for (const auto& c : cases) EXPECT_THAT(refusal_of(c.body), HasSubstr(c.named));
}

TEST(GeminiToChat, SaysWhichTypeAMemberHas) {
  const struct {
    std::string body;
    const char* said;
  } cases[] = {
      {"{}", "`contents` must be an array that is not empty."},
      {conversation("[]"), "`contents` must be an array that is not empty."},
      {conversation("7"), "`contents` must be an array."},
      {conversation(R"([{"parts":[{"text":1}]}])"), "`contents[].parts[].text` must be a string."},
      {config_with(R"("topK":"many")"), "`generationConfig.topK` must be a number."},
      {request_with(R"("toolConfig":{"functionCallingConfig":{"mode":9}})"),
       "`toolConfig.functionCallingConfig.mode` must be a string."},
      {config_with(R"("temperature":"hot")"), "`generationConfig.temperature` must be a number."},
      {request_with(R"("generationConfig":[])"), "`generationConfig` must be an object."},
      {request_with(R"("tools":[{"functionDeclarations":[{}]}])"),
       "`tools[].functionDeclarations[].name` must be a string."},
      {conversation(R"([{"parts":[{"functionResponse":{"name":"f","response":{}}}]}])"),
       "answers no functionCall"},
      {conversation(R"([{"parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]}])"),
       "ends with a content of the model"},
  };
  for (const auto& c : cases) EXPECT_THAT(refusal_of(c.body), HasSubstr(c.said));
}

}  // namespace
}  // namespace weir::translation
