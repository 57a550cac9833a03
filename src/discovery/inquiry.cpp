#include "discovery/inquiry.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "discovery/kinds/answer.hpp"
#include "discovery/kinds/protocol.hpp"

namespace weir::discovery {

using kinds::Exchange;

namespace {

// True if the status means that the API is not at this path. 401 and 403 concern the key, 407 a
// proxy, 408, 425 and 429 the load: the resource exists.
bool says_not_here(int status) {
  if (status == 501 || (status >= 200 && status < 400)) return true;
  constexpr int kSomebodyIsThere[] = {401, 403, 407, 408, 425, 429};
  return status >= 400 && status < 500 &&
         std::ranges::find(kSomebodyIsThere, status) == std::end(kSomebodyIsThere);
}

std::vector<ApiRoot> roots_from(const BaseUrl& base, const Kind& kind, ApiRoot first) {
  auto roots = api_roots(base, kind);
  const auto known = std::ranges::find(roots, first);
  if (known != roots.end()) std::rotate(roots.begin(), known, known + 1);
  return roots;
}

// Adds the path to the error of an exchange without an HTTP answer.
Error located(const Exchange& exchange) {
  auto error = exchange.document.error();
  if (exchange.status == 0) error.detail = fmt::format("{}: {}", exchange.ask.target, error.detail);
  return error;
}

}  // namespace

struct Inquiry::State {
  const Kind* kind;
  kinds::Transcript transcript;
  std::optional<BaseUrl> base = {};
  std::vector<ApiRoot> roots = {ApiRoot::versioned};  ///< the current one, then those to try after
                                                      ///< it
  std::optional<Error> missed = {};                   ///< the error at the previous roots
  std::size_t batch_start = 0;                        ///< start of the last batch in the transcript
  std::size_t bytes = 0;

  // The first required ask that failed.
  [[nodiscard]] const Exchange* failure() const {
    const auto it = std::ranges::find_if(transcript.exchanges, [](const Exchange& exchange) {
      return !exchange.ask.optional && !exchange.document;
    });
    return it == transcript.exchanges.end() ? nullptr : &*it;
  }

  // True if `failed` shows that the API is at another root.
  [[nodiscard]] bool is_elsewhere(const Exchange& failed) const {
    const auto is_found = [](const Exchange& exchange) {
      return exchange.ask.root == Root::api && exchange.document.has_value();
    };
    return roots.size() > 1 && failed.ask.root == Root::api && says_not_here(failed.status) &&
           std::ranges::none_of(transcript.exchanges, is_found);
  }

  void go_to_next_root() {
    missed = error_of(*failure());
    roots.erase(roots.begin());
    transcript.exchanges.clear();
  }

  [[nodiscard]] Error error_of(const Exchange& failed) const {
    return missed ? kinds::joined(*missed, located(failed)) : failed.document.error();
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
    : state_(std::make_unique<State>(State{&kind, {asked_at, {}, {}}})) {}
Inquiry::Inquiry(const Kind& kind, WallTime asked_at, const BaseUrl& base, ApiRoot first)
    : Inquiry(kind, asked_at) {
  state_->transcript.authority = base.authority();
  state_->base = base;
  state_->roots = roots_from(base, kind, first);
}
Inquiry::Inquiry(Inquiry&&) noexcept = default;
Inquiry& Inquiry::operator=(Inquiry&&) noexcept = default;
Inquiry::~Inquiry() = default;

std::vector<Ask> Inquiry::next() {
  auto& exchanges = state_->transcript.exchanges;
  if (const auto* failed = state_->failure(); failed != nullptr && state_->is_elsewhere(*failed)) {
    state_->go_to_next_root();
  }
  state_->batch_start = exchanges.size();
  if (state_->failure() != nullptr || state_->too_large()) return {};

  auto asks = state_->kind->protocol->next(state_->transcript);
  // An ask is sent once, which also ends a round whose server refers to itself in circles.
  std::erase_if(asks, [&](const Ask& ask) {
    return std::ranges::any_of(exchanges, [&](const auto& past) {
      return past.ask.path == ask.path && past.ask.body == ask.body;
    });
  });
  const auto room = kMaxAsks - std::min(kMaxAsks, exchanges.size());
  if (asks.size() > room) asks.resize(room);
  for (auto& ask : asks) {
    if (const auto& base = state_->base) {
      ask.target = request_target(*base, *state_->kind, state_->roots.front(), ask);
    }
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
  if (state_->too_large()) {  // saves the memory
    exchange.document =
        fail(Errc::upstream_answer_too_large, "the answers to one round of requests exceed 64 MiB");
    return;
  }
  exchange.status = result->status;
  exchange.link = std::move(result->link);
  exchange.document = kinds::digest(exchange.ask, *result);
}

Result<Listing> Inquiry::listing() const {
  if (const auto* failed = state_->failure()) return std::unexpected(state_->error_of(*failed));
  if (state_->transcript.exchanges.empty()) return fail(Errc::cancelled, "no request was sent");
  auto reading = state_->kind->protocol->read(state_->transcript);
  if (!reading) return std::unexpected(std::move(reading.error()));
  return Listing{.models = std::move(reading->models),
                 .truncated = reading->truncated,
                 .broken_off = std::move(reading->broken_off),
                 .unanswered = state_->unanswered(),
                 .unknown_words = std::move(reading->unknown_words),
                 .api_root = state_->roots.front()};
}

}  // namespace weir::discovery
