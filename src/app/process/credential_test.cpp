#include "app/process/credential.hpp"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(Credential, IsInTheFolderOfThisServiceOrOfAnother) {
  const struct {
    const char* path;
    std::optional<std::string> own_folder;
    bool expected;
  } cases[] = {
      {"/tmp/own/key", "/tmp/own", true},
      {"/tmp/own/../own/key", "/tmp/own", true},
      {"/tmp/own/deeper/key", "/tmp/own", false},
      {"/tmp/key", "/tmp/own", false},
      {"/tmp/own/key", std::nullopt, false},
      {"own/key", "own", false},
      {"key", "", false},
      // A command run by root beside the service.
      {"/run/credentials/weir.service/key", std::nullopt, true},
      {"/run/credentials/weir.service/key", "/run/credentials/other.service", true},
      {"/run/credentials/key", std::nullopt, false},
      {"/run/credentials/weir.service/deeper/key", std::nullopt, false},
      {"/run/credentials/../weir.service/key", std::nullopt, false},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(is_credential(c.path, c.own_folder), c.expected)
        << c.path << ", " << c.own_folder.value_or("none");
  }
}

}  // namespace
}  // namespace weir::app
