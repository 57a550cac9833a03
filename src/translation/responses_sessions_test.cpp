// Sessions of an agent, made from a seed: what a client says and reads in responses is what the
// upstream hears and says in chat completions.
#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "codec/sse.hpp"
#include "translation/translation.hpp"

namespace weir::translation {
namespace {

namespace json = boost::json;

constexpr std::uint32_t kSeed = 20261130;
constexpr int kSessions = 150;

constexpr std::string_view kTools =
    R"([{"type":"function","name":"read","parameters":{"type":"object"}},
        {"type":"custom","name":"apply_patch","description":"d","format":{"type":"grammar","syntax":"lark","definition":"g"}},
        {"type":"local_shell"},{"type":"web_search"},
        {"type":"namespace","name":"mcp__mail","description":"d","tools":[{"type":"function","name":"find","parameters":{}}]}])";

struct Tool {
  std::string_view type;
  std::string_view name;
  std::string_view chat_name;
};
constexpr std::array<Tool, 4> kKinds = {{{"function_call", "read", "read"},
                                         {"custom_tool_call", "apply_patch", "apply_patch"},
                                         {"local_shell_call", "", "local_shell"},
                                         {"function_call", "find", "mcp__mail__find"}}};

struct Call {
  Tool tool;
  std::string id;
  std::string written;   ///< arguments as the upstream writes them
  json::value read;      ///< what the client reads: arguments, input or command
  std::string repeated;  ///< arguments as the upstream hears them again
};

struct Turn {
  std::string reasoning;
  std::string member;
  std::string text;
  std::vector<Call> calls;
  std::string finish;
  json::value usage;
};

class Session {
 public:
  explicit Session(std::uint32_t seed) : random_(seed) {}

