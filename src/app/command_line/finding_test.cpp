#include "app/command_line/finding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using testing::HasSubstr;

TEST(Finding, LinesEndWithTheWorst) {
  const std::vector<Finding> findings{
      {.verdict = Verdict::problem,
       .subject = "ports",
       .text = "taken",
       .advice = "choose another"},
      {.verdict = Verdict::ok, .subject = "clock", .text = "right"}};
  EXPECT_EQ(format_findings(findings),
            "ok       clock  right\nproblem  ports  taken; choose another\n");
  EXPECT_EQ(findings_json(findings),
            R"([{"verdict":"problem","subject":"ports","text":"taken","advice":"choose another"},)"
            R"({"verdict":"ok","subject":"clock","text":"right","advice":""}])"
            "\n");
  EXPECT_TRUE(has_problem(findings));
  EXPECT_FALSE(has_problem({findings[1]}));
}

TEST(Finding, EachCheckThatIsNotOkSaysWhatToDo) {
  const WallTime old{};
  const WallTime now = std::chrono::sys_days{std::chrono::year{2026} / 12 / 1};
  struct Case {
    Finding finding;
    Verdict verdict;
  };
  discovery::UpstreamReport good;
  good.models = 3;
  good.age = std::chrono::milliseconds(5);
  auto bad = good;
  bad.last_error = "upstream_rejected_key: 401";
  discovery::UpstreamReport silent;
  auto empty = good;
  empty.models = 0;
  const Case cases[] = {
      {check_descriptors(1 << 20), Verdict::ok},
      {check_descriptors(1'024), Verdict::warning},
      {check_memory(0, std::uint64_t{8} << 30), Verdict::ok},
      {check_memory(64 << 20, std::uint64_t{8} << 30), Verdict::warning},
      {check_memory(0, 0), Verdict::ok},
      {check_clock(now, true), Verdict::ok},
      {check_clock(now, std::nullopt), Verdict::ok},
      {check_clock(now, false), Verdict::warning},
      {check_clock(old, true), Verdict::problem},
      {check_disk(".", std::uint64_t{1} << 30), Verdict::ok},
      {check_disk(".", 100 << 20), Verdict::warning},
      {check_disk(".", 1 << 20), Verdict::problem},
      {check_upstream(good), Verdict::ok},
      {check_upstream(bad), Verdict::problem},
      {check_upstream(silent), Verdict::problem},
      {check_upstream(empty), Verdict::warning},
  };
  for (const auto& [finding, verdict] : cases) {
    EXPECT_EQ(finding.verdict, verdict) << finding.text;
    EXPECT_EQ(finding.advice.empty(), verdict == Verdict::ok) << finding.text;
  }
  EXPECT_THAT(check_upstream(bad).advice, HasSubstr("api_key"));
}

}  // namespace
}  // namespace weir::app
