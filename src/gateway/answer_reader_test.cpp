#include "gateway/answer_reader.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

// The bytes forwarded when the answer arrives in pieces of `size`.
std::string passed(AnswerReader& reader, std::string_view answer, std::size_t size) {
  std::string out;
  for (std::size_t at = 0; at < answer.size(); at += size) {
    const auto piece = reader.pass(answer.substr(at, size));
    EXPECT_TRUE(piece);
    out += *piece;
  }
  return out += reader.rest();
}

TEST(AnswerReader, TellsTheFormByTheType) {
  EXPECT_EQ(answer_form("text/event-stream; charset=utf-8"), AnswerForm::events);
  EXPECT_EQ(answer_form("Application/JSON"), AnswerForm::json);
  EXPECT_EQ(answer_form("audio/mpeg"), AnswerForm::opaque);
  EXPECT_EQ(answer_form(""), AnswerForm::text);
  EXPECT_EQ(answer_form("text/plain"), AnswerForm::text);
}

TEST(AnswerReader, TellsTheFormByTheFirstBytesIfTheTypeDoesNot) {
  using enum AnswerForm;
  const struct {
    AnswerForm declared;
    const char* bytes;
    std::optional<AnswerForm> form;
  } cases[] = {
      {text, "data: {}", events},
      {text, "event: ping\n", events},
      {text, ": ping\n", events},
      {text,
       "\xEF\xBB\xBF"
       "data:",
       events},
      {text, "\r\n\r\ndata:", events},
      {text, "dat", {}},
      {text, "\xEF", {}},
      {text, " \n", {}},
      {text, " {", json},
      {text, "dark matter", opaque},
      {json, " \n", {}},
      {events, "\n", {}},
      {json, "data: {}", events},
      {json, "\"Invalid token\"", json},
      {events, "{\"error\"", json},
      {events, "<html>", events},
      {opaque, "data: {}", opaque},
  };
  for (const auto& c : cases) EXPECT_EQ(form_of(c.declared, c.bytes), c.form) << c.bytes;
}

std::shared_ptr<StoredIds> sealing_ids() {
  return std::make_shared<StoredIds>(
      catalogue::Endpoint::responses,
      [](SealedId, std::string_view id) { return "s-" + std::string(id); });
}

TEST(AnswerReader, IdsOfAWholeResponseAreReplacedWhereverTheyAre) {
  constexpr std::string_view kAnswer =
      R"({"object":"response","model":"theirs","output":[{"id":"m","text":"\"id\":\"r\""}],)"
      R"("usage":{"input_tokens":3,"output_tokens":2},"id":"r"} )";
  constexpr std::string_view kSealed =
      R"({"object":"response","model":"mine","output":[{"id":"m","text":"\"id\":\"r\""}],)"
      R"("usage":{"input_tokens":3,"output_tokens":2},"id":"s-r"} )";
  for (const std::size_t size : {1UZ, 7UZ, kAnswer.size()}) {
    AnswerReader reader(
        AnswerForm::json,
        {.model = R"("mine")", .endpoint = catalogue::Endpoint::responses, .ids = sealing_ids()});
    EXPECT_TRUE(reader.rewrites());
    EXPECT_EQ(passed(reader, kAnswer, size), kSealed) << size;
    EXPECT_EQ(reader.usage().input, 3);
  }
  AnswerReader whole(AnswerForm::json,
                     {.endpoint = catalogue::Endpoint::responses, .ids = sealing_ids()});
  EXPECT_EQ(whole.pass_whole(R"({"id":"r"})"), R"({"id":"s-r"})");
}

TEST(AnswerReader, AResponseThatIsHeldHasABound) {
  AnswerReader reader(
      AnswerForm::json,
      {.endpoint = catalogue::Endpoint::responses, .max_event_bytes = 10, .ids = sealing_ids()});
  EXPECT_TRUE(reader.pass(R"({"id":")"));
  const auto more = reader.pass("0123456789");
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::upstream_answer_too_large);
}

