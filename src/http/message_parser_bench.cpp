#include <string>

#include <benchmark/benchmark.h>

#include "http/message_parser.hpp"

namespace weir::http {
namespace {

// A call as OpenAI's Python client sends it.
constexpr std::string_view kCall =
    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
    "Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\nAccept: application/json\r\n"
    "Content-Type: application/json\r\nUser-Agent: OpenAI/Python 1.99.9\r\n"
    "X-Stainless-Lang: python\r\nX-Stainless-Package-Version: 1.99.9\r\nX-Stainless-OS: Linux\r\n"
    "X-Stainless-Arch: x64\r\nX-Stainless-Runtime: CPython\r\nX-Stainless-Runtime-Version: "
    "3.11.2\r\n"
    "Authorization: Bearer sk-weir_0123456789abcdefghijklmnopqrstuvwxyz012345\r\n"
    "X-Stainless-Async: false\r\nx-stainless-retry-count: 0\r\nx-stainless-read-timeout: 600\r\n"
    "Content-Length: 600\r\n\r\n";
constexpr std::string_view kList =
    "GET /v1/models?sub_type=chat HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
    "Authorization: Bearer sk-weir_0123456789abcdefghijklmnopqrstuvwxyz012345\r\n\r\n";

void parse(benchmark::State& state, std::string_view head) {
  MessageParser parser{{}};
  for (auto _ : state) {
    const auto size = parser.find_head(head);
    const auto parsed = parser.parse_head(head.substr(0, *size));
    if (!parsed) state.SkipWithError("refused");
    benchmark::DoNotOptimize(parser.request());
    parser.reset();
  }
}
void head_of_a_call(benchmark::State& state) { parse(state, kCall); }
BENCHMARK(head_of_a_call);
void head_of_a_list(benchmark::State& state) { parse(state, kList); }
BENCHMARK(head_of_a_list);

}  // namespace
}  // namespace weir::http

BENCHMARK_MAIN();
