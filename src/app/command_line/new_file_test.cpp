#include "app/command_line/new_file.hpp"

#include <csignal>
#include <filesystem>
#include <string>
#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::app {
namespace {

using testing::HasSubstr;

// Files of this process are at most so long while this is alive.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST(NewFile, AFailedWriteLeavesNoFile) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/file";
  Result<> written;
  {
    const FileSizeLimit limit(10);
    written = write_new_file(path, std::string(100, 'x'), 0600);
  }
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().detail, HasSubstr("File too large"));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(write_new_file(path, "x", 0600));
}

TEST(NewFile, IsRefusedWhereItCannotBeWritten) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/file";
  EXPECT_TRUE(check_new_file(path));
  const auto missing = check_new_file(directory.path() + "/none/file");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().detail, HasSubstr("No such file"));
  ASSERT_TRUE(write_new_file(path, "x", 0600));
  EXPECT_EQ(check_new_file(path).error().code, Errc::already_exists);
  EXPECT_EQ(write_new_file(path, "y", 0600).error().code, Errc::already_exists);
}

}  // namespace
}  // namespace weir::app
