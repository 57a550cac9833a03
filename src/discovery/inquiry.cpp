#include "discovery/inquiry.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "codec/etag.hpp"
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

std::string tag_of(const Answer& answer) {
  return fmt::format("{} {} {}", answer.status, codec::strong_etag(answer.body), answer.link);
}

}  // namespace

struct Inquiry::State {
  /// An answer that has not been read.
  struct Unread {
    std::size_t index;
    Answer answer;
  };

  const Kind* kind;
  kinds::Transcript transcript;
  std::optional<BaseUrl> base = {};
  std::vector<ApiRoot> roots = {ApiRoot::versioned};  ///< the current one, then those to try after
                                                      ///< it
  RoundRecordPtr last = {};                           ///< null: this round differs from the last
  RoundRecord record = {};
  std::vector<Unread> unread = {};   ///< since the last batch or, while `last`, of all batches
  std::size_t compared = 0;          ///< how many of `unread` are known to be as in `last`
  std::optional<Error> missed = {};  ///< the error at the previous roots
  std::size_t batch_start = 0;       ///< start of the last batch in the transcript
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
    record.exchanges.clear();
    record.batch_ends.clear();
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

  [[nodiscard]] bool is_as_before(std::size_t index) const {
    return index < last->exchanges.size() &&
           record.exchanges[index].tag == last->exchanges[index].tag;
  }

  // Compares the new answers to the last round's. At the first difference reads all of them.
  void take_answers() {
    for (; compared < unread.size(); ++compared) {
      const auto& [index, answer] = unread[compared];
      record.exchanges[index].tag = tag_of(answer);
      if (last && !is_as_before(index)) last.reset();
    }
    if (!last) read_answers();
  }

  void read_answers() {
    for (const auto& [index, answer] : unread) {
      auto& exchange = transcript.exchanges[index];
      exchange.status = answer.status;
      exchange.link = answer.link;
      exchange.document = kinds::digest(exchange.ask, answer);
    }
    unread.clear();
    compared = 0;
    record.read_at = transcript.asked_at;
  }

  // The next requests of the last round, whose answers have been the same so far.
  [[nodiscard]] std::vector<Ask> same_asks() const {
    std::vector<Ask> asks;
    const auto batch = record.batch_ends.size();
    if (batch >= last->batch_ends.size()) return asks;
    for (auto i = transcript.exchanges.size(); i < last->batch_ends[batch]; ++i) {
      asks.push_back(last->exchanges[i].ask);
    }
    return asks;
  }

  [[nodiscard]] std::vector<Ask> new_asks() const {
    auto asks = kind->protocol->next(transcript);
    const auto& exchanges = transcript.exchanges;
    // An ask is sent once, which also ends a round whose server refers to itself in circles.
    std::erase_if(asks, [&](const Ask& ask) {
      return std::ranges::any_of(exchanges, [&](const auto& past) {
        return past.ask.path == ask.path && past.ask.body == ask.body;
      });
    });
    const auto room = kMaxAsks - std::min(kMaxAsks, exchanges.size());
    if (asks.size() > room) asks.resize(room);
    for (auto& ask : asks) {
      if (base) ask.target = request_target(*base, *kind, roots.front(), ask);
    }
    return asks;
  }

  void expect(const std::vector<Ask>& asks) {
    for (const auto& ask : asks) {
      transcript.exchanges.push_back({ask, 0, fail(Errc::cancelled, "not answered")});
      record.exchanges.push_back({ask, {}});
    }
    record.batch_ends.push_back(record.exchanges.size());
  }
};

Inquiry::Inquiry(const Kind& kind, WallTime asked_at)
    : state_(std::make_unique<State>(State{&kind, {asked_at, {}, {}}})) {}
Inquiry::Inquiry(const Kind& kind, WallTime asked_at, const BaseUrl& base, ApiRoot first,
                 RoundRecordPtr last)
    : Inquiry(kind, asked_at) {
  state_->transcript.authority = base.authority();
  state_->base = base;
  state_->roots = roots_from(base, kind, first);
  if (last && asked_at - last->read_at < kReadAgain) state_->last = std::move(last);
}
Inquiry::Inquiry(Inquiry&&) noexcept = default;
Inquiry& Inquiry::operator=(Inquiry&&) noexcept = default;
Inquiry::~Inquiry() = default;

std::vector<Ask> Inquiry::next() {
  // A request without an answer is no repetition.
  if (state_->unread.size() < state_->transcript.exchanges.size()) state_->last.reset();
  state_->take_answers();
  if (state_->last) {
    state_->batch_start = state_->transcript.exchanges.size();
    auto asks = state_->same_asks();
    if (!asks.empty()) state_->expect(asks);
    return asks;
  }
  auto& exchanges = state_->transcript.exchanges;
  if (const auto* failed = state_->failure(); failed != nullptr && state_->is_elsewhere(*failed)) {
    state_->go_to_next_root();
  }
  state_->batch_start = exchanges.size();
  if (state_->failure() != nullptr || state_->too_large()) return {};
  auto asks = state_->new_asks();
  if (!asks.empty()) state_->expect(asks);
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
  state_->unread.push_back({at, std::move(*result)});
}

std::size_t Inquiry::bytes() const { return state_->bytes; }

bool Inquiry::repeats_last() const {
  const auto& last = state_->last;
  return last && state_->record.batch_ends == last->batch_ends &&
         state_->compared == last->exchanges.size();
}

Result<Listing> Inquiry::listing() {
  state_->last.reset();
  state_->take_answers();
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

RoundRecordPtr Inquiry::record() const {
  const auto& exchanges = state_->record.exchanges;
  const auto is_unanswered = [](const auto& exchange) { return exchange.tag.empty(); };
  if (exchanges.empty() || std::ranges::any_of(exchanges, is_unanswered)) return nullptr;
  return std::make_shared<const RoundRecord>(state_->record);
}

}  // namespace weir::discovery
