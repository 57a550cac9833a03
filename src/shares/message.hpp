/// The messages between a node and the store of shares, as values.
///
/// A limit of N is a *pool* of N units. Each unit is free at the store or held by one node. A node
/// spends only units it holds, and a spent unit stays held until its window has passed. The units
/// of a node that ended go to an *heir*, which keeps them for a window by its own clock: no clock
/// of the store is needed, and no time of another node.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace weir::shares {

/// Units of a pool that a node has spent `age` ago.
struct Spent {
  std::int64_t cost = 0;
  std::chrono::milliseconds age{0};

  bool operator==(const Spent&) const = default;
};

/// A node's units of a pool, and those that it wants.
struct Trade {
  std::string pool;
  std::uint64_t seq = 0;  ///< grows with each trade of a node and a pool
  std::int64_t limit = 0;
  std::int64_t have = 0;    ///< what it holds from now on; more than it was given: a debt
  std::int64_t need = 0;    ///< for calls that wait
  std::int64_t want = 0;    ///< for calls that are expected
  std::int64_t demand = 0;  ///< offered per minute
  std::chrono::milliseconds window{60'000};
  std::vector<Spent> spent = {};  ///< of long windows, oldest first; empty: as told before
  std::string heir_of = {};       ///< the node whose units are in `have` from now on; empty: none

  bool operator==(const Trade&) const = default;
};

/// The store's record of a pool after a trade, or after a later one.
struct Holding {
  std::uint64_t seq = 0;
  std::int64_t share = 0;
  std::int64_t free = 0;
  std::int64_t demand = 0;  ///< of all nodes

  bool operator==(const Holding&) const = default;
};

/// Opens a connection. A new run of the store is a new generation of shares.
struct Join {
  std::string node;
  std::string last_generation;  ///< the last it declared its shares in; empty: it holds none
  std::string proposal;         ///< makes the name of a generation unique
  std::vector<std::string> members;
};

struct TradeMany {
  std::string generation;
  std::string node;
  std::vector<Trade> trades;
};

/// Every share has been traded in this generation.
struct Declare {
  std::string generation;
  std::string node;
};

struct Beat {
  std::string generation;
  std::string node;
  std::uint64_t count = 0;
};

/// The time of a hold has passed.
struct Release {
  std::string generation;
  std::string node;
  std::uint64_t serial = 0;
};

/// Ends a node that has been silent since its beat `count`, or the sender itself, and asks for what
/// the sender inherits.
struct Bury {
  std::string generation;
  std::string node;
  std::string dead;
  std::uint64_t count = 0;
};

using Command = std::variant<Join, TradeMany, Declare, Beat, Release, Bury>;

/// Why the store did nothing.
enum class Rejection : std::uint8_t {
  other_generation,
  buried,   ///< peers took the node for dead; its name never returns
  invalid,  ///< an answer that makes no sense
};

/// A node has to measure a time before anything is granted, because this store cannot know what was
/// spent before.
struct Hold {
  std::uint64_t serial = 0;  ///< 0: none
  bool is_minute = false;    ///< else only until nodes that were there before have come back

  bool operator==(const Hold&) const = default;
};

struct Joined {
  std::string generation;
};
struct Traded {
  std::vector<Holding> holdings;    ///< in the order of the trades
  std::vector<std::string> hungry;  ///< pools in which calls wait and nothing is free
};
struct Done {};
struct Beaten {
  std::vector<std::pair<std::string, std::uint64_t>> beats;  ///< of every node
  std::vector<std::string> ended;  ///< buried nodes that left something to the sender, or to nobody
  Hold hold = {};                  ///< for the sender to measure
};
struct Legacy {
  std::string pool;
  std::int64_t limit = 0;
  std::int64_t units = 0;
  std::chrono::milliseconds window{0};
  std::vector<Spent> spent;
};
struct Buried {
  std::vector<Legacy> legacies;  ///< some of those that the sender inherits
  bool is_complete = false;      ///< there are no others
};

using Reply = std::variant<Rejection, Joined, Traded, Done, Beaten, Buried>;

}  // namespace weir::shares
