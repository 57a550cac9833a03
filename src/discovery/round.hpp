/// One round of requests to one upstream: the I/O around an Inquiry.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "discovery/asker.hpp"
#include "discovery/inquiry.hpp"
#include "net/task_group.hpp"
#include "net/worker_pool.hpp"

namespace weir::discovery {

struct RoundPlan {
  const Target* target;             ///< outlives the round
  std::vector<std::string> wanted;  ///< globs: the models to take
  ApiRoot api_root;                 ///< where the last list was found
  RoundRecordPtr last;              ///< the round in which it was; null: every answer is read
  std::size_t max_answer_bytes;
  std::size_t max_models;
  MonotonicTime deadline;
  net::TaskGroup* lanes;  ///< runs the requests; outlives the round
  const bool* stopped;    ///< once true, the round ends after the present requests; outlives it
};

struct Round {
  /// Errors: as Inquiry::listing, and upstream_list_empty.
  Result<Listing> listing = Listing{};
  bool is_repeated = false;  ///< the last list still holds, and `listing` is not used
  RoundRecordPtr record = {};
};

/// True if one of the globs matches the id.
[[nodiscard]] bool is_wanted(std::span<const std::string> globs, std::string_view id);

/// Long answers are read by `readers`, so that the caller's
/// thread is not held up. `asker`, `readers`: outlive the round.
[[nodiscard]] net::Task<Round> ask_round(Asker& asker, net::WorkerPool& readers, RoundPlan plan);

}  // namespace weir::discovery
