#include "files/policy.hpp"

#include <array>
#include <string_view>
#include <sys/stat.h>

#include <fmt/format.h>

#include "codec/shell_word.hpp"

namespace weir::files {
namespace {

constexpr std::uint32_t kRoot = 0;

// Worst first.
constexpr std::array kFindings{Finding::not_regular,    Finding::foreign,
                               Finding::written_by_all, Finding::written_by_group,
                               Finding::read_by_all,    Finding::read_by_group};

bool is_foreign(const Facts& facts) {
  if (facts.owner == kRoot || facts.owner == facts.user) return false;
  return facts.user != kRoot || facts.folder_owner != facts.owner;
}

bool is_found(Finding finding, const Facts& facts) {
  switch (finding) {
    case Finding::not_regular:
      return !facts.is_regular;
    case Finding::foreign:
      return is_foreign(facts);
    case Finding::written_by_all:
      return (facts.mode & S_IWOTH) != 0;
    case Finding::written_by_group:
      return (facts.mode & S_IWGRP) != 0;
    case Finding::read_by_all:
      return (facts.mode & S_IROTH) != 0;
    case Finding::read_by_group:
      return (facts.mode & S_IRGRP) != 0;
    case Finding::safe:
      return true;
  }
  return true;
}

Action for_config(Finding finding, Purpose purpose) {
  if (finding == Finding::written_by_all) return Action::warn;
  const bool shows = finding == Finding::read_by_all && purpose == Purpose::config_with_secrets;
  return shows ? Action::warn : Action::accept;
}

Action for_store(Finding finding) {
  if (finding == Finding::read_by_all) return Action::warn;
  return finding == Finding::read_by_group ? Action::accept : Action::refuse;
}

// Root lets a group read what a server that is not root could not read otherwise.
Action for_secret(Finding finding, const Facts& facts) {
  const bool is_shared = finding == Finding::read_by_group && facts.owner == kRoot;
  return is_shared ? Action::accept : Action::refuse;
}

Action action_for(Finding finding, const Facts& facts, Purpose purpose) {
  if (finding == Finding::not_regular) return Action::refuse;
  switch (purpose) {
    case Purpose::credential:
      return Action::accept;
    case Purpose::certificate:
    case Purpose::config:
    case Purpose::config_with_secrets:
      return for_config(finding, purpose);
    case Purpose::store:
      return for_store(finding);
    case Purpose::secret:
      return for_secret(finding, facts);
  }
  return Action::refuse;
}

std::string mode_text(const Facts& facts) { return fmt::format("(mode {:04o})", facts.mode); }

std::string owner_text(std::uint32_t user) {
  return user == kRoot ? "root" : fmt::format("{}", user);
}

// Without its group a process could not read the file of another user.
std::string private_file(const std::string& word, const Facts& facts, Purpose purpose) {
  const auto alone = "a file accessible to its owner only: ";
  if (facts.owner == facts.user || facts.user == kRoot) {
    return fmt::format("{}chmod 600 {}", alone, word);
  }
  if (purpose == Purpose::store) {
    return fmt::format("{}chown {} {} && chmod 600 {}", alone, facts.user, word, word);
  }
  return fmt::format(
      "a file accessible to its owner and this group only: chgrp {} {} && chmod 640 {}",
      facts.group, word, word);
}

std::optional<Complaint> complaint(const std::string& path, const Facts& facts, Purpose purpose,
                                   Action action) {
  const auto verdict = judge(facts, purpose);
  if (verdict.action != action) return std::nullopt;
  return describe(path, facts, purpose, verdict.finding);
}

}  // namespace

Verdict judge(const Facts& facts, Purpose purpose) {
  Verdict verdict;
  for (const auto finding : kFindings) {
    if (!is_found(finding, facts)) continue;
    const auto action = action_for(finding, facts, purpose);
    if (action > verdict.action) verdict = {action, finding};
  }
  return verdict;
}

Complaint describe(const std::string& path, const Facts& facts, Purpose purpose, Finding finding) {
  const auto word = codec::format_shell_word(path);
  const bool is_written =
      finding == Finding::written_by_all || finding == Finding::written_by_group;
  if (finding == Finding::not_regular) return {"is not a regular file", {}};
  if (finding == Finding::foreign) {
    return {fmt::format("is owned by another user ({})", facts.owner),
            fmt::format("a file owned by this user or root: chown {} {}", owner_text(facts.user),
                        word)};
  }
  const auto what = fmt::format("is {} by other users {}", is_written ? "writable" : "readable",
                                mode_text(facts));
  if (purpose == Purpose::config || purpose == Purpose::certificate) {
    return {what, "a file that only its owner can write: chmod go-w " + word};
  }
  return {what, private_file(word, facts, purpose)};
}

std::optional<Complaint> refusal(const std::string& path, const Facts& facts, Purpose purpose) {
  return complaint(path, facts, purpose, Action::refuse);
}

std::optional<Complaint> warning(const std::string& path, const Facts& facts, Purpose purpose) {
  return complaint(path, facts, purpose, Action::warn);
}

}  // namespace weir::files
