// Forwarding an upstream's answer: however it is cut, the client gets the same bytes and the same
// usage is counted; if no name is replaced, the bytes are unchanged.
//
// Input: a byte of choices; a byte that seeds the cuts; then the answer.
// Covers: gateway/answer_reader.cpp gateway/event_pattern.cpp dialect/answer_scan.cpp
//         dialect/token_usage.cpp dialect/family.cpp codec/json_walk.hpp codec/text_weight.cpp
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/pieces_for_test.hpp"
#include "gateway/answer_reader.hpp"

namespace {

using namespace weir::gateway;
using weir::Pieces;
using weir::catalogue::Endpoint;

struct Outcome {
  std::string out;
  bool too_large = false;
  bool finished = false;
  std::uint64_t events = 0;
  std::int64_t input = -1;
  std::int64_t output = -1;
  bool operator==(const Outcome&) const = default;
};

void note_state(const AnswerReader& reader, Outcome& outcome) {
  outcome.finished = reader.finished();
  outcome.events = reader.events();
  outcome.input = reader.usage().input.value_or(-1);
  outcome.output = reader.usage().output.value_or(-1);
}

Outcome read(std::string_view answer, AnswerForm form, const AnswerReader::Options& options,
             Pieces pieces) {
  AnswerReader reader(form, options);
  Outcome outcome;
  while (!answer.empty() && !outcome.too_large) {
    const auto passed = reader.pass(pieces.take(answer));
    outcome.too_large = !passed.has_value();
    if (passed) outcome.out += *passed;
  }
  if (!outcome.too_large) outcome.out += reader.rest();
  note_state(reader, outcome);
  return outcome;
}

// An answer in one piece may be read from its end, with the same result as reading all of it.
void check_whole(std::string_view answer, AnswerForm form, const AnswerReader::Options& options,
                 const Outcome& expected) {
  AnswerReader reader(form, options);
  const auto passed = reader.pass_whole(answer);
  CHECK(passed.has_value() == !expected.too_large);
  if (passed) CHECK(*passed == expected.out);
}

bool is_bounded(std::uint8_t choices) { return (choices & 64U) != 0; }

AnswerReader::Options wishes_of(std::uint8_t choices) {
  constexpr Endpoint kEndpoints[] = {Endpoint::chat_completions, Endpoint::messages,
                                     Endpoint::responses, Endpoint::rerank};
  return {.model = (choices & 4U) != 0 ? R"("mine")" : "",
          .endpoint = kEndpoints[choices >> 3U & 3U],
          .hide_usage = (choices & 32U) != 0,
          .max_event_bytes = is_bounded(choices) ? 64U : 1U << 20U};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  constexpr AnswerForm kForms[] = {AnswerForm::json, AnswerForm::events, AnswerForm::text,
                                   AnswerForm::opaque};
  const auto form = kForms[data[0] & 3U];
  const auto options = wishes_of(data[0]);
  const std::string_view answer(reinterpret_cast<const char*>(data) + 2, size - 2);

  const auto whole = read(answer, form, options, Pieces::whole());
  for (const auto& pieces : {Pieces::of(1), Pieces::random(data[1])}) {
    const auto cut = read(answer, form, options, pieces);
    // An unfinished event at the end of the stream is measured only if more bytes follow.
    const bool same = cut.too_large ? is_bounded(data[0]) : cut == whole;
    CHECK(same || whole.too_large);
  }
  check_whole(answer, form, options, whole);
  CHECK(whole.input >= -1 && whole.output >= -1);
  const bool untouched = options.model.empty() && !options.hide_usage && !whole.too_large;
  if (form == AnswerForm::opaque || untouched) CHECK(whole.out == answer);
  CHECK(form != AnswerForm::opaque || !whole.too_large);
  static_cast<void>(answer_form(answer));
  return 0;
}
