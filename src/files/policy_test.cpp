#include "files/policy.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace weir::files {
namespace {

constexpr std::uint32_t kMe = 1000;
constexpr std::uint32_t kOther = 1001;

// Rights of the group within each word: none, read, read and write, write. The words: the same of
// everyone else.
constexpr std::array<std::uint32_t, 16> kModes{0600, 0640, 0660, 0620, 0604, 0644, 0664, 0624,  //
                                               0606, 0646, 0666, 0626, 0602, 0642, 0662, 0622};

struct Row {
  Purpose purpose;
  std::string_view verdicts;  ///< a: accept, w: warn, r: refuse; one for each of kModes
};

std::string verdicts_of(Facts facts, Purpose purpose) {
  std::string verdicts;
  for (std::size_t i = 0; i < kModes.size(); ++i) {
    facts.mode = kModes[i];
    if (i % 4 == 0 && i > 0) verdicts += ' ';
    verdicts += "awr"[static_cast<int>(judge(facts, purpose).action)];
  }
  return verdicts;
}

void expect_rows(const Facts& facts, std::initializer_list<Row> rows) {
  for (const auto& row : rows) {
    EXPECT_EQ(verdicts_of(facts, row.purpose), row.verdicts)
        << static_cast<int>(row.purpose) << ", owner " << facts.owner << ", user " << facts.user;
  }
}

constexpr std::string_view kAll = "aaaa aaaa aaaa aaaa";
constexpr std::string_view kNone = "rrrr rrrr rrrr rrrr";
constexpr Row kCertificate{Purpose::certificate, "aaaa aaaa wwww wwww"};
constexpr Row kCredential{Purpose::credential, kAll};
constexpr Row kConfig{Purpose::config, "aaaa aaaa wwww wwww"};
constexpr Row kConfigWithSecrets{Purpose::config_with_secrets, "aaaa wwww wwww wwww"};
constexpr Row kStore{Purpose::store, "aarr wwrr rrrr rrrr"};

TEST(FilePolicy, OfFilesOfThisUser) {
  const Row secret{Purpose::secret, "arrr rrrr rrrr rrrr"};
  expect_rows({.owner = kMe, .user = kMe},
              {kCertificate, kConfig, kConfigWithSecrets, kStore, secret, kCredential});
}

TEST(FilePolicy, OfFilesOfRoot) {
  // A group may read root's secrets: Kubernetes, Debian's group ssl-cert.
  const Row secret{Purpose::secret, "aarr rrrr rrrr rrrr"};
  for (const std::uint32_t user : {0U, kMe}) {
    expect_rows({.owner = 0, .user = user},
                {kCertificate, kConfig, kConfigWithSecrets, kStore, secret, kCredential});
  }
}

TEST(FilePolicy, OfFilesOfAnotherUser) {
  const Row store{Purpose::store, kNone};
  const Row secret{Purpose::secret, kNone};
  for (const auto& facts :
       {Facts{.owner = kOther, .user = kMe},
        Facts{.owner = kOther, .folder_owner = kMe, .user = kMe},
        Facts{.owner = kOther, .folder_owner = kOther, .user = kMe},
        Facts{.owner = kOther, .user = 0}, Facts{.owner = kOther, .folder_owner = 0, .user = 0},
        Facts{.owner = kOther, .folder_owner = kMe, .user = 0}}) {
    expect_rows(facts, {kCertificate, kConfig, kConfigWithSecrets, store, secret, kCredential});
    EXPECT_EQ(judge(facts, Purpose::store).finding, Finding::foreign);
  }
}

TEST(FilePolicy, OfFilesInTheFolderOfTheirOwnerThatRootUses) {
  const Row secret{Purpose::secret, "arrr rrrr rrrr rrrr"};
  expect_rows({.owner = kOther, .folder_owner = kOther, .user = 0},
              {kCertificate, kConfig, kConfigWithSecrets, kStore, secret, kCredential});
}

TEST(FilePolicy, WhatIsNoRegularFileIsNeverUsed) {
  constexpr Verdict kRefused{Action::refuse, Finding::not_regular};
  for (const auto purpose : {Purpose::certificate, Purpose::config, Purpose::config_with_secrets,
                             Purpose::store, Purpose::secret, Purpose::credential}) {
    for (const std::uint32_t owner : {0U, kMe, kOther}) {
      EXPECT_EQ(judge({.is_regular = false, .mode = 0666, .owner = owner, .user = kMe}, purpose),
                kRefused);
    }
  }
}

TEST(FilePolicy, TheWorstIsToldFirst) {
  const auto finding = [](std::uint32_t mode, std::uint32_t owner, Purpose purpose) {
    return judge({.mode = mode, .owner = owner, .user = kMe}, purpose).finding;
  };
  EXPECT_EQ(finding(0666, kOther, Purpose::store), Finding::foreign);
  EXPECT_EQ(finding(0666, kMe, Purpose::store), Finding::written_by_all);
  EXPECT_EQ(finding(0664, kMe, Purpose::store), Finding::written_by_group);
  EXPECT_EQ(finding(0644, kMe, Purpose::store), Finding::read_by_all);
  EXPECT_EQ(finding(0640, kMe, Purpose::store), Finding::safe);
  EXPECT_EQ(finding(0640, kMe, Purpose::secret), Finding::read_by_group);
  EXPECT_EQ(finding(0664, kMe, Purpose::config_with_secrets), Finding::read_by_all);
}

std::string told(const Facts& facts, Purpose purpose, const std::string& path = "weir.key") {
  if (const auto refused = refusal(path, facts, purpose)) {
    return "refused: " + refused->what + "; " + refused->expected;
  }
  if (const auto warned = warning(path, facts, purpose)) {
    return "warning: " + warned->what + "; " + warned->expected;
  }
  return "";
}

TEST(FilePolicy, SaysWhatIsWrongAndTheCommandThatMendsIt) {
  const Facts mine{.mode = 0644, .owner = kMe, .user = kMe};
  EXPECT_EQ(told({.mode = 0600, .owner = kMe, .user = kMe}, Purpose::secret), "");
  EXPECT_EQ(told(mine, Purpose::secret),
            "refused: is readable by other users (mode 0644); a file accessible to its owner only: "
            "chmod 600 weir.key");
  EXPECT_EQ(told(mine, Purpose::store, "my keys.db"),
            "warning: is readable by other users (mode 0644); a file accessible to its owner only: "
            "chmod 600 'my keys.db'");
  EXPECT_EQ(told({.mode = 0646, .owner = kMe, .user = kMe}, Purpose::config),
            "warning: is writable by other users (mode 0646); a file that only its owner can "
            "write: chmod go-w weir.key");
  EXPECT_EQ(told({.is_regular = false}, Purpose::certificate), "refused: is not a regular file; ");
}

TEST(FilePolicy, TheCommandLeavesTheFileReadable) {
  const Facts roots{.mode = 0666, .owner = 0, .user = kMe, .group = 44};
  EXPECT_EQ(told(roots, Purpose::secret),
            "refused: is writable by other users (mode 0666); a file accessible to its owner and "
            "this group only: chgrp 44 weir.key && chmod 640 weir.key");
  EXPECT_EQ(told(roots, Purpose::store),
            "refused: is writable by other users (mode 0666); a file accessible to its owner only: "
            "chown 1000 weir.key && chmod 600 weir.key");
  EXPECT_EQ(
      told({.mode = 0644, .owner = kOther, .user = kMe, .group = 44}, Purpose::config_with_secrets),
      "warning: is readable by other users (mode 0644); a file accessible to its owner and this "
      "group only: chgrp 44 weir.key && chmod 640 weir.key");
  EXPECT_EQ(told({.mode = 0600, .owner = kOther, .user = kMe}, Purpose::secret),
            "refused: is owned by another user (1001); a file owned by this user or root: chown "
            "1000 weir.key");
  EXPECT_EQ(told({.mode = 0600, .owner = kOther, .user = 0}, Purpose::store),
            "refused: is owned by another user (1001); a file owned by this user or root: chown "
            "root weir.key");
}

}  // namespace
}  // namespace weir::files
