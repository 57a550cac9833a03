#include <random>
#include <string>

#include <benchmark/benchmark.h>

#include "codec/multipart.hpp"

namespace weir::codec {
namespace {

constexpr std::string_view kNames[] = {"model", "n", "batch_size"};
constexpr std::size_t kBytes = 4U << 20U;
constexpr std::size_t kPieceBytes = 65'536;  // as read from a connection

std::string part(std::string_view boundary, std::string_view parameters, std::string_view content) {
  std::string text = "--";
  text.append(boundary).append("\r\nContent-Disposition: form-data; ").append(parameters);
  return text.append("\r\n\r\n").append(content).append("\r\n");
}

void scan(benchmark::State& state, std::string_view boundary, std::string body) {
  body.append("--").append(boundary).append("--\r\n");
  for (auto _ : state) {
    MultipartScanner scanner(boundary, kNames, 1024);
    for (std::size_t at = 0; at < body.size(); at += kPieceBytes) {
      scanner.feed(std::string_view(body).substr(at, kPieceBytes),
                   [](const MultipartValue& found) { benchmark::DoNotOptimize(found.end); });
    }
    if (scanner.state() != MultipartScanner::State::complete) state.SkipWithError("not complete");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void scan_file(benchmark::State& state, std::string_view boundary, std::string_view content) {
  std::string file = "x";  // it does not begin with a delimiter
  while (file.size() < kBytes) file += content;
  scan(state, boundary,
       part(boundary, "name=model", "m") + part(boundary, "name=file; filename=a", file));
}

// The baseline: an audio file.
void random_file(benchmark::State& state) {
  std::mt19937 random(1);
  std::string file(1U << 20U, ' ');
  for (char& c : file) c = static_cast<char>(random());
  scan_file(state, "----WebKitFormBoundary7MA4YWxkTrZu0gW", file);
}
BENCHMARK(random_file);

// The following are hostile or unusual; none may cost three times as much.
void dashes(benchmark::State& state) { scan_file(state, std::string(70, '-'), "-"); }
BENCHMARK(dashes);

void lines_of_dashes(benchmark::State& state) {
  scan_file(state, std::string(70, '-'), "\r\n" + std::string(71, '-'));
}
BENCHMARK(lines_of_dashes);

void short_lines_of_dashes(benchmark::State& state) { scan_file(state, "x", "\n--"); }
BENCHMARK(short_lines_of_dashes);

void line_feeds(benchmark::State& state) { scan_file(state, "x", "\n"); }
BENCHMARK(line_feeds);

void long_field(benchmark::State& state) {
  std::string text;
  while (text.size() < kBytes) text += "\xE4\xB8\xAD\xE6\x96\x87";
  scan(state, "x", part("x", "name=model", "m") + part("x", "name=prompt", text));
}
BENCHMARK(long_field);

// The maximum number of parts, in a form of 1 MB.
void many_parts(benchmark::State& state) {
  std::string body = part("x", "name=model", "m");
  for (std::size_t i = 1; i < MultipartScanner::kMaxParts; ++i) {
    body += part("x", "name=file; filename=a", std::string(1000, 'y'));
  }
  scan(state, "x", std::move(body));
}
BENCHMARK(many_parts);

}  // namespace
}  // namespace weir::codec
