#include "dialect/token_usage.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <utility>

#include "base/enumerators.hpp"
#include "codec/json_value.hpp"
#include "codec/json_walk.hpp"

namespace weir::dialect {
namespace {

// Larger than any real count, and small enough to be summed.
constexpr std::int64_t kLargest = 1'000'000'000;

using Count = std::optional<std::int64_t>;

// The meaning of a number in a report.
enum class Part : std::uint8_t {
  input,
  output,
  total,
  fresh,       // input without the cached part
  cache_read,  // beside `fresh`
  cache_write,
  cached,     // part of the input
  reasoning,  // part of the output
  thoughts,   // beside the output
  seconds,    // of audio
};

struct Number {
  std::string_view name;
  Part part;
};

// Members of the report itself.
constexpr std::array kNumbers{
    Number{"prompt_tokens", Part::input},
    Number{"completion_tokens", Part::output},
    Number{"total_tokens", Part::total},
    Number{"input_tokens", Part::fresh},
    Number{"output_tokens", Part::output},
    Number{"cache_creation_input_tokens", Part::cache_write},
    Number{"cache_read_input_tokens", Part::cache_read},
    Number{"prompt_cache_hit_tokens", Part::cached},
    Number{"prompt_eval_count", Part::input},
    Number{"eval_count", Part::output},
    Number{"prompt_n", Part::fresh},
    Number{"cache_n", Part::cache_read},
    Number{"predicted_n", Part::output},
    Number{"promptTokenCount", Part::input},
    Number{"candidatesTokenCount", Part::output},
    Number{"thoughtsTokenCount", Part::thoughts},
    Number{"cachedContentTokenCount", Part::cached},
    Number{"totalTokenCount", Part::total},
    Number{"inputTokens", Part::fresh},
    Number{"outputTokens", Part::output},
    Number{"totalTokens", Part::total},
    Number{"cacheReadInputTokens", Part::cache_read},
    Number{"cacheWriteInputTokens", Part::cache_write},
    Number{"seconds", Part::seconds},
    Number{"duration", Part::seconds},
    Number{"prompt_audio_seconds", Part::seconds},
};

// Members of the report itself, or of an object in it.
constexpr std::array kDetails{
    Number{"cached_tokens", Part::cached},
    Number{"reasoning_tokens", Part::reasoning},
};

// 7.0 is 7. A part of a second is one, but not the noise of a number that was a float.
Count read_number(std::string_view text, Part part) {
  constexpr double kNoise = 0.001;
  if (const auto count = codec::parse_json_integer(text)) {
    return *count < 0 ? Count{} : std::min(*count, kLargest);
  }
  double number = -1;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end || !(number >= 0) || !std::isfinite(number)) return {};
  if (number >= static_cast<double>(kLargest)) return kLargest;
  return std::llround(part == Part::seconds ? std::ceil(number - kNoise) : number);
}

class Counts {
 public:
  Count& operator[](Part part) { return counts_[static_cast<std::size_t>(part)]; }
  const Count& operator[](Part part) const { return counts_[static_cast<std::size_t>(part)]; }

 private:
  std::array<Count, kEnumeratorCount<Part>> counts_;
};

// Collects the numbers of a report.
class Reading {
 public:
  explicit Reading(std::string_view report) { walk_.feed(report, *this); }

  void open(char, std::size_t) { part_ = {}; }
  void close(std::size_t) { part_ = {}; }
  void name(std::string_view name) {
    part_ = find(kDetails, name);
    if (!part_ && walk_.depth() == 1) part_ = find(kNumbers, name);
  }
  void string(std::string_view text, std::size_t, bool, bool) { take(text); }
  void scalar(std::string_view text, bool, bool) { take(text); }

  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  static std::optional<Part> find(std::span<const Number> numbers, std::string_view name) {
    const auto found = std::ranges::find(numbers, name, &Number::name);
    return found == numbers.end() ? std::nullopt : std::optional(found->part);
  }
  void take(std::string_view text) {
    const auto part = std::exchange(part_, std::nullopt);
    const auto count = part ? read_number(text, *part) : Count{};
    if (!count) return;
    // Some servers give a part under two names, of which one is always 0.
    const bool is_part = *part == Part::cached || *part == Part::reasoning;
    counts_[*part] = is_part ? std::max(counts_[*part], count) : count;
  }

  codec::JsonWalk walk_;
  Counts counts_;
  std::optional<Part> part_;
};

// The input, with what its figure leaves out.
void set_input(TokenUsage& usage, const Counts& counts) {
  usage.cached = std::max(counts[Part::cached], counts[Part::cache_read]);
  usage.input = counts[Part::input];
  if (usage.input || !counts[Part::fresh]) return;
  usage.beside = counts[Part::cache_read].value_or(0) + counts[Part::cache_write].value_or(0);
  usage.input = *counts[Part::fresh] + usage.beside;
}

// Shares that are absent or 0 follow from the total.
void complete(TokenUsage& usage, std::int64_t total) {
  const auto rest = total - usage.input.value_or(0) - usage.output.value_or(0);
  if (rest <= 0) return;
  const bool has_input = usage.input.value_or(0) > 0;
  const bool has_output = usage.output.value_or(0) > 0;
  if (!has_input && !has_output) {
    usage.input = usage.output = {};
    usage.sum = total;
  } else if (!has_output) {
    usage.output = rest;
  } else if (!has_input) {
    usage.input = rest;
  } else if (rest == usage.reasoning) {
    *usage.output += rest;
  }
}

void bound(Count& part, const Count& whole) {
  if (part && whole) part = std::min(*part, *whole);
}

}  // namespace

void TokenUsage::take(const TokenUsage& later) {
  const auto replace = [](Count& known, const Count& next) {
    if (next && (*next > 0 || !known)) known = next;
  };
  auto next = later.input;
  if (next && *next > 0 && later.beside == 0) *next += beside;
  replace(input, next);
  replace(output, later.output);
  replace(sum, later.sum);
  replace(cached, later.cached);
  replace(reasoning, later.reasoning);
  if (later.beside > 0) beside = later.beside;
  audio_seconds = std::max(audio_seconds, later.audio_seconds);
}

TokenUsage read_usage(std::string_view object) {
  const Reading reading(object);
  const Counts& counts = reading.counts();
  TokenUsage usage;
  set_input(usage, counts);
  usage.output = counts[Part::output];
  usage.reasoning = counts[Part::reasoning];
  if (const auto thoughts = counts[Part::thoughts]) {
    usage.reasoning = thoughts;
    usage.output = usage.output.value_or(0) + *thoughts;
  }
  if (const auto total = counts[Part::total]) complete(usage, *total);
  bound(usage.cached, usage.input);
  bound(usage.reasoning, usage.output);
  usage.audio_seconds = counts[Part::seconds].value_or(0);
  return usage;
}

}  // namespace weir::dialect
