// POST /embeddings.
#include <bit>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "codec/base64.hpp"
#include "codec/json_text.hpp"
#include "simulator/detail/endpoints.hpp"
#include "simulator/detail/scripts.hpp"
#include "synthetic/vector_of.hpp"
#include "synthetic/words.hpp"

namespace weir::simulator::detail {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxInputs = 32;  // as at SiliconFlow
constexpr std::int64_t kDimensions = 256;
constexpr Range kAllowedDimensions{1, 4096};
constexpr std::string_view kInputExpected = "a non-empty string, or a list of 1 to 32 of them";
constexpr std::string_view kEncodings[] = {"float", "base64"};

struct Input {
  std::string text;
  std::int64_t tokens;
};

// Some clients send token numbers instead of a text.
std::optional<Input> from_token_numbers(const json::array& numbers) {
  Input input{{}, static_cast<std::int64_t>(numbers.size())};
  for (const auto& number : numbers) {
    if (!number.is_int64()) return std::nullopt;
    input.text += fmt::format("{} ", number.get_int64());
  }
  return input;
}

// A text, token numbers, or the {"text": …} of a model that also takes images.
std::optional<Input> parse_one(const json::value& value) {
  if (const auto* numbers = value.if_array(); numbers && !numbers->empty()) {
    return from_token_numbers(*numbers);
  }
  const auto* object = value.if_object();
  const auto* member = object ? object->if_contains("text") : &value;
  const auto* text = member ? member->if_string() : nullptr;
  if (!text || text->empty()) return std::nullopt;
  const std::string_view view(text->data(), text->size());
  return Input{std::string(view), synthetic::count_tokens(view)};
}

// Empty if one of them is invalid.
std::vector<Input> parse_inputs(const json::value& value) {
  const auto* list = value.if_array();
  const bool one = !list || (!list->empty() && list->front().is_int64());
  const std::size_t count = one ? 1 : list->size();
  if (count > kMaxInputs) return {};
  std::vector<Input> inputs;
  inputs.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto input = parse_one(one ? value : (*list)[i]);
    if (!input) return {};
    inputs.push_back(std::move(*input));
  }
  return inputs;
}

std::vector<Input> read_inputs(Fields& fields) {
  const auto* value = fields.find("input");
  auto inputs = value ? parse_inputs(*value) : std::vector<Input>();
  if (inputs.empty()) fields.expect("input", kInputExpected);
  return inputs;
}

// The shortest digits that read back as the same float, so that both encodings are one vector.
void append_floats(std::string& out, const synthetic::Vector& vector) {
  char separator = '[';
  for (const float value : vector) {
    fmt::format_to(std::back_inserter(out), "{}{}", std::exchange(separator, ','), value);
  }
  out += ']';
}

void append_base64(std::string& out, const synthetic::Vector& vector) {
  static_assert(std::endian::native == std::endian::little);  // the API's order
  std::string bytes(vector.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), vector.data(), bytes.size());
  codec::append_json_string(out, codec::format_base64(bytes));
}

}  // namespace

Outcome<Script> embeddings(Fields& fields, const Asked& asked) {
  const auto inputs = read_inputs(fields);
  const bool base64 = fields.one_of("encoding_format", kEncodings) == "base64";
  const auto dimensions = fields.integer_or("dimensions", kAllowedDimensions, kDimensions);
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  std::string body = R"({"object":"list","data":[)";
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto& input = inputs[i];
    const auto vector = synthetic::vector_of(input.text, static_cast<std::size_t>(dimensions));
    body +=
        fmt::format(R"({}{{"object":"embedding","index":{},"embedding":)", i == 0 ? "" : ",", i);
    if (base64) {
      append_base64(body, vector);
    } else {
      append_floats(body, vector);
    }
    body += '}';
    tokens += input.tokens;
  }
  body += fmt::format(R"(],"model":"{0}","usage":{{"prompt_tokens":{1},)"
                      R"("completion_tokens":0,"total_tokens":{1}}}}})",
                      asked.model->id, tokens);
  return json_answer(std::move(body), asked.pace.token);
}

}  // namespace weir::simulator::detail
