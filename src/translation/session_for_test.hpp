/// Turns of an agent's model: what it says, and how a chat upstream tells it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

namespace weir::translation {

namespace json = boost::json;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(std::size_t in) { return below(in) == 0; }
  template <class T, std::size_t N>
  T one_of(const T (&choices)[N]) {
    return choices[below(N)];
  }

 private:
  std::mt19937_64 random_;
};

struct Call {
  std::string id;
  std::string name;
  std::string arguments;
};

struct Reply {
  std::string_view member;  // of the thinking
  std::string thinking;
  std::string text;
  std::vector<Call> calls;
  bool cut = false;
  std::int64_t prompt = 0;
  std::int64_t cached = 0;
  std::int64_t completion = 0;

  [[nodiscard]] std::string_view finish() const {
    if (cut) return "length";
    return calls.empty() ? "stop" : "tool_calls";
  }
};

inline std::string text_of(Dice& dice, std::size_t most) {
  static constexpr const char* kWords[] = {"list ",  "the\n",   "\"files\" ",   "\\path ", "然后 ",
                                           "naïve ", "{\"a\":", "<tool_call> ", "😀 ",     "\t"};
  std::string text;
  for (auto words = dice.below(most); words > 0; --words) text += dice.one_of(kWords);
  return text;
}

inline std::string arguments_of(Dice& dice) {
  static constexpr const char* kValues[] = {R"("src/main.cpp")",
                                            R"("a \"quoted\"\\ {brace} [x]")",
                                            R"("中文\n")",
                                            "0",
                                            "-12",
                                            "9007199254740993",
                                            "1.5",
                                            "-0.25",
                                            "1e+30",
                                            "2.0",
                                            "true",
                                            "null",
                                            "[]",
                                            "{}",
                                            R"([1,{"x":[2]}])",
                                            "[\n    1,\r\n\n    2\n  ]",
                                            R"({"deep":{"er":["}"]}})"};
  std::string text = "{";
  const auto members = dice.below(5);
  for (std::size_t i = 0; i < members; ++i) {
    if (i > 0) text += ',';
    text.append("\"k").append(std::to_string(i)).append("\":").append(dice.one_of(kValues));
  }
  return text + "}";
}

