// CPU per KB that an upstream sends, and that a client sends: bytes_per_second tells.
#include <string>

#include <benchmark/benchmark.h>

#include "translation/answer_stream.hpp"

namespace weir::translation {
namespace {

using catalogue::Endpoint;

constexpr int kEvents = 400;

std::string chat_stream() {
  std::string stream;
  for (int i = 0; i < kEvents; ++i) {
    stream +=
        R"(data: {"id":"chatcmpl-123","object":"chat.completion.chunk","created":1764500000,)"
        R"("model":"m","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]})";
    stream += "\n\n";
  }
  stream += R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";
  return stream + "\n\ndata: [DONE]\n\n";
}

std::string request_of(Endpoint endpoint) {
  const std::string text(500, 'a');
  const bool is_messages = endpoint == Endpoint::messages;
  std::string turns;
  for (int i = 0; i < 101; ++i) {
    if (i > 0) turns += ',';
    turns += R"({"role":")";
    turns += i % 2 == 0 ? "user" : "assistant";
    turns += R"(","content":")" + text + R"("})";
  }
  const std::string name = is_messages ? R"("max_tokens":9,"messages")" : R"("input")";
  return R"({"model":"m","stream":true,)" + name + ":[" + turns + "]}";
}

void translate_request(benchmark::State& state, Endpoint endpoint) {
  const auto body = request_of(endpoint);
  for (auto _ : state) {
    auto request = translate(endpoint, body, {.model = "m", .upstream_model = "m"});
    if (!request) state.SkipWithError("refused");
    benchmark::DoNotOptimize(request);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void translate_stream(benchmark::State& state, Endpoint endpoint) {
  const auto body = request_of(endpoint);
  const auto stream = chat_stream();
  for (auto _ : state) {
    state.PauseTiming();
    auto request = translate(endpoint, body, {.model = "m", .upstream_model = "m"});
    AnswerStream answer(std::move(request->answer), endpoint, "m");
    state.ResumeTiming();
    benchmark::DoNotOptimize(answer.finish(stream));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(stream.size()));
}

BENCHMARK_CAPTURE(translate_request, messages, Endpoint::messages);
BENCHMARK_CAPTURE(translate_request, responses, Endpoint::responses);
BENCHMARK_CAPTURE(translate_stream, messages, Endpoint::messages);
BENCHMARK_CAPTURE(translate_stream, responses, Endpoint::responses);

}  // namespace
}  // namespace weir::translation
