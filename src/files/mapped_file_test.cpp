#include "files/mapped_file.hpp"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::files {
namespace {

constexpr std::size_t kBytes = 64 << 10;

class MappedFiles : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory_.path() + "/file"; }

  /// Runs `work` in a child process, which then dies as by kill -9.
  template <class Work>
  static void in_killed_child(Work work) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      work();
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(MappedFiles, WhatAKilledProcessWroteIsThere) {
  in_killed_child([&] {
    auto file = MappedFile::create(path(), kBytes);
    if (file) std::memcpy(file->bytes().data() + kBytes - 5, "hello", 5);
  });
  const auto file = MappedFile::adopt(path());
  ASSERT_TRUE(file && *file);
  ASSERT_EQ((*file)->bytes().size(), kBytes);
  EXPECT_EQ(std::memcmp((*file)->bytes().data() + kBytes - 5, "hello", 5), 0);
  EXPECT_TRUE((*file)->is_whole());
  EXPECT_TRUE((*file)->sync());
}

TEST_F(MappedFiles, ANewOneIsForItsOwnerAloneAndFullyAllocated) {
  const auto old = ::umask(0);
  const auto file = MappedFile::create(path(), kBytes);
  ::umask(old);
  ASSERT_TRUE(file);
  struct stat about{};
  ASSERT_EQ(::stat(path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777U, 0600U);
  EXPECT_EQ(about.st_size, static_cast<off_t>(kBytes));
  EXPECT_GE(about.st_blocks * 512, static_cast<off_t>(kBytes));
  EXPECT_TRUE(std::ranges::all_of(file->bytes(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST_F(MappedFiles, OneThatIsInUseIsNotAdopted) {
  auto file = MappedFile::create(path(), kBytes);
  ASSERT_TRUE(file);
  const auto other = MappedFile::adopt(path());
  ASSERT_TRUE(other);
  EXPECT_FALSE(*other);
  EXPECT_FALSE(MappedFile::create(path(), kBytes));
}

TEST_F(MappedFiles, SeveralProcessesShareOne) {
  auto first = MappedFile::open(path(), kBytes);
  ASSERT_TRUE(first) << first.error().what;
  EXPECT_TRUE(first->is_sole());
  first->share();
  auto second = MappedFile::open(path(), 2 * kBytes);
  ASSERT_TRUE(second) << second.error().what;
  EXPECT_FALSE(second->is_sole());
  EXPECT_EQ(second->bytes().size(), kBytes);
  first->bytes()[7] = std::byte{42};
  EXPECT_EQ(second->bytes()[7], std::byte{42});
}

TEST_F(MappedFiles, TheLastToLeaveLeavesItToTheNext) {
  in_killed_child([&] {
    if (auto file = MappedFile::open(path(), kBytes)) file->share();
  });
  const auto next = MappedFile::open(path(), kBytes);
  ASSERT_TRUE(next);
  EXPECT_TRUE(next->is_sole());
}

TEST_F(MappedFiles, AFileThatIsCutEndsNoProcess) {
  auto file = MappedFile::create(path(), kBytes);
  ASSERT_TRUE(file);
  std::ranges::fill(file->bytes(), std::byte{1});
  ASSERT_EQ(::truncate(path().c_str(), 4096), 0);
  EXPECT_FALSE(file->is_whole());
  EXPECT_EQ(file->bytes()[kBytes - 1], std::byte{0}) << "the lost page";
  file->bytes()[kBytes - 1] = std::byte{2};
  EXPECT_EQ(file->bytes()[kBytes - 1], std::byte{2});
  EXPECT_EQ(file->bytes()[0], std::byte{1}) << "a page that is not lost";
  ASSERT_EQ(::truncate(path().c_str(), kBytes), 0);
  EXPECT_FALSE(file->is_whole()) << "it has a page of its own";
}

TEST_F(MappedFiles, AFullDiskShowsWhenItIsCreated) {
  const auto limited = [&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{kBytes / 2, kBytes / 2};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto file = MappedFile::create(path(), kBytes);
    if (file || file.error().what.empty() || std::filesystem::exists(path())) ::_exit(1);
  };
  in_killed_child(limited);
}

TEST_F(MappedFiles, AFileThatOthersMayWriteIsRefused) {
  {
    ASSERT_TRUE(MappedFile::create(path(), kBytes));
  }
  std::filesystem::permissions(path(), std::filesystem::perms(0666));
  const auto opened = MappedFile::open(path(), kBytes);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().what.find("0666"), std::string::npos) << opened.error().what;
  EXPECT_FALSE(MappedFile::adopt(path()));
}

TEST_F(MappedFiles, ALinkAFolderAndAMissingFolderAreRefused) {
  std::filesystem::create_symlink("elsewhere", path());
  EXPECT_FALSE(MappedFile::open(path(), kBytes));
  std::filesystem::remove(path());
  std::filesystem::create_directory(path());
  EXPECT_FALSE(MappedFile::open(path(), kBytes));
  EXPECT_FALSE(MappedFile::open(path() + "/no/file", kBytes));
}

TEST_F(MappedFiles, OneIsExtendedInPlace) {
  auto file = MappedFile::open(path(), kBytes);
  ASSERT_TRUE(file);
  file->bytes()[3] = std::byte{9};
  ASSERT_TRUE(file->extend(2 * kBytes));
  ASSERT_EQ(file->bytes().size(), 2 * kBytes);
  EXPECT_EQ(file->bytes()[3], std::byte{9});
  EXPECT_TRUE(file->is_whole());
}

}  // namespace
}  // namespace weir::files
