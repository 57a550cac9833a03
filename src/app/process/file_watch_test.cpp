#include "app/process/file_watch.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::app {
namespace {

TEST(FileWatch, TellsOfAChangeOnceItHasSettled) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/weir.yaml";
  std::ofstream(path) << "one";
  FileWatch watch(path);
  EXPECT_FALSE(watch.changed());

  std::ofstream(path) << "";  // truncated: a write is in progress
  EXPECT_FALSE(watch.changed());
  std::ofstream(path) << "another";
  EXPECT_FALSE(watch.changed());
  EXPECT_TRUE(watch.changed());
  EXPECT_FALSE(watch.changed());

  std::filesystem::remove(path);
  EXPECT_FALSE(watch.changed());
  EXPECT_FALSE(watch.changed());
}

}  // namespace
}  // namespace weir::app
