#include "discovery/loopback_findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::discovery {
namespace {

using testing::HasSubstr;
using enum PortOwner::Kind;
using Change = LoopbackFindings::Change;

constexpr std::uint16_t kPort = 11434;
const PortOwner kTrusted{trusted, 0, {}};
const PortOwner kStranger{other, 1001, {}};
const PortOwner kHidden{hidden, 0, {}};
const PortOwner kNone{none, 0, {}};

const Kind* kind(std::string_view slug) { return find_kind(slug); }

std::vector<std::string> names(const LoopbackFindings& findings) {
  std::vector<std::string> names;
  for (const auto& upstream : findings.upstreams()) names.push_back(upstream.name);
  return names;
}

std::vector<std::string> refused(const LoopbackFindings& findings) {
  std::vector<std::string> names;
  for (const auto& found : findings.not_accepted()) names.push_back(found.upstream.name);
  return names;
}

TEST(LoopbackFindings, EachRoundBuildsOnTheLast) {
  struct Round {
    const char* kind;  ///< null: no engine answered
    PortOwner owner;
    Change change;
    const char* upstream;  ///< null: none
    const char* not_accepted;
  };
  struct Story {
    const char* name;
    std::vector<Round> rounds;
  };
  constexpr const char* kOllama = "ollama-11434";
  constexpr const char* kVllm = "vllm-11434";
  const Story stories[] = {
      {"accepted, stopped, back",
       {{"ollama", kTrusted, Change::accepted, kOllama, nullptr},
        {"ollama", kTrusted, Change::none, kOllama, nullptr},
        {nullptr, kNone, Change::none, kOllama, nullptr},
        {nullptr, kTrusted, Change::none, kOllama, nullptr},
        {"ollama", kTrusted, Change::none, kOllama, nullptr}}},
      {"another engine",
       {{"ollama", kTrusted, Change::accepted, kOllama, nullptr},
        {"vllm", kTrusted, Change::accepted, kVllm, nullptr}}},
      {"a stranger from the start",
       {{"ollama", kStranger, Change::refused, nullptr, kOllama},
        {"ollama", kStranger, Change::none, nullptr, kOllama},
        {nullptr, kStranger, Change::none, nullptr, kOllama},
        {"vllm", kStranger, Change::refused, nullptr, kVllm},
        {"vllm", kHidden, Change::refused, nullptr, kVllm},
        {nullptr, kNone, Change::none, nullptr, nullptr},
        {"ollama", kTrusted, Change::accepted, kOllama, nullptr}}},
      {"a stranger takes the port",
       {{"ollama", kTrusted, Change::accepted, kOllama, nullptr},
        {"ollama", kStranger, Change::withdrawn, nullptr, kOllama},
        {"ollama", kStranger, Change::none, nullptr, kOllama}}},
      {"a stranger takes the port and answers nothing",
       {{"ollama", kTrusted, Change::accepted, kOllama, nullptr},
        {nullptr, kStranger, Change::withdrawn, nullptr, kOllama},
        {nullptr, kTrusted, Change::none, nullptr, nullptr}}},
      {"a stranger that is no engine", {{nullptr, kStranger, Change::none, nullptr, nullptr}}},
      {"an answer from where nobody listens",
       {{"ollama", kNone, Change::refused, nullptr, kOllama},
        {"ollama", kHidden, Change::refused, nullptr, kOllama}}},
      {"the table can no longer be read",
       {{"ollama", kTrusted, Change::accepted, kOllama, nullptr},
        {"ollama", PortOwner{hidden, 0, "no table"}, Change::withdrawn, nullptr, kOllama}}},
  };
  const auto list = [](const char* name) {
    return name == nullptr ? std::vector<std::string>{} : std::vector<std::string>{name};
  };
  for (const auto& [name, rounds] : stories) {
    LoopbackFindings findings(1000);
    for (std::size_t i = 0; i < rounds.size(); ++i) {
      const auto& round = rounds[i];
      const Kind* answered = round.kind == nullptr ? nullptr : kind(round.kind);
      EXPECT_EQ(findings.take(kPort, answered, round.owner), round.change) << name << ' ' << i;
      EXPECT_EQ(names(findings), list(round.upstream)) << name << ' ' << i;
      EXPECT_EQ(refused(findings), list(round.not_accepted)) << name << ' ' << i;
      EXPECT_EQ(findings.reason(kPort).empty(), round.not_accepted == nullptr) << name << ' ' << i;
    }
  }
}

TEST(LoopbackFindings, PortsAreJudgedEachForItself) {
  LoopbackFindings findings(1000);
  EXPECT_EQ(findings.take(8000, kind("vllm"), kTrusted), Change::accepted);
  EXPECT_EQ(findings.take(kPort, kind("ollama"), kStranger), Change::refused);
  const auto upstreams = findings.upstreams();
  ASSERT_EQ(upstreams.size(), 1U);
  EXPECT_EQ(upstreams[0].name, "vllm-8000");
  EXPECT_EQ(upstreams[0].kind, "vllm");
  EXPECT_EQ(upstreams[0].url, "http://127.0.0.1:8000");
}

TEST(LoopbackFindings, TheReasonNamesTheUsersAndWhatToDo) {
  LoopbackFindings findings(1000);
  EXPECT_EQ(findings.take(kPort, kind("ollama"), kStranger), Change::refused);
  EXPECT_THAT(findings.reason(kPort), HasSubstr("user 1001"));
  EXPECT_THAT(findings.reason(kPort), HasSubstr("user 1000"));
  EXPECT_THAT(findings.reason(kPort), HasSubstr("config file"));
  EXPECT_EQ(findings.take(kPort, kind("ollama"), PortOwner{hidden, 0, "no table"}),
            Change::refused);
  EXPECT_THAT(findings.reason(kPort), HasSubstr("cannot be determined (no table)"));
  EXPECT_EQ(findings.reason(8000), "");
}

}  // namespace
}  // namespace weir::discovery
