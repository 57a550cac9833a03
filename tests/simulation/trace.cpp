#include "trace.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace weir::simulation {
namespace {

template <class... F>
struct Overload : F... {
  using F::operator()...;
};

}  // namespace

std::string describe(const shares::Command& command) {
  return std::visit(
      Overload{
          [](const shares::Join& join) {
            return fmt::format("join {} declared={} members={}", join.node, join.last_generation,
                               fmt::join(join.members, ","));
          },
          [](const shares::TradeMany& many) {
            std::string text = "trade " + many.node;
            for (const auto& one : many.trades) {
              text += fmt::format(" #{} have={} need={} want={} heir_of={}", one.seq, one.have,
                                  one.need, one.want, one.heir_of);
            }
            return text;
          },
          [](const shares::Declare& declare) { return "declare " + declare.node; },
          [](const shares::Beat& beat) { return fmt::format("beat {} {}", beat.node, beat.count); },
          [](const shares::Release& release) {
            return fmt::format("release {} {}", release.node, release.serial);
          },
          [](const shares::Bury& bury) {
            return fmt::format("bury {} at {} by {}", bury.dead, bury.count, bury.node);
          }},
      command);
}

std::string describe(const shares::Reply& reply) {
  return std::visit(
      Overload{
          [](shares::Rejection why) { return fmt::format("rejected {}", static_cast<int>(why)); },
          [](const shares::Joined& joined) { return "joined " + joined.generation; },
          [](const shares::Traded& traded) {
            std::string text = "traded";
            for (const auto& one : traded.holdings) {
              text += fmt::format(" #{} share={} free={} demand={}", one.seq, one.share, one.free,
                                  one.demand);
            }
            return text + fmt::format(" hungry={}", traded.hungry.size());
          },
          [](const shares::Done&) { return std::string("done"); },
          [](const shares::Beaten& beaten) {
            return fmt::format("beaten, ended={} hold={}", fmt::join(beaten.ended, ","),
                               beaten.hold.serial);
          },
          [](const shares::Buried& buried) {
            std::string text = "buried";
            for (const auto& one : buried.legacies) text += fmt::format(" units={}", one.units);
            return text;
          }},
      reply);
}

}  // namespace weir::simulation