TEST(AnswerReader, IdsOfAStreamAreReplacedInEveryEventThatHasThem) {
  const std::string events =
      "event: response.created\n"
      R"(data: {"type":"response.created","response":{"id":"r","model":"theirs"}})"
      "\n\n"
      R"(data: {"type":"response.output_text.delta","item_id":"r","delta":"a"})"
      "\n\n"
      R"(data: {"type":"response.output_text.delta","item_id":"r","delta":"b"})"
      "\n\n: a comment\n\n"
      R"(data: {"type":"response.completed","response":{"model":"theirs","id":"r"}})"
      "\n\n";
  auto sealed = events;
  for (const auto& [from, to] : {std::pair{R"("response":{"id":"r","model":"theirs"})",
                                           R"("response":{"id":"s-r","model":"mine"})"},
                                 std::pair{R"("response":{"model":"theirs","id":"r"})",
                                           R"("response":{"model":"mine","id":"s-r"})"}}) {
    sealed.replace(sealed.find(from), std::string_view(from).size(), to);
  }
  for (const std::size_t size : {1UZ, 40UZ, events.size()}) {
    AnswerReader reader(
        AnswerForm::events,
        {.model = R"("mine")", .endpoint = catalogue::Endpoint::responses, .ids = sealing_ids()});
    EXPECT_EQ(passed(reader, events, size), sealed) << size;
    EXPECT_TRUE(reader.finished());
    EXPECT_EQ(reader.id(), R"("s-r")");
  }
}

TEST(AnswerReader, BlanksPassAtOnceAndTellNothing) {
  for (const auto declared : {AnswerForm::text, AnswerForm::json, AnswerForm::events}) {
    for (const std::string start : {"", "\xEF\xBB\xBF"}) {
      AnswerReader reader(declared, {});
      std::string passed(reader.pass(start).value());
      for (int i = 0; i < 2000; ++i) passed += reader.pass("\n").value();
      EXPECT_EQ(passed, start + std::string(2000, '\n'));
      passed += reader.pass("data: {\"choices\":[]}\n\n").value();
      EXPECT_EQ(reader.form(), AnswerForm::events);
      EXPECT_EQ(reader.events(), 1U);
    }
  }
}

TEST(AnswerReader, AStreamWithoutItsTypeIsReadAsOne) {
  const std::string stream =
      "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}\n\n"
      "data: [DONE]\n\n";
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    for (const auto form : {AnswerForm::text, AnswerForm::json}) {
      AnswerReader reader(form, {});
      EXPECT_EQ(passed(reader, stream, size), stream);
      EXPECT_EQ(reader.form(), AnswerForm::events);
      EXPECT_EQ(reader.usage().total(), 6);
      EXPECT_EQ(reader.events(), 2U);
    }
  }
  AnswerReader short_text(AnswerForm::text, {});
  EXPECT_EQ(passed(short_text, "dat", 1), "dat");
}

TEST(AnswerReader, JsonPassesUntouchedAndItsUsageIsRead) {
  const std::string answer =
      R"({"id":"x","model":"up","choices":[{"usage":1}],"usage":{"prompt_tokens":3,"completion_tokens":4}})";
  for (std::size_t size = 1; size <= answer.size(); ++size) {
    AnswerReader reader(AnswerForm::json, {});
    EXPECT_EQ(passed(reader, answer, size), answer);
    EXPECT_EQ(reader.usage().input, 3);
    EXPECT_EQ(reader.usage().output, 4);
  }
}