inline Reply reply_of(Dice& dice, int turn) {
  Reply reply;
  reply.member = dice.chance(2) ? "reasoning_content" : "reasoning";
  if (dice.chance(2)) reply.thinking = text_of(dice, 12);
  if (!dice.chance(3)) reply.text = text_of(dice, 20);
  if (!dice.chance(4)) {
    for (auto calls = 1 + dice.below(4); calls > 0; --calls) {
      static constexpr const char* kNames[] = {"Read", "Bash", "mcp__server__search", "Edit"};
      reply.calls.push_back({"call_" + std::to_string(turn) + "_" + std::to_string(calls),
                             dice.one_of(kNames), arguments_of(dice)});
    }
  }
  if (reply.calls.empty()) {
    reply.cut = dice.chance(5);
    reply.text += "end";
  }
  reply.prompt = static_cast<std::int64_t>(10 + dice.below(200'000));
  reply.cached = static_cast<std::int64_t>(dice.below(static_cast<std::size_t>(reply.prompt)));
  reply.completion = static_cast<std::int64_t>(1 + dice.below(4'000));
  return reply;
}

/// Arguments as a client writes them again: without blanks between tokens.
inline std::string compact(std::string_view arguments) {
  std::string text;
  bool in_string = false;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const char c = arguments[at];
    if (!in_string && std::string_view(" \r\n").contains(c)) continue;
    if (c == '"') in_string = !in_string;
    text += c;
    if (in_string && c == '\\') text += arguments[++at];
  }
  return text;
}

inline json::object image_part() {
  return {{"type", "image_url"}, {"image_url", {{"url", "data:image/png;base64,iVBORw0KGgo="}}}};
}

/// The message of the assistant, with its reasoning or without.
inline json::object chat_message(const Reply& reply, bool with_reasoning) {
  json::object message{{"role", "assistant"}};
  message["content"] = reply.text.empty() ? json::value() : json::value(reply.text);
  json::array calls;
  for (const auto& call : reply.calls) {
    calls.push_back({{"id", call.id},
                     {"type", "function"},
                     {"function", {{"name", call.name}, {"arguments", call.arguments}}}});
  }
  if (!calls.empty()) message["tool_calls"] = calls;
  const bool carries = with_reasoning && !calls.empty() && !reply.thinking.empty();
  if (carries) message[reply.member] = reply.thinking;
  return message;
}

inline json::object chat_usage(const Reply& reply) {
  return {{"prompt_tokens", reply.prompt},
          {"completion_tokens", reply.completion},
          {"total_tokens", reply.prompt + reply.completion},
          {"prompt_tokens_details", {{"cached_tokens", reply.cached}}}};
}

inline json::object whole_answer(const Reply& reply) {
  auto message = chat_message(reply, false);
  if (!reply.thinking.empty()) message[reply.member] = reply.thinking;
  json::object choice{{"index", 0}, {"message", message}, {"finish_reason", reply.finish()}};
  return {{"id", "chatcmpl-7"}, {"choices", json::array{choice}}, {"usage", chat_usage(reply)}};
}

inline json::object event_of(json::object delta) {
  json::object choice{{"index", 0}, {"delta", std::move(delta)}, {"finish_reason", nullptr}};
  return {{"id", "chatcmpl-7"}, {"choices", json::array{choice}}};
}

inline std::size_t next_cut(std::string_view text, Dice& dice) {
  auto cut = dice.chance(8) ? text.size() : std::min(text.size(), 1 + dice.below(6));
  while (cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) ++cut;
  return cut;
}

inline void stream_text(std::vector<json::object>& events, std::string_view member,
                        std::string_view text, Dice& dice) {
  while (!text.empty()) {
    const auto cut = next_cut(text, dice);
    events.push_back(event_of({{member, text.substr(0, cut)}}));
    text.remove_prefix(cut);
  }
}

inline json::object call_event(std::size_t index, const Call& call, std::string_view arguments,
                               bool announces) {
  json::object piece{{"index", static_cast<std::int64_t>(index)}};
  json::object function{{"arguments", arguments}};
  if (announces) {
    piece["id"] = call.id;
    piece["type"] = "function";
    function["name"] = call.name;
  }
  piece["function"] = function;
  return event_of({{"tool_calls", json::array{piece}}});
}

// One after the other, or in turns.
inline void stream_calls(std::vector<json::object>& events, const std::vector<Call>& calls,
                         Dice& dice) {
  const bool alternate = dice.chance(2);
  std::vector<std::string_view> rest;
  for (const auto& call : calls) rest.emplace_back(call.arguments);
  std::vector<bool> announced(calls.size());
  for (;;) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (!rest[i].empty()) open.push_back(i);
    }
    if (open.empty()) return;
    const auto which = alternate ? open[dice.below(open.size())] : open.front();
    const auto cut = announced[which] ? next_cut(rest[which], dice)
                                      : dice.below(2) * next_cut(rest[which], dice);
    events.push_back(
        call_event(which, calls[which], rest[which].substr(0, cut), !announced[which]));
    announced[which] = true;
    rest[which].remove_prefix(cut);
  }
}

inline std::vector<json::object> stream_answer(const Reply& reply, Dice& dice) {
  std::vector<json::object> events{event_of({{"role", "assistant"}, {"content", ""}})};
  stream_text(events, reply.member, reply.thinking, dice);
  stream_text(events, "content", reply.text, dice);
  stream_calls(events, reply.calls, dice);
  auto last = event_of({});
  last["choices"].at(0).as_object()["finish_reason"] = reply.finish();
  if (dice.chance(3)) {
    last["usage"] = chat_usage(reply);
    events.push_back(last);
  } else {
    events.push_back(last);
    events.push_back(
        {{"id", "chatcmpl-7"}, {"choices", json::array()}, {"usage", chat_usage(reply)}});
  }
  return events;
}

}  // namespace weir::translation
