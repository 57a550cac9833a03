// POST /tokenize: as vLLM answers it; the numbers of the tokens mean nothing. POST
// /messages/count_tokens: the tokens that /messages would report.
#include <utility>

#include "codec/json_text.hpp"
#include "simulator/detail/conversation.hpp"
#include "simulator/detail/endpoints.hpp"
#include "simulator/detail/scripts.hpp"
#include "synthetic/words.hpp"

namespace weir::simulator::detail {
namespace {

constexpr std::int64_t kMaxListed = 10'000;
constexpr std::int64_t kMaxModelLen = 32'768;

}  // namespace

Outcome<Script> tokenize(Fields& fields, const Asked& asked) {
  Conversation conversation;
  if (fields.find("messages")) {
    read_messages(fields, "messages", conversation);
  } else {
    conversation.tokens = synthetic::count_tokens(fields.text("prompt"));
  }
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  std::string body;
  codec::JsonWriter json(body);
  json.begin_object().key("count").value(conversation.tokens);
  json.key("max_model_len").value(kMaxModelLen).key("tokens").begin_array();
  for (std::int64_t i = 0; i < std::min(conversation.tokens, kMaxListed); ++i) json.value(i);
  json.end_array().key("token_strs").null().end_object();
  return json_answer(std::move(body), asked.pace.token);
}

Outcome<Script> count_tokens(Fields& fields, const Asked& asked) {
  Conversation conversation;
  read_system_text(fields, "system", conversation);
  read_messages(fields, "messages", conversation);
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  std::string body;
  codec::JsonWriter json(body);
  json.begin_object().key("input_tokens").value(conversation.tokens).end_object();
  return json_answer(std::move(body), asked.pace.token);
}

}  // namespace weir::simulator::detail