TEST(AnswerReader, AWholeAnswerIsReadFromItsEndIfThatIsSafe) {
  const struct {
    const char* answer;
    std::int64_t total;
  } cases[] = {
      {R"({"choices":[{"text":"\"usage\":{"}],"usage":{"total_tokens":5},"x":[1]})", 5},
      {R"({"usage":{"total_tokens":6},"choices":[{"usage":{"total_tokens":9}}]})", 6},
      {R"({"usage":{"total_tokens":6},"note":"usage"})", 6},
      {R"({"choices":[{"usage":{"total_tokens":9}}]})", 9},
      {R"({"x_groq":{"usage":{"total_tokens":9}},"choices":[]})", 9},
      {R"({"choices":[{"message":{"usage":{"total_tokens":9}}}],"usage":null})", 9},
      {R"({"choices":[{"logprobs":{"usage":{"total_tokens":9}}}]})", 0},
      {R"({"prompt_eval_count":4,"eval_count": 5 ,"choices":[]})", 9},
      {R"({"choices":[],"usage":{"prompt_tokens":7.0,"completion_tokens":"2"}})", 9},
      {R"({"choices":[]})", 0},
      {R"(["usage"])", 0},
  };
  for (const auto& c : cases) {
    AnswerReader reader(AnswerForm::json, {});
    const auto passed = reader.pass_whole(c.answer);
    ASSERT_TRUE(passed);
    EXPECT_EQ(*passed, c.answer);
    EXPECT_EQ(reader.usage().total(), c.total) << c.answer;
  }
  AnswerReader renaming(AnswerForm::json, {.model = R"("mine")"});
  EXPECT_EQ(renaming.pass_whole(R"({"model":"up"})").value(), R"({"model":"mine"})");
}

TEST(AnswerReader, AnUpstreamsNameIsGivenBackAsTheClients) {
  const std::string answer =
      R"({"data":[{"model":"up"}],"model" : "up/stream","usage":{"total_tokens":2}} )";
  const std::string expected =
      R"({"data":[{"model":"up"}],"model" : "mine","usage":{"total_tokens":2}} )";
  for (std::size_t size = 1; size <= answer.size(); ++size) {
    AnswerReader reader(AnswerForm::json, {.model = R"("mine")"});
    EXPECT_EQ(passed(reader, answer, size), expected) << "pieces of " << size;
    EXPECT_EQ(reader.usage().total(), 2);
  }
}

const std::string kStream =
    "data: {\"model\":\"up\",\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}\n\n"
    ": a comment\n\n"
    "data: "
    "{\"model\":\"up\",\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}\n\n"
    "data: [DONE]\n\n";

TEST(AnswerReader, EventsPassWholeAndUntouched) {
  for (std::size_t size = 1; size <= kStream.size(); ++size) {
    AnswerReader reader(AnswerForm::events, {});
    std::string out;
    for (std::size_t at = 0; at < kStream.size(); at += size) {
      const auto piece = reader.pass(std::string_view(kStream).substr(at, size));
      ASSERT_TRUE(piece);
      out += *piece;
      EXPECT_TRUE(out.empty() || out.ends_with("\n\n"));
    }
    EXPECT_EQ(out, kStream);
    EXPECT_EQ(reader.usage().total(), 6);
    EXPECT_EQ(reader.events(), 2U);
    EXPECT_TRUE(reader.finished());
  }
}

TEST(AnswerReader, LinesOfOllamasPassWholeWithTheClientsNameAndTheirUsage) {
  const std::string first = R"({"model":"theirs","message":{"content":"hi"},"done":false})"
                            "\n";
  const std::string last = R"({"model":"theirs","message":{"content":""},"done":true,)"
                           R"("prompt_eval_count":7,"eval_count":2})"
                           "\n";
  for (const std::size_t size : {1U, 7U, 1000U}) {
    AnswerReader reader(answer_form("application/x-ndjson"),
                        {.model = R"("ours")", .endpoint = catalogue::Endpoint::ollama_chat});
    EXPECT_EQ(reader.form(), AnswerForm::events);
    EXPECT_EQ(passed(reader, first + last, size),
              R"({"model":"ours","message":{"content":"hi"},"done":false})"
              "\n"
              R"({"model":"ours","message":{"content":""},"done":true,)"
              R"("prompt_eval_count":7,"eval_count":2})"
              "\n");
    EXPECT_EQ(reader.usage().input, 7);
    EXPECT_EQ(reader.usage().output, 2);
    EXPECT_EQ(reader.events(), 2U);
    EXPECT_TRUE(reader.finished());
    EXPECT_FALSE(reader.failed());
  }
  AnswerReader begun(answer_form("application/x-ndjson"),
                     {.endpoint = catalogue::Endpoint::ollama_chat});
  EXPECT_EQ(passed(begun, first, 9), first);
  EXPECT_FALSE(begun.finished());
}

