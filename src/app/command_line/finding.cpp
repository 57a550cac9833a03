#include "app/command_line/finding.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include <fmt/format.h>

#include "app/command_line/table.hpp"
#include "codec/json_text.hpp"

namespace weir::app {
namespace {

constexpr std::int64_t kFewDescriptors = 4'096;
constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kLittleMemory = 128 * kMiB;
constexpr std::uint64_t kLittleDisk = 256 * kMiB;
constexpr std::uint64_t kNoDisk = 16 * kMiB;

struct Advice {
  std::string_view slug;  ///< the beginning of an upstream's last error
  std::string_view advice;
};

constexpr std::array kUpstreamAdvice{
    Advice{"upstream_rejected_key", "check its api_key"},
    Advice{"upstream_tls_failed", "check its certificate; ca_file names one of your own authority"},
    Advice{"upstream_unreachable", "check that it runs, and its url"},
    Advice{"upstream_answer_invalid", "check its kind and url"},
    Advice{"upstream_list_empty", "load a model there, or check upstreams[].models"},
    Advice{"deadline_exceeded", "check that it is not overloaded; discovery.timeout waits longer"},
};

std::string_view advice_for(std::string_view error) {
  const auto found = std::ranges::find_if(
      kUpstreamAdvice, [&](const Advice& advice) { return error.starts_with(advice.slug); });
  return found == kUpstreamAdvice.end() ? "check its url and its log" : found->advice;
}

}  // namespace

std::string format_findings(const std::vector<Finding>& findings) {
  std::vector<std::vector<std::string>> rows;
  for (const auto verdict : kEnumerators<Verdict>) {
    for (const auto& finding : findings) {
      if (finding.verdict != verdict) continue;
      const auto advice = finding.advice.empty() ? std::string() : "; " + finding.advice;
      rows.push_back({std::string(kVerdictNames[verdict]), finding.subject, finding.text + advice});
    }
  }
  return format_table(std::move(rows));
}

std::string findings_json(const std::vector<Finding>& findings) {
  std::string text;
  codec::JsonWriter json(text);
  json.begin_array();
  for (const auto& finding : findings) {
    json.begin_object().key("verdict").value(kVerdictNames[finding.verdict]);
    json.key("subject").value(finding.subject).key("text").value(finding.text);
    json.key("advice").value(finding.advice).end_object();
  }
  json.end_array();
  return text + "\n";
}

bool has_problem(const std::vector<Finding>& findings) {
  return std::ranges::any_of(
      findings, [](const Finding& finding) { return finding.verdict == Verdict::problem; });
}

Finding check_descriptors(std::int64_t limit) {
  Finding finding{.subject = "limits", .text = fmt::format("{} descriptors", limit)};
  if (limit >= kFewDescriptors) return finding;
  finding.verdict = Verdict::warning;
  finding.advice = "raise the hard limit (systemd: LimitNOFILE); connections are limited by it";
  return finding;
}

Finding check_memory(std::uint64_t limit, std::uint64_t machine) {
  const auto bytes = limit > 0 ? limit : machine;
  Finding finding{.subject = "limits",
                  .text = fmt::format("{} MiB of memory{}", bytes / kMiB,
                                      limit > 0 ? ", by the limit of the container or unit" : "")};
  if (bytes == 0) finding.text = "the memory of this machine is unknown";
  if (bytes == 0 || bytes >= kLittleMemory) return finding;
  finding.verdict = Verdict::warning;
  finding.advice = "raise the limit; below 128 MiB long lists and many calls shed load";
  return finding;
}

Finding check_clock(WallTime now, std::optional<bool> is_synchronised) {
  using namespace std::chrono;
  // No release is older.
  constexpr WallTime kReleased = sys_days{year{2026} / 1 / 1};
  Finding finding{.subject = "clock", .text = "the clock is synchronised"};
  if (now < kReleased) {
    finding.verdict = Verdict::problem;
    finding.text = "the clock is wrong: it is before 2026";
    finding.advice = "set it; keys expire and certificates are checked by it";
  } else if (!is_synchronised) {
    finding.text = "the system does not say whether the clock is synchronised";
  } else if (!*is_synchronised) {
    finding.verdict = Verdict::warning;
    finding.text = "the clock is not synchronised";
    finding.advice = "run a time service such as systemd-timesyncd or chrony";
  }
  return finding;
}

Finding check_disk(const std::string& directory, std::uint64_t free_bytes) {
  Finding finding{.subject = "store",
                  .text = fmt::format("{} MiB are free at {}", free_bytes / kMiB, directory)};
  if (free_bytes >= kLittleDisk) return finding;
  finding.verdict = free_bytes < kNoDisk ? Verdict::problem : Verdict::warning;
  finding.advice = "free space there, or choose another place with the setting store";
  return finding;
}

Finding check_upstream(const discovery::UpstreamReport& report) {
  Finding finding{
      .subject = "upstreams",
      .text = fmt::format("{} ({}): {} models", report.name, report.url, report.models)};
  if (!report.last_error.empty()) {
    finding.verdict = Verdict::problem;
    finding.text = fmt::format("{} ({}): {}", report.name, report.url, report.last_error);
    finding.advice = advice_for(report.last_error);
  } else if (!report.age) {
    finding.verdict = Verdict::problem;
    finding.text = fmt::format("{} ({}) has not answered in time", report.name, report.url);
    finding.advice = advice_for("deadline_exceeded");
  } else if (report.models == 0) {
    finding.verdict = Verdict::warning;
    finding.advice = advice_for("upstream_list_empty");
  } else if (report.truncated) {
    finding.verdict = Verdict::warning;
    finding.advice = "it has more; raise discovery.max_models_per_upstream";
  }
  return finding;
}

}  // namespace weir::app