  void run() {
    summarises_ = chance(2);
    instructions_ = chance(4) ? "" : text(chance(5) ? 20'000 : 50);
    const auto turns = below(6) + 1;
    for (std::size_t i = 0; i < turns && !over_; ++i) exchange();
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }

  std::string text(std::size_t most) {
    static constexpr std::array<std::string_view, 12> kPieces = {
        "word ", "\n", "\"", "\\", "é", "漢字", "🙂", "{\"a\":1}", "\t", "</x>", "data: ", "\x7f"};
    std::string made;
    const auto size = below(most) + 1;
    while (made.size() < size) made += kPieces[below(kPieces.size())];
    return made;
  }

  Call call() {
    Call made{kKinds[below(kKinds.size())], "call_" + std::to_string(++ids_), {}, {}, {}};
    if (made.tool.type == "function_call") {
      made.written = "{ \"path\" :\t" + json::serialize(json::string(text(80))) + ",\"n\":1.50}";
      if (chance(8)) made.written = "";
      if (chance(8)) made.written = "{not json";
      made.repeated = made.written.empty() ? "{}" : made.written;
      made.read = made.repeated;
    } else if (made.tool.type == "custom_tool_call") {
      const auto input = text(300);
      made.written = "{ \"input\": " + json::serialize(json::string(input)) + " }";
      made.repeated = json::serialize(json::object{{"input", input}});
      made.read = input;
    } else {
      json::array command{"sh", "-c", text(40)};
      made.written = "{\"command\" : " + json::serialize(command) + "}";
      made.repeated = json::serialize(json::object{{"command", command}});
      made.read = std::move(command);
    }
    return made;
  }

  Turn turn() {
    Turn made;
    if (chance(2)) made.reasoning = text(200);
    made.member = chance(2) ? "reasoning" : "reasoning_content";
    if (!chance(3)) made.text = text(400);
    for (auto calls = chance(3) ? 0 : below(4); calls > 0; --calls) made.calls.push_back(call());
    made.finish = made.calls.empty() ? "stop" : "tool_calls";
    if (chance(12)) made.finish = chance(2) ? "length" : "content_filter";
    if (!chance(5)) {
      made.usage = {{"prompt_tokens", 900 + below(100)},
                    {"completion_tokens", 200 + below(100)},
                    {"prompt_tokens_details", {{"cached_tokens", below(900)}}},
                    {"completion_tokens_details", {{"reasoning_tokens", below(200)}}}};
    }
    return made;
  }

  void say_something() {
    auto words = text(100);
    if (chance(3)) {
      const json::string url("data:image/png;base64," + std::string(chance(5) ? 40'000 : 8, 'A'));
      items_.push_back({{"type", "message"},
                        {"role", "user"},
                        {"content", json::array{{{"type", "input_text"}, {"text", words}},
                                                {{"type", "input_image"}, {"image_url", url}}}}});
      messages_.push_back(
          {{"role", "user"},
           {"content", json::array{{{"type", "text"}, {"text", words}},
                                   {{"type", "image_url"}, {"image_url", {{"url", url}}}}}}});
      return;
    }
    items_.push_back({{"role", "user"}, {"content", words}});
    messages_.push_back({{"role", "user"}, {"content", words}});
  }

  Request request(bool stream) {
    json::object body{{"model", "m"}, {"input", items_}, {"tools", json::parse(kTools)}};
    if (!instructions_.empty()) body["instructions"] = instructions_;
    if (summarises_) body["reasoning"] = {{"effort", "low"}, {"summary", "auto"}};
    if (stream) body["stream"] = true;
    auto made = translate(catalogue::Endpoint::responses, json::serialize(body),
                          {.model = "m", .upstream_model = "org/m"});
    EXPECT_TRUE(made) << made.error().detail;
    return std::move(*made);
  }

  void expect_conversation(const Request& made) {
    json::array expected;
    if (!instructions_.empty()) {
      expected.push_back({{"role", "system"}, {"content", instructions_}});
    }
    for (const auto& message : messages_) expected.push_back(message);
    EXPECT_EQ(json::parse(made.body).at("messages"), json::value(expected));
  }

  static json::object whole(const Turn& said) {
    json::object message{{"role", "assistant"}, {"content", nullptr}};
    if (!said.text.empty()) message["content"] = said.text;
    if (!said.reasoning.empty()) message[said.member] = said.reasoning;
    json::array calls;
    for (const auto& call : said.calls) {
      calls.push_back({{"id", call.id},
                       {"type", "function"},
                       {"function", {{"name", call.tool.chat_name}, {"arguments", call.written}}}});
    }
    if (!calls.empty()) message["tool_calls"] = std::move(calls);
    return {{"id", "x"},
            {"created", 7},
            {"choices", json::array{{{"message", message}, {"finish_reason", said.finish}}}},
            {"usage", said.usage}};
  }

  /// As from an upstream: its numbers have the types that a parser gives them.
  static json::object reread(const json::object& object) {
    return json::parse(json::serialize(object)).as_object();
  }

  static json::object chunk(json::object delta) {
    return {{"id", "x"}, {"created", 7}, {"choices", json::array{{{"delta", std::move(delta)}}}}};
  }

  /// A piece of `rest`, of whole characters.
  std::string piece(std::string_view& rest) {
    auto size = std::min(rest.size(), below(chance(4) ? 200 : 12) + 1);
    while (size < rest.size() && (static_cast<unsigned char>(rest[size]) & 0xc0) == 0x80) ++size;
    std::string made(rest.substr(0, size));
    rest.remove_prefix(size);
    return made;
  }

  std::vector<json::object> chunks(const Turn& said) {
    std::vector<json::object> made{chunk({{"role", "assistant"}, {"content", ""}})};
    for (std::string_view rest = said.reasoning; !rest.empty();) {
      made.push_back(chunk({{said.member, piece(rest)}}));
    }
    for (std::string_view rest = said.text; !rest.empty();) {
      made.push_back(chunk({{"content", piece(rest)}}));
    }
    // Calls begin in order; their arguments come in any.
    std::vector<std::string_view> rests;
    std::size_t begun = 0;
    for (const auto& call : said.calls) rests.emplace_back(call.written);
    const auto unsaid = [&] {
      return begun < rests.size() ||
             std::ranges::any_of(rests, [](const auto& rest) { return !rest.empty(); });
    };
    while (unsaid()) {
      auto at = begun == 0 ? 0 : below(begun + 1);
      at = std::min(at, rests.size() - 1);
      json::object entry{{"index", at}};
      json::object function{{"arguments", ""}};
      if (at == begun) {
        entry["id"] = said.calls[at].id;
        function["name"] = said.calls[at].tool.chat_name;
        ++begun;
      }
      if (chance(2)) function["arguments"] = piece(rests[at]);
      entry["function"] = std::move(function);
      made.push_back(chunk({{"tool_calls", json::array{std::move(entry)}}}));
    }
    made.push_back(chunk({}));
    made.back()["choices"].at(0).as_object()["finish_reason"] = said.finish;
    if (said.usage.is_object()) {
      made.push_back({{"id", "x"}, {"choices", json::array()}, {"usage", said.usage}});
    }
    return made;
  }

  /// The response of a stream, with the output of its items as they were done.
  json::object streamed(const Turn& said) {
    const auto made = request(true);
    std::string out;
    for (const auto& event : chunks(said)) made.answer->take(reread(event), out);
    made.answer->end(out);
    json::object response;
    std::vector<json::value> done;
    std::vector<std::string> deltas;
    std::string scratch;
    for (std::string_view rest = out; !rest.empty();) {
      const auto event = json::parse(codec::event_data(codec::take_event(rest), scratch));
      const auto& type = event.at("type").as_string();
      const auto* index = event.as_object().if_contains("output_index");
      const auto at = index == nullptr ? 0 : index->to_number<std::size_t>();
      if (at >= done.size()) done.resize(at + 1);
      if (at >= deltas.size()) deltas.resize(at + 1);
      if (type == "response.output_item.done") done[at] = event.at("item");
      if (type.ends_with(".delta")) deltas[at] += event.at("delta").as_string();
      if (event.as_object().contains("response")) response = event.at("response").as_object();
    }
    if (response["output"].as_array().empty()) done.clear();
    EXPECT_EQ(response["output"], json::value(json::array(done.begin(), done.end())));
    for (std::size_t i = 0; i < done.size(); ++i) expect_deltas(done[i].as_object(), deltas[i]);
    return response;
  }

  static void expect_deltas(const json::object& item, std::string_view deltas) {
    for (const auto* name : {"arguments", "input"}) {
      const auto* value = item.if_contains(name);
      // Arguments that the upstream left out have no delta.
      if (value == nullptr || (deltas.empty() && *value == "{}")) continue;
      EXPECT_EQ(std::string_view(value->as_string()), deltas);
    }
    for (const auto* name : {"content", "summary"}) {
      const auto* list = item.if_contains(name);
      if (list == nullptr || list->as_array().empty()) continue;
      EXPECT_EQ(std::string_view(list->at(0).at("text").as_string()), deltas);
    }
  }

  void expect_answer(const json::object& response, const Turn& said) {
    const bool cut = said.finish == "length" || said.finish == "content_filter";
    EXPECT_EQ(response.at("status"), cut ? "incomplete" : "completed");
    std::size_t at = 0;
    const auto& output = response.at("output").as_array();
    ASSERT_EQ(output.size(),
              said.calls.size() + (said.text.empty() ? 0 : 1) + (said.reasoning.empty() ? 0 : 1));
    if (!said.reasoning.empty()) {
      const auto* name = summarises_ ? "summary" : "content";
      EXPECT_EQ(output[at++].at(name).at(0).at("text"), json::value(said.reasoning));
    }
    if (!said.text.empty()) {
      EXPECT_EQ(output[at++].at("content").at(0).at("text"), json::value(said.text));
    }
    for (const auto& call : said.calls) expect_call(output[at++].as_object(), call, cut);
    const auto& usage = response.at("usage");
    ASSERT_EQ(usage.is_object(), said.usage.is_object());
    if (!usage.is_object()) return;
    EXPECT_EQ(usage.at("input_tokens"), said.usage.at("prompt_tokens"));
    EXPECT_EQ(usage.at("output_tokens"), said.usage.at("completion_tokens"));
    EXPECT_EQ(usage.at("input_tokens_details").at("cached_tokens"),
              said.usage.at("prompt_tokens_details").at("cached_tokens"));
    EXPECT_EQ(usage.at("output_tokens_details").at("reasoning_tokens"),
              said.usage.at("completion_tokens_details").at("reasoning_tokens"));
  }

  static void expect_call(const json::object& item, const Call& call, bool cut) {
    EXPECT_EQ(std::string_view(item.at("type").as_string()), call.tool.type);
    EXPECT_EQ(item.at("call_id"), json::value(call.id));
    EXPECT_EQ(item.contains("namespace"), call.tool.name == "find");
    if (call.tool.type == "local_shell_call") {
      EXPECT_EQ(item.at("action").at("command"), call.read);
      return;
    }
    EXPECT_EQ(std::string_view(item.at("name").as_string()), call.tool.name);
    if (cut && call.written.empty()) return;
    EXPECT_EQ(item.at(call.tool.type == "function_call" ? "arguments" : "input"), call.read);
  }

  void remember(const json::object& response, const Turn& said) {
    for (auto item : response.at("output").as_array()) {
      // Codex returns no text of reasoning.
      if (item.at("type") == "reasoning") item.as_object().erase("content");
      items_.push_back(std::move(item));
    }
    if (said.text.empty() && said.calls.empty()) return;
    json::object message{{"role", "assistant"}, {"content", nullptr}};
    if (!said.text.empty()) message["content"] = said.text;
    json::array calls;
    for (const auto& call : said.calls) {
      calls.push_back(
          {{"id", call.id},
           {"type", "function"},
           {"function", {{"name", call.tool.chat_name}, {"arguments", call.repeated}}}});
    }
    if (!calls.empty()) message["tool_calls"] = std::move(calls);
    if (!said.reasoning.empty()) message[said.member] = said.reasoning;
    messages_.push_back(std::move(message));
  }

  void answer_calls(std::vector<Call> calls) {
    std::ranges::shuffle(calls, random_);
    for (const auto& call : calls) {
      const auto result = chance(4) ? "error: " + text(30) : text(chance(8) ? 30'000 : 200);
      items_.push_back({{"type", std::string(call.tool.type) + "_output"},
                        {"call_id", call.id},
                        {"output", result}});
      messages_.push_back({{"role", "tool"}, {"tool_call_id", call.id}, {"content", result}});
    }
  }

  void exchange() {
    const bool waits = messages_.empty() || messages_.back().at("role") != "tool";
    if (waits || is_silent_ || chance(3)) say_something();
    const auto said = turn();
    const auto made = request(false);
    expect_conversation(made);
    const auto first = json::parse(made.answer->rewrite(reread(whole(said)))).as_object();
    const auto second = streamed(said);
    expect_answer(first, said);
    expect_answer(second, said);
    EXPECT_EQ(first, second);
    is_silent_ = said.text.empty() && said.calls.empty();
    over_ = said.finish == "length" || said.finish == "content_filter";
    remember(chance(2) ? first : second, said);
    answer_calls(said.calls);
  }

  std::mt19937 random_;
  std::string instructions_;
  bool summarises_ = false;
  bool over_ = false;
  bool is_silent_ = false;  ///< the model's last turn
  int ids_ = 0;
  json::array items_;     ///< what the client has said and read
  json::array messages_;  ///< what the upstream hears
};

TEST(ResponsesSessions, AreTheSameOnBothSides) {
  for (int i = 0; i < kSessions; ++i) {
    const auto seed = kSeed + static_cast<std::uint32_t>(i);
    SCOPED_TRACE("seed " + std::to_string(seed));
    Session(seed).run();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace weir::translation