TEST(AnswerReader, AnErrorLineIsAnErrorAndAWholeAnswerOfOllamasIsJson) {
  const AnswerReader::Options options{.endpoint = catalogue::Endpoint::ollama_chat};
  AnswerReader lines(answer_form("application/x-ndjson"), options);
  EXPECT_EQ(passed(lines, "{\"error\":\"no memory\"}\n", 5), "{\"error\":\"no memory\"}\n");
  EXPECT_TRUE(lines.failed_at_once());
  AnswerReader whole(answer_form("application/json"), options);
  EXPECT_EQ(passed(whole, R"({"message":{"content":"a"},"eval_count":2})", 5),
            R"({"message":{"content":"a"},"eval_count":2})");
  EXPECT_EQ(whole.form(), AnswerForm::json);
  EXPECT_EQ(whole.usage().output, 2);
}

TEST(AnswerReader, ALineBeyondTheBoundIsRefused) {
  AnswerReader reader(answer_form("application/x-ndjson"),
                      {.endpoint = catalogue::Endpoint::ollama_chat, .max_event_bytes = 8});
  const auto piece = reader.pass("{\"response\":\"");
  ASSERT_FALSE(piece);
  EXPECT_EQ(piece.error().code, Errc::upstream_answer_too_large);
}

TEST(AnswerReader, UsageInAChoiceOrBesideTheChoicesIsRead) {
  for (const char* last :
       {R"({"choices":[{"delta":{},"usage":{"prompt_tokens":5,"completion_tokens":1}}]})",
        R"({"choices":[{}],"x_groq":{"usage":{"prompt_tokens":5,"completion_tokens":1}}})",
        R"({"choices":[{}],"timings":{"cache_n":2,"prompt_n":3,"predicted_n":1}})",
        R"({"choices":[{}],"usage":{"prompt_tokens":"5","completion_tokens":1.0}})"}) {
    AnswerReader reader(AnswerForm::events, {});
    ASSERT_TRUE(reader.pass("data: " + std::string(last) + "\n\n"));
    EXPECT_EQ(reader.usage().input, 5) << last;
    EXPECT_EQ(reader.usage().output, 1) << last;
  }
}

std::string chunk(std::string_view text) {
  return R"(data: {"id":"c","model":"up","choices":[{"delta":{"content":")" + std::string(text) +
         "\"},\"finish_reason\":null}]}\n\n";
}

TEST(AnswerReader, EventsThatDifferInTheirTextOnlyAreForwardedAndCountedAlike) {
  const std::string words[] = {"Hello", " wor",  "ld",           R"( \"quoted\" \\)",
                               "",      R"(\n)", "\xE4\xBD\xA0", " end"};
  std::string stream;
  std::string renamed;
  std::string text;
  for (const auto& word : words) {
    stream += chunk(word);
    text += word;
  }
  renamed = stream;
  for (auto at = renamed.find(R"("up")"); at != renamed.npos; at = renamed.find(R"("up")")) {
    renamed.replace(at, 4, R"("a longer name")");
  }
  codec::TextMeter meter;
  meter.feed(text);
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{100}, stream.size()}) {
    AnswerReader reader(AnswerForm::events, {});
    EXPECT_EQ(passed(reader, stream, size), stream);
    EXPECT_EQ(reader.events(), std::size(words));
    EXPECT_EQ(reader.text(), meter.weight());
    AnswerReader renaming(AnswerForm::events, {.model = R"("a longer name")"});
    EXPECT_EQ(passed(renaming, stream, size), renamed);
    EXPECT_EQ(renaming.text(), meter.weight());
  }
}

