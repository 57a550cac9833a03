#include <benchmark/benchmark.h>

#include "codec/json_scanner.hpp"

namespace weir::codec {
namespace {

constexpr MemberPaths kRequestMembers = {{"model", "stream", "max_tokens", "max_completion_tokens",
                                          "n", "stream_options.include_usage"}};

// A chat request with about `bytes` of prose, some of it quoted, in messages of equal size.
std::string chat_request(std::size_t bytes, std::size_t message_bytes) {
  constexpr std::string_view kProse =
      R"-(Limits hold, \"mostly\".\nThe rest of this sentence has no escapes in it at all. )-";
  std::string prose;
  while (prose.size() < message_bytes) prose += kProse;
  std::string body = R"({"model":"Qwen/Qwen3-8B","stream":true,"temperature":0.7,"messages":[)";
  for (std::size_t used = 0; used < bytes; used += message_bytes) {
    body += used == 0 ? "" : ",";
    body += R"({"role":"user","content":")" + prose + "\"}";
  }
  return body + R"(],"max_tokens":512,"stream_options":{"include_usage":true}})";
}

void scan(benchmark::State& state, const std::string& body, std::size_t piece_bytes,
          JsonScanner::Check check = JsonScanner::Check::structure) {
  std::uint64_t last = 0;
  for (auto _ : state) {
    JsonScanner scanner(kRequestMembers, 4096, JsonScanner::kMaxDepth, check);
    for (std::size_t at = 0; at < body.size(); at += piece_bytes) {
      scanner.feed(std::string_view(body).substr(at, piece_bytes),
                   [&](const JsonValue& value) { last = value.end; });
    }
    benchmark::DoNotOptimize(last);
    if (scanner.state() != JsonScanner::State::complete) state.SkipWithError("not complete");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void small_chat(benchmark::State& state) { scan(state, chat_request(600, 200), 1U << 20U); }
BENCHMARK(small_chat);

void long_strings(benchmark::State& state) { scan(state, chat_request(120'000, 8000), 1U << 20U); }
BENCHMARK(long_strings);

void long_strings_in_reads(benchmark::State& state) {
  scan(state, chat_request(120'000, 8000), 16'384);
}
BENCHMARK(long_strings_in_reads);

void many_short_messages(benchmark::State& state) {
  scan(state, chat_request(120'000, 80), 1U << 20U);
}
BENCHMARK(many_short_messages);

// With everything checked, as requests are read.
void small_chat_checked(benchmark::State& state) {
  scan(state, chat_request(600, 200), 1U << 20U, JsonScanner::Check::everything);
}
BENCHMARK(small_chat_checked);

void long_strings_checked(benchmark::State& state) {
  scan(state, chat_request(120'000, 8000), 1U << 20U, JsonScanner::Check::everything);
}
BENCHMARK(long_strings_checked);

// The most tokens per byte: a hostile text, or a list of flags.
void brackets_checked(benchmark::State& state) {
  std::string body = R"({"model":"m","x":[[])";
  while (body.size() < 1'000'000) body += ",[]";
  scan(state, body + "]}", 1U << 20U, JsonScanner::Check::everything);
}
BENCHMARK(brackets_checked);

void chinese_checked(benchmark::State& state) {
  std::string body = R"({"model":"m","x":")";
  while (body.size() < 1'000'000) body += "\xE4\xB8\xAD";
  scan(state, body + "\"}", 1U << 20U, JsonScanner::Check::everything);
}
BENCHMARK(chinese_checked);

// An answer to an embedding request: almost only numbers.
void embedding_answer(benchmark::State& state) {
  std::string body = R"({"object":"list","data":[{"embedding":[0.0125)";
  for (int i = 0; i < 10'000; ++i) body += ",-0.0123456" + std::to_string(i % 97);
  body += R"(]}],"model":"bge-m3","stream":false})";
  scan(state, body, 1U << 20U);
}
BENCHMARK(embedding_answer);

}  // namespace
}  // namespace weir::codec
