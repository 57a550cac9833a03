/// Findings of `weir doctor`, and the checks that need no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/enum_table.hpp"
#include "discovery/refresher.hpp"

namespace weir::app {

enum class Verdict : std::uint8_t { ok, warning, problem };
inline constexpr EnumNames<Verdict> kVerdictNames({{Verdict::ok, "ok"},
                                                   {Verdict::warning, "warning"},
                                                   {Verdict::problem, "problem"}});

struct Finding {
  Verdict verdict = Verdict::ok;
  std::string subject;      ///< "ports", "upstreams": one word
  std::string text;         ///< what was found
  std::string advice = {};  ///< what to do; empty if nothing is
};

/// One line each, worst last, so that it stays on the screen.
[[nodiscard]] std::string format_findings(const std::vector<Finding>& findings);
[[nodiscard]] std::string findings_json(const std::vector<Finding>& findings);
[[nodiscard]] bool has_problem(const std::vector<Finding>& findings);

[[nodiscard]] Finding check_descriptors(std::int64_t limit);
/// `limit`: of the container; 0: none. `machine`: its memory; 0: unknown.
[[nodiscard]] Finding check_memory(std::uint64_t limit, std::uint64_t machine);
/// `is_synchronised`: nothing if the system does not say.
[[nodiscard]] Finding check_clock(WallTime now, std::optional<bool> is_synchronised);
/// `free_bytes`: on the disk of the store.
[[nodiscard]] Finding check_disk(const std::string& directory, std::uint64_t free_bytes);
[[nodiscard]] Finding check_upstream(const discovery::UpstreamReport& report);

}  // namespace weir::app