TEST(AnswerReader, TheEventThatOnlyCarriesUsageIsHiddenFromAClientThatDidNotAsk) {
  AnswerReader reader(AnswerForm::events, {.model = R"("mine")", .hide_usage = true});
  EXPECT_EQ(
      passed(reader, kStream, 7),
      "data: {\"model\":\"mine\",\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}\n\n"
      ": a comment\n\n"
      "data: [DONE]\n\n");
  EXPECT_EQ(reader.usage().total(), 6);
  EXPECT_EQ(reader.events(), 1U);
}

TEST(AnswerReader, ReadsTheEventsOfMessagesAndResponses) {
  AnswerReader messages(AnswerForm::events,
                        {.model = R"("mine")", .endpoint = catalogue::Endpoint::messages});
  const std::string stream =
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"up\","
      "\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}}\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":9}}\n\n"
      "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
  const auto out = passed(messages, stream, stream.size());
  EXPECT_NE(out.find(R"("message":{"model":"mine")"), std::string::npos) << out;
  EXPECT_EQ(messages.usage().input, 7);
  EXPECT_EQ(messages.usage().output, 9);
  EXPECT_TRUE(messages.finished());

  AnswerReader responses(AnswerForm::events, {.endpoint = catalogue::Endpoint::responses});
  ASSERT_TRUE(
      responses.pass("data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}\n\n"));
  EXPECT_EQ(responses.id(), R"("r")");
  EXPECT_FALSE(responses.finished());
  ASSERT_TRUE(responses.pass(
      "data: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":3,"
      "\"output_tokens\":2}}}\r\n\r\n"));
  EXPECT_EQ(responses.usage().total(), 5);
  EXPECT_TRUE(responses.finished());
}

TEST(AnswerReader, AnEventWithoutItsEndIsPassedOnOnlyWhenTheStreamHasEnded) {
  AnswerReader reader(AnswerForm::events, {});
  const auto first = reader.pass("data: 1\n\ndata: [DONE]\n");
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, "data: 1\n\n");
  EXPECT_FALSE(reader.finished());
  EXPECT_EQ(reader.rest(), "data: [DONE]\n");
  EXPECT_TRUE(reader.finished());
}

TEST(AnswerReader, AnEventBeyondTheBoundIsAnError) {
  AnswerReader reader(AnswerForm::events, {.max_event_bytes = 16});
  const auto piece = reader.pass("data: " + std::string(64, 'x'));
  ASSERT_FALSE(piece);
  EXPECT_EQ(piece.error().code, Errc::upstream_answer_too_large);
}

TEST(AnswerReader, TheMemoryOfALongEventIsToldAndReleasedBehindIt) {
  constexpr std::size_t kPieceBytes = 64 << 10;
  constexpr std::size_t kPieces = 16;
  AnswerReader reader(AnswerForm::events, {.model = R"("mine")", .max_event_bytes = 32 << 20});
  EXPECT_EQ(reader.pass("data: {\"choices\":[{\"delta\":{\"content\":\""), "");
  EXPECT_EQ(reader.held_bytes(), 0U);
  const std::string piece(kPieceBytes, 'a');
  for (std::size_t i = 0; i < kPieces; ++i) EXPECT_EQ(reader.pass(piece), "");
  EXPECT_GE(reader.held_bytes(), kPieceBytes * kPieces);
  EXPECT_GT(reader.pass("\"}}]}\n\n")->size(), kPieceBytes * kPieces);
  EXPECT_EQ(reader.pass("data: 1\n\n"), "data: 1\n\n");
  EXPECT_EQ(reader.pass("data: 2\n\n"), "data: 2\n\n");
  EXPECT_EQ(reader.held_bytes(), 0U);
}

}  // namespace
}  // namespace weir::gateway
