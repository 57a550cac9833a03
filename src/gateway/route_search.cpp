#include "gateway/route_search.hpp"

#include <algorithm>
#include <utility>

namespace weir::gateway {

// Before the first attempt; later, the last attempt's own reason counts, which is that of all if
// they ended alike.
void RouteSearch::explain_no_choice(MonotonicTime now) {
  if (refusal_) {
    const auto code = refusal_->code;
    const bool may_be_common = code == Errc::upstream_rate_limited || code == Errc::upstream_busy;
    if (may_be_common && ended_alike_) refusal_->plain.clear();
    return;
  }
  const auto [code, retry_after] = why_none(routes(), now);
  if (code == Errc::wrong_endpoint && untranslatable_) {
    refusal_ = std::move(untranslatable_);
    return;
  }
  lacks_endpoint_ = code == Errc::wrong_endpoint;
  auto refusal = make_refusal(
      code, code == Errc::wrong_endpoint
                ? wrong_endpoint_message(*admitted_.model, context_.input.endpoint, true)
                : std::string{});
  refusal.retry_after = retry_after;
  refuse(std::move(refusal));
}

net::Task<bool> RouteSearch::wait_for_slot(Choice choice) {
  if (context_.watch.is_over()) co_return false;
  CallRecord& record = context_.record();
  record.phase = Phase::queued;
  record.upstream = choice.route->upstream;
  SlotWait wait(context_.client.socket().get_executor(), choice.destination->upstream->slots());
  context_.watch.set_queued(&wait);
  const auto patience = monotonic_now() + context_.settings().queue_timeout;
  const auto total = record.received + choice.destination->total_timeout;
  const bool granted = co_await wait.wait_until(std::min(patience, total));
  context_.watch.set_queued(nullptr);
  co_return granted;
}

std::optional<Attempt> RouteSearch::begin(const Choice& choice, MonotonicTime began,
                                          MonotonicTime granted_at) {
  auto& upstream = *choice.destination->upstream;
  HeldSlot slot(upstream.slots());
  if (context_.watch.is_over()) return std::nullopt;
  const auto passes = upstream.try_admit(*choice.health, takes_from_budget_, granted_at);
  if (!passes) return std::nullopt;
  CallRecord& record = context_.record();
  record.upstream = choice.route->upstream;
  record.upstream_request_id.clear();
  ++record.attempts;
  return Attempt(
      context_, record, choice,
      {.slot = std::move(slot), .passes = *passes, .began = began, .granted_at = granted_at},
      elsewhere_);
}

net::Task<std::unique_ptr<Translated>> RouteSearch::translate(Choice choice) {
  const bool asks = may_ask_usage(choice) && asks_usage(choice, received_, monotonic_now());
  auto translating = translate_call(context_, *admitted_.model, choice, received_, asks);
  auto translated = co_await std::move(translating);
  if (translated) co_return std::move(*translated);
  // No room, or words that no other translation has: that it was tried says more.
  auto& error = translated.error();
  if (error.code == Errc::invalid_parameter) {
    untranslatable_ = std::make_unique<Refusal>(std::move(error));
  } else {
    tried_.set(choice.index, true);
    if (!refusal_) refuse(std::move(error));
  }
  co_return nullptr;
}

net::Task<> RouteSearch::run(std::optional<Opening>& opening) {
  for (;;) {
    const auto began = monotonic_now();
    const auto choice = again_ ? std::exchange(again_, std::nullopt)
                               : choose(routes(), tried_, context_.gateway.random(), began);
    if (!choice) {
      explain_no_choice(began);
      co_return;
    }
    auto prepared = std::exchange(prepared_, {});
    std::unique_ptr<Translated> translated;
    if (prepared.call && prepared.index == choice->index) {
      translated = std::move(prepared.call);
    } else if (choice->endpoint != context_.input.endpoint) {
      auto translating = translate(*choice);
      translated = co_await std::move(translating);
      if (context_.watch.is_over()) co_return;
      if (!translated) continue;
    }
    if (choice->affinity != upstream::AffinityResult::none) {
      context_.gateway.metrics().count_affinity(choice->affinity);
    }
    auto granted_at = translated ? monotonic_now() : began;
    bool granted = choice->destination->upstream->slots().try_take();
    if (!granted) {
      granted = co_await wait_for_slot(*choice);
      granted_at = monotonic_now();
    }
    auto attempt = granted ? begin(*choice, began, granted_at) : std::nullopt;
    if (context_.watch.is_over()) co_return;
    if (!attempt) {
      tried_.set(choice->index, true);
      if (!granted) {
        auto refusal = make_refusal(Errc::upstream_busy);
        refusal.plain = "The upstream of this model is busy, and no place became free in time.";
        refuse(std::move(refusal));
      }
      elsewhere_ += granted_at - began;
      continue;
    }
    auto running = attempt->run({.model = *admitted_.model,
                                 .place = admitted_.place.get(),
                                 .received = received_,
                                 .outbound = outbound_,
                                 .on_new_connection = on_new_connection_,
                                 .may_ask_usage = may_ask_usage(*choice),
                                 .translated = std::move(translated)});
    auto hedge = make_hedge(*attempt);
    auto end = co_await std::move(running);
    if (hedge && hedge->has_begun()) {
      auto finishing = finish(*hedge, *attempt, end);
      if (auto second = co_await std::move(finishing)) {
        attempt.emplace(std::move(*second));
        end.reset();
      }
    }
    hedge.reset();
    has_reached_ = attempt->has_reached();
    auto* ended = &*attempt;
    bool is_shown = !end.has_value();
    if (end && end->is_showable) {
      auto asking = is_last(*attempt, *end);
      is_shown = co_await std::move(asking);
    }
    if (is_shown) {
      opening.emplace(std::move(*attempt), context_, received_, read_text_);
      if (!opening->is_over()) {
        auto waiting = opening->run();
        co_await std::move(waiting);
      }
      end = opening->take_end();
      ended = &opening->attempt();
      has_reached_ = ended->has_reached();
      if (!end) {
        note_usage_refused(*opening);
        co_return;
      }
    }
    const bool goes_on = conclude(*ended, std::move(*end));
    opening.reset();
    if (!goes_on) co_return;
  }
}

std::unique_ptr<Hedge> RouteSearch::make_hedge(Attempt& first) {
  const auto& settings = context_.settings();
  const bool is_wanted = settings.hedge_after.count() > 0 && retries_ < settings.retries;
  if (!is_wanted || !is_repeatable() || !received_.is_whole()) return nullptr;
  auto tried = tried_;
  tried.set(first.choice().index, true);
  return std::make_unique<Hedge>(context_, admitted_, received_,
                                 Hedge::First{.attempt = first,
                                              .routes = routes(),
                                              .tried = std::move(tried),
                                              .elsewhere = elsewhere_});
}

net::Task<std::optional<Attempt>> RouteSearch::finish(Hedge& hedge, Attempt& first,
                                                      std::optional<AttemptEnd>& end) {
  ++retries_;
  if (!end || end->is_showable) first.hold_answer();
  if (end) first.release_slot();
  auto finishing = hedge.finish(end.has_value());
  auto second = co_await std::move(finishing);
  context_.gateway.metrics().count_hedge(second.has_value());
  if (hedge.failed_route()) tried_.set(*hedge.failed_route(), true);
  if (!second) {
    // The second attempt had ended the first before.
    if (end && context_.watch.has_left()) end->error = Errc::client_left;
    co_return std::nullopt;
  }
  elsewhere_ += second->began() - first.began();
  tried_.set(first.choice().index, true);
  first.conclude(end.value_or(AttemptEnd{.outcome = upstream::Outcome::cancelled}),
                 monotonic_now());
  co_return second;
}

net::Task<bool> RouteSearch::is_last(Attempt& attempt, const AttemptEnd& end) {
  const auto step =
      next_step(end, attempt.can_replay(), is_repeatable(), retries_, context_.settings().retries);
  if (!step.is_retry) co_return true;
  auto tried = tried_;
  tried.set(attempt.choice().index, true);
  while (const auto next = choose(routes(), tried, 0, monotonic_now())) {
    if (next->endpoint == context_.input.endpoint) co_return false;
    // The answer at hand says more than that the request cannot be translated.
    attempt.hold_answer();
    if (context_.watch.is_over()) co_return false;
    auto translating = translate(*next);
    auto translated = co_await std::move(translating);
    prepared_ = {.index = next->index, .call = std::move(translated)};
    if (prepared_.call || context_.watch.is_over()) co_return false;
    tried.set(next->index, true);
  }
  co_return true;
}

// The calls that were at a route when it began to fail are few, and are the last to go there while
// another is trusted. The budget is for the time when all routes fail.
bool RouteSearch::is_budgeted(const Choice& failed) const {
  const auto& settings = context_.settings();
  const bool has_budget = settings.retry_budget_percent > 0 || settings.retry_budget_min > 0;
  return failed.in_doubt || !has_budget;
}

// Its error may have mentioned the options for another reason: the answer without them tells.
void RouteSearch::note_usage_refused(Opening& opening) {
  auto& attempt = opening.attempt();
  if (refused_usage_ == nullptr || attempt.choice().health != refused_usage_) return;
  const auto* reader = opening.reader();
  const bool is_error = reader == nullptr || reader->failed();
  if (!is_error && attempt.upstream().head().status < 300) {
    attempt.note_usage_refused(monotonic_now());
  }
}

bool RouteSearch::conclude(Attempt& attempt, AttemptEnd end) {
  const auto now = monotonic_now();
  elsewhere_ += now - attempt.began();  // the whole attempt, waits included
  attempt.conclude(end, now);
  on_new_connection_ = end.outcome == upstream::Outcome::stale_connection;
  if (end.outcome == upstream::Outcome::options_refused) {
    again_ = attempt.choice();
    refused_usage_ = attempt.choice().health;
  }
  if (end.outcome == upstream::Outcome::not_offered) lacks_endpoint_ = true;
  const auto step =
      next_step(end, attempt.can_replay(), is_repeatable(), retries_, context_.settings().retries);
  refuse(make_refusal(std::move(end)));
  if (!step.is_retry) return false;
  if (step.counts) ++retries_;
  takes_from_budget_ = step.takes_from_budget && is_budgeted(attempt.choice());
  tried_.set(attempt.choice().index, !step.at_same_upstream);
  return true;
}

}  // namespace weir::gateway
