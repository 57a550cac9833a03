#include "http/stages.hpp"

namespace weir::http {
namespace {

constexpr int kLooks = 16;
constexpr std::chrono::milliseconds kFirstBytes{500};

}  // namespace

std::string_view name(Stage stage) {
  switch (stage) {
    case Stage::silent:
      return "silent";
    case Stage::partial:
      return "partial";
    case Stage::idle:
      return "idle";
    case Stage::busy:
      return "busy";
  }
  __builtin_unreachable();
}

std::optional<Victim> choose_victim(std::span<const StageCounts> threads, std::size_t own) {
  for (std::size_t stage = 0; stage < kYieldingStages; ++stage) {
    std::size_t most = own;
    for (std::size_t i = 0; i < threads.size() && threads[own][stage] <= 0; ++i) {
      if (threads[i][stage] > threads[most][stage]) most = i;
    }
    if (threads[most][stage] > 0) return Victim{most, static_cast<Stage>(stage)};
  }
  return std::nullopt;
}

void Stages::enter(Staged& one, Stage stage) {
  one.stage_ = stage;
  if (stage == Stage::silent) one.silent_since_ = monotonic_now();
  lists_[static_cast<std::size_t>(stage)].push_back(one);
}

void Stages::leave(Staged& one) {
  auto& list = lists_[static_cast<std::size_t>(one.stage_)];
  list.erase(list.iterator_to(one));
}

void Stages::add(Staged& one, Stage stage) {
  enter(one, stage);
  count(counts_, stage, 1);
}

void Stages::move(Staged& one, Stage stage) {
  count(counts_, one.stage_, -1);
  leave(one);
  add(one, stage);
}

void Stages::remove(Staged& one) {
  count(counts_, one.stage_, -1);
  leave(one);
}

std::optional<Stage> Stages::yield_oldest(Stage stage) {
  const auto& silent = lists_[static_cast<std::size_t>(Stage::silent)];
  const bool spares = stage == Stage::silent && !silent.empty() &&
                      monotonic_now() - silent.front().silent_since_ < kFirstBytes;
  if (spares && yield_from(Stage::partial)) return Stage::partial;
  if (yield_from(stage)) return stage;
  return std::nullopt;
}

bool Stages::yield_from(Stage stage) {
  auto& list = lists_[static_cast<std::size_t>(stage)];
  auto* const youngest = list.empty() ? nullptr : &list.back();
  for (int looks = 0; looks < kLooks && !list.empty(); ++looks) {
    Staged& oldest = list.front();
    if (oldest.yield()) {
      move(oldest, Stage::busy);
      return true;
    }
    // It is read soon; until then it must not hide those behind it.
    list.splice(list.end(), list, list.begin());
    if (&oldest == youngest) return false;
  }
  return false;
}

void Stages::for_each(void (Staged::*act)()) {
  for (auto& list : lists_) {
    for (auto it = list.begin(); it != list.end();) ((*it++).*act)();
  }
}

StageCounts Stages::counts() const {
  StageCounts counts{};
  for (std::size_t i = 0; i < kYieldingStages; ++i) {
    counts[i] =
        counts_[i].load(std::memory_order_relaxed) - asked_[i].load(std::memory_order_relaxed);
  }
  return counts;
}

}  // namespace weir::http
