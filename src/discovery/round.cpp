#include "discovery/round.hpp"

#include <algorithm>
#include <optional>

#include "codec/glob.hpp"

namespace weir::discovery {
namespace {

// Requests to one upstream that may be in flight at the same time.
constexpr std::size_t kLanes = 4;
// More bytes than this take milliseconds to read, and are read on another thread.
constexpr std::size_t kMaxReadHere = 64 << 10;

// Applies the settings to a list: an empty one is an error, unwanted models are dropped, and the
// rest is truncated to `max_models`.
Result<Listing> taken_from(Listing listing, std::span<const std::string> wanted,
                           std::size_t max_models) {
  const auto& models = listing.models;
  if (models.empty()) return fail(Errc::upstream_list_empty, "it lists no models");
  const auto is_unwanted = [&](const auto& model) { return !is_wanted(wanted, model.id); };
  if (models.size() <= max_models && std::ranges::none_of(models, is_unwanted)) return listing;
  std::vector<catalogue::UpstreamModel> taken(models.begin(), models.end());
  std::erase_if(taken, is_unwanted);
  if (taken.size() > max_models) {
    taken.resize(max_models);
    listing.truncated = true;
  }
  listing.models = std::move(taken);
  return listing;
}

// One batch of requests, whose answers are passed to the inquiry as they arrive.
struct Batch {
  Batch(Inquiry& owner, std::vector<Ask> all) : inquiry(owner), asks(std::move(all)) {}
  Inquiry& inquiry;
  std::vector<Ask> asks;
  std::size_t next = 0;
};

net::Task<> run_lane(Asker& asker, const Target& target, Batch& batch, std::size_t max_bytes,
                     MonotonicTime deadline) {  // all outlive: ask_round joins its lanes
  while (batch.next < batch.asks.size()) {
    const auto index = batch.next++;
    auto answer = co_await asker.send(target, batch.asks[index], max_bytes, deadline);
    batch.inquiry.answer(index, std::move(answer));
  }
}

// Destroys the answers as well, which takes about as long as reading them.
Round finish(std::optional<Inquiry>& inquiry, const RoundPlan& plan) {
  Round round;
  round.is_repeated = inquiry->repeats_last();
  if (!round.is_repeated) {
    round.listing = inquiry->listing();
    if (round.listing) {
      round.listing = taken_from(std::move(*round.listing), plan.wanted, plan.max_models);
    }
    round.record = inquiry->record();
  }
  inquiry.reset();
  return round;
}

}  // namespace

bool is_wanted(std::span<const std::string> globs, std::string_view id) {
  return std::ranges::any_of(globs,
                             [&](const auto& glob) { return codec::glob_matches(glob, id); });
}

net::Task<Round> ask_round(Asker& asker, net::WorkerPool& readers, RoundPlan plan) {
  std::optional<Inquiry> inquiry(std::in_place, *plan.target->kind, wall_now(), plan.target->base,
                                 plan.api_root, plan.last);
  for (;;) {
    std::vector<Ask> asks;
    auto next = [&inquiry] { return inquiry->next(); };
    if (inquiry->bytes() > kMaxReadHere) {
      auto reading = readers.run(next);
      asks = co_await std::move(reading);
    } else {
      asks = next();
    }
    if (asks.empty() || *plan.stopped) break;
    Batch batch(*inquiry, std::move(asks));
    for (std::size_t lane = 0; lane < std::min(kLanes, batch.asks.size()); ++lane) {
      plan.lanes->spawn("ask",
                        run_lane(asker, *plan.target, batch, plan.max_answer_bytes, plan.deadline));
    }
    co_await plan.lanes->join();
  }
  if (inquiry->bytes() <= kMaxReadHere) co_return finish(inquiry, plan);
  auto work = [&inquiry, &plan] { return finish(inquiry, plan); };
  auto finishing = readers.run(work);
  co_return co_await std::move(finishing);
}

}  // namespace weir::discovery
