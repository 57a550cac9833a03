// kill -9 at any moment loses no acknowledged change: a child writes and acknowledges, the test
// kills it.
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"
#include "store/kill_loop_for_test.hpp"
#include "store/sqlite_store.hpp"

namespace weir::store {
namespace {

/// Written by a child for each change that the store acknowledged.
struct Acknowledged {
  std::int32_t number;
  enum class What : std::int32_t { created, rotated, revoked } what;
};

KeySecret secret(std::int32_t number, std::byte generation) {
  KeySecret made;
  std::memcpy(made.digest.data(), &number, sizeof number);
  made.digest[31] = generation;
  return made;
}

KeyRecord key(std::int32_t number) {
  KeyRecord made;
  made.id = fmt::format("key_{:012}", number);
  made.name = fmt::format("name {}", number);
  made.grant.models = {"a/*", "b/*"};
  made.grant.networks = {"10.0.0.0/8"};
  made.secrets = {secret(number, std::byte{0})};
  return made;
}

/// Creates, rotates and revokes until it is killed. No test assertion may run in here.
[[noreturn]] void write_until_killed(const std::string& path, std::int32_t number, int pipe) {
  const auto store = SqliteStore::open({.path = path});
  if (!store) ::_exit(1);
  const auto acknowledge = [pipe](std::int32_t done, Acknowledged::What what) {
    const Acknowledged message{done, what};
    if (::write(pipe, &message, sizeof message) != sizeof message) ::_exit(2);
  };
  for (;; ++number) {
    const KeyRecord made = key(number);
    if (!(*store)->create(made)) ::_exit(3);
    acknowledge(number, Acknowledged::What::created);
    if (!(*store)->rotate(made.id, secret(number, std::byte{1}), WallTime())) ::_exit(4);
    acknowledge(number, Acknowledged::What::rotated);
    if (!(*store)->revoke(made.id, WallTime())) ::_exit(5);
    acknowledge(number, Acknowledged::What::revoked);
  }
}

/// True if the store holds the acknowledged change, or a later one.
bool reached(const KeyRecord& kept, Acknowledged::What what) {
  using What = Acknowledged::What;
  const bool rotated = kept.secrets.size() == 1 && kept.secrets[0].digest[31] == std::byte{1};
  const bool revoked = kept.state == KeyState::revoked;
  return what == What::created || (what == What::rotated && rotated) ||
         (what == What::revoked && rotated && revoked);
}

TEST(SqliteCrash, KillAtAnyMomentLosesNothingAcknowledged) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  TemporaryDirectory directory;
  const std::string path = directory.path() + "/weir.db";
  std::map<std::int32_t, Acknowledged::What> acknowledged;

  for (int cycle = 0; cycle < kKillCycles; ++cycle) {
    ASSERT_NO_FATAL_FAILURE(kill_at_a_random_moment<Acknowledged>(
        random, [&](int pipe) { write_until_killed(path, cycle * 10'000, pipe); },
        [&](const Acknowledged& message) { acknowledged[message.number] = message.what; }));

    const auto store = SqliteStore::open({.path = path});
    ASSERT_TRUE(store) << store.error().text();
    ASSERT_TRUE((*store)->check_integrity());
    std::set<std::int32_t> kept;
    const auto keys = (*store)->list();
    ASSERT_TRUE(keys) << keys.error().text();
    for (const KeyRecord& one : *keys) {
      ASSERT_EQ(one.secrets.size(), 1) << one.id << " is half there";
      ASSERT_EQ(one.grant.models.size(), 2) << one.id << " is half there";
      ASSERT_EQ(one.grant.networks.size(), 1) << one.id << " is half there";
      std::int32_t number = 0;
      std::memcpy(&number, one.secrets[0].digest.data(), sizeof number);
      kept.insert(number);
      const auto told = acknowledged.find(number);
      if (told != acknowledged.end()) EXPECT_TRUE(reached(one, told->second)) << one.id;
    }
    for (const auto& [number, what] : acknowledged) {
      ASSERT_TRUE(kept.contains(number)) << "key " << number << " was acknowledged and is lost";
    }
  }
  EXPECT_FALSE(acknowledged.empty());
}

}  // namespace
}  // namespace weir::store
