#include "redis/share_messages.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace weir::redis {
namespace {

using codec::RespValue;
using std::chrono::milliseconds;
using namespace shares;

constexpr std::string_view kScript =
#include "redis/shares.inc"
    ;

template <class... F>
struct Overload : F... {
  using F::operator()...;
};

std::string format_spent(const std::vector<Spent>& spent) {
  std::string text;
  for (const auto& one : spent) text += fmt::format("{}:{},", one.cost, one.age.count());
  return text;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> number(const RespValue& value) {
  if (value.kind == RespValue::Kind::integer) return value.integer;
  return number(std::string_view(value.text));
}

// A part that cannot be read is left out: it then counts as spent now.
std::vector<Spent> parse_spent(std::string_view text) {
  std::vector<Spent> all;
  while (!text.empty()) {
    const auto one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const auto colon = one.find(':');
    if (colon == one.npos) continue;
    const auto cost = number(one.substr(0, colon));
    const auto age = number(one.substr(colon + 1));
    if (cost && age && *cost > 0 && *age >= 0) all.push_back({*cost, milliseconds(*age)});
  }
  return all;
}

bool is_array(const RespValue& value, std::size_t least) {
  return value.kind == RespValue::Kind::array && value.items.size() >= least;
}

Reply parse_traded(const RespValue& value) {
  if (!is_array(value, 2) || value.items[0].items.size() % 4 != 0) return Rejection::invalid;
  Traded traded;
  const auto& items = value.items[0].items;
  for (std::size_t i = 0; i < items.size(); i += 4) {
    traded.holdings.push_back({static_cast<std::uint64_t>(items[i].integer), items[i + 1].integer,
                               items[i + 2].integer, items[i + 3].integer});
  }
  for (const auto& name : value.items[1].items) traded.hungry.push_back(name.text);
  return traded;
}

Reply parse_beaten(const RespValue& value) {
  if (!is_array(value, 3) || value.items[0].items.size() % 2 != 0) return Rejection::invalid;
  Beaten beaten;
  const auto& beats = value.items[0].items;
  for (std::size_t i = 0; i < beats.size(); i += 2) {
    const auto count = number(beats[i + 1]);
    if (!count) return Rejection::invalid;
    beaten.beats.emplace_back(beats[i].text, static_cast<std::uint64_t>(*count));
  }
  for (const auto& name : value.items[1].items) beaten.ended.push_back(name.text);
  const std::string_view hold = value.items[2].text;
  if (hold.empty()) return beaten;
  const auto serial = number(hold.substr(0, hold.find(':')));
  if (!serial) return Rejection::invalid;
  beaten.hold = {static_cast<std::uint64_t>(*serial), hold.ends_with(":1")};
  return beaten;
}

Reply parse_buried(const RespValue& value) {
  if (!is_array(value, 2)) return Rejection::invalid;
  Buried buried;
  buried.is_complete = value.items[0].integer == 1;
  for (const auto& one : value.items[1].items) {
    if (!is_array(one, 5)) return Rejection::invalid;
    const auto limit = number(one.items[1]);
    const auto units = number(one.items[2]);
    const auto window = number(one.items[3]);
    if (!limit || !units || !window) return Rejection::invalid;
    buried.legacies.push_back({.pool = one.items[0].text,
                               .limit = *limit,
                               .units = *units,
                               .window = milliseconds(*window),
                               .spent = parse_spent(one.items[4].text)});
  }
  return buried;
}

void add(std::vector<std::string>& arguments, const Trade& trade) {
  for (const auto& text :
       {trade.pool, std::to_string(trade.seq), std::to_string(trade.limit),
        std::to_string(trade.have), std::to_string(trade.need), std::to_string(trade.want),
        std::to_string(trade.demand), std::to_string(trade.window.count()),
        format_spent(trade.spent), trade.heir_of}) {
    arguments.push_back(text);
  }
}

}  // namespace

std::string_view shares_script() { return kScript; }

std::vector<std::string> format_command(const Command& command, std::string_view run) {
  using Arguments = std::vector<std::string>;
  return std::visit(
      Overload{[&](const Join& join) {
                 Arguments all{"join", std::string(run), join.node, join.last_generation,
                               join.proposal};
                 all.insert(all.end(), join.members.begin(), join.members.end());
                 return all;
               },
               [](const TradeMany& many) {
                 Arguments all{"trade", many.generation, many.node};
                 for (const auto& trade : many.trades) add(all, trade);
                 return all;
               },
               [](const Declare& one) { return Arguments{"declare", one.generation, one.node}; },
               [](const Beat& beat) {
                 return Arguments{"beat", beat.generation, beat.node, std::to_string(beat.count)};
               },
               [](const Release& one) {
                 return Arguments{"release", one.generation, one.node, std::to_string(one.serial)};
               },
               [](const Bury& bury) {
                 return Arguments{"bury", bury.generation, bury.node, bury.dead,
                                  std::to_string(bury.count)};
               }},
      command);
}

Reply parse_reply(const Command& command, const RespValue& value) {
  if (value.kind == RespValue::Kind::error) {
    // Redis may put a code before the text of a script.
    if (value.text.ends_with("BURIED")) return Rejection::buried;
    if (value.text.ends_with("GENERATION")) return Rejection::other_generation;
    return Rejection::invalid;
  }
  if (std::holds_alternative<Join>(command)) return Joined{value.text};
  if (std::holds_alternative<TradeMany>(command)) return parse_traded(value);
  if (std::holds_alternative<Beat>(command)) return parse_beaten(value);
  if (std::holds_alternative<Bury>(command)) return parse_buried(value);
  return Done{};
}

}  // namespace weir::redis
