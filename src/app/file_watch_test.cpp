#include "app/file_watch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(FileWatch, TellsOfAChangeOnceItHasSettled) {
  std::string directory = "/tmp/file_watch_test.XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const auto path = directory + "/weir.yaml";
  std::ofstream(path) << "one";
  FileWatch watch(path);
  EXPECT_FALSE(watch.changed());

  std::ofstream(path) << "";  // truncated: somebody is writing
  EXPECT_FALSE(watch.changed());
  std::ofstream(path) << "another";
  EXPECT_FALSE(watch.changed());
  EXPECT_TRUE(watch.changed());
  EXPECT_FALSE(watch.changed());

  std::filesystem::remove(path);
  EXPECT_FALSE(watch.changed());
  EXPECT_FALSE(watch.changed());
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace weir::app
