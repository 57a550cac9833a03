#include "discovery/inquiry.hpp"

#include <algorithm>

#include "discovery/kinds/answer.hpp"
#include "discovery/kinds/protocol.hpp"

namespace weir::discovery {

using kinds::Exchange;

struct Inquiry::State {
  const Kind* kind;
  kinds::Transcript transcript;
  std::size_t batch_start = 0;  ///< where the last batch begins in the transcript
  std::size_t bytes = 0;

  // The first required question that failed.
  [[nodiscard]] const Exchange* failure() const {
    const auto it = std::ranges::find_if(transcript.exchanges, [](const Exchange& exchange) {
      return !exchange.ask.optional && !exchange.document;
    });
    return it == transcript.exchanges.end() ? nullptr : &*it;
  }

  [[nodiscard]] bool unanswered() const {
    return std::ranges::any_of(transcript.exchanges, [](const Exchange& exchange) {
      return exchange.ask.optional &&
             (exchange.status == 0 || exchange.status == 429 || exchange.status >= 500);
    });
  }

  [[nodiscard]] bool too_large() const { return bytes > kMaxRoundBytes; }
};

Inquiry::Inquiry(const Kind& kind, WallTime asked_at)
    : state_(std::make_unique<State>(State{&kind, {asked_at, {}}})) {}
Inquiry::Inquiry(Inquiry&&) noexcept = default;
Inquiry& Inquiry::operator=(Inquiry&&) noexcept = default;
Inquiry::~Inquiry() = default;

std::vector<Ask> Inquiry::next() {
  auto& exchanges = state_->transcript.exchanges;
  state_->batch_start = exchanges.size();
  if (state_->failure() != nullptr || state_->too_large()) return {};

  auto asks = state_->kind->protocol->next(state_->transcript);
  // A question is asked once: this also ends a round whose server sends us in circles.
  std::erase_if(asks, [&](const Ask& ask) {
    return std::ranges::any_of(exchanges, [&](const auto& past) {
      return past.ask.path == ask.path && past.ask.body == ask.body;
    });
  });
  const auto room = kMaxAsks - std::min(kMaxAsks, exchanges.size());
  if (asks.size() > room) asks.resize(room);
  for (const auto& ask : asks) {
    exchanges.push_back({ask, 0, fail(Errc::cancelled, "not answered")});
  }
  return asks;
}

void Inquiry::answer(std::size_t index, Result<Answer> result) {
  const auto at = state_->batch_start + index;
  if (at >= state_->transcript.exchanges.size()) return;
  auto& exchange = state_->transcript.exchanges[at];
  if (!result) {
    exchange.document = std::unexpected(std::move(result.error()));
    return;
  }
  state_->bytes += result->body.size();
  if (state_->too_large()) return;  // the round is lost; spare the memory
  exchange.status = result->status;
  exchange.link = std::move(result->link);
  exchange.document = kinds::digest(exchange.ask, *result);
}

Result<Listing> Inquiry::listing() const {
  if (state_->too_large()) {
    return fail(Errc::upstream_answer_too_large, "the answers of one round are over 64 MiB");
  }
  if (const auto* failed = state_->failure()) return std::unexpected(failed->document.error());
  if (state_->transcript.exchanges.empty()) return fail(Errc::cancelled, "nothing was asked");
  auto models = state_->kind->protocol->read(state_->transcript);
  if (!models) return std::unexpected(std::move(models.error()));
  return Listing{.models = std::move(*models), .unanswered = state_->unanswered()};
}

}  // namespace weir::discovery
