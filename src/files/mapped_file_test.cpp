#include "files/mapped_file.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::files {
namespace {

constexpr std::size_t kBytes = 64 << 10;

/// Limits the files of this process: posix_fallocate fails beyond it, as on a full disk.
void limit_file_size(rlim_t bytes) {
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

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
    limit_file_size(kBytes / 2);
    const auto file = MappedFile::create(path(), kBytes);
    if (file || file.error().what.empty() || std::filesystem::exists(path())) ::_exit(1);
  };
  in_killed_child(limited);
}

TEST_F(MappedFiles, AFullDiskRemovesOnlyWhatWasMadeHere) {
  for (const bool was_there : {true, false}) {
    std::filesystem::remove(path());
    if (was_there) std::ofstream(path()).close();
    if (was_there) std::filesystem::permissions(path(), std::filesystem::perms(0640));
    in_killed_child([&] {
      limit_file_size(kBytes / 2);
      const auto file = MappedFile::open(path(), kBytes);
      if (file || file.error().what.empty()) ::_exit(1);
    });
    ASSERT_EQ(std::filesystem::exists(path()), was_there);
    if (!was_there) continue;
    EXPECT_EQ(std::filesystem::file_size(path()), 0U);
    EXPECT_EQ(std::filesystem::status(path()).permissions(), std::filesystem::perms(0640));
  }
}

TEST_F(MappedFiles, AFullDiskLeavesAnExtendedFileUnchanged) {
  in_killed_child([&] {
    auto file = MappedFile::open(path(), kBytes);
    if (!file) ::_exit(1);
    file->bytes()[kBytes - 1] = std::byte{9};
    limit_file_size(kBytes + kBytes / 2);
    if (file->extend(2 * kBytes) || file->bytes().size() != kBytes || !file->is_whole()) ::_exit(2);
    if (file->bytes()[kBytes - 1] != std::byte{9}) ::_exit(3);
  });
  EXPECT_EQ(std::filesystem::file_size(path()), kBytes);
}

TEST_F(MappedFiles, ALockThatIsNeverGrantedIsAnError) {
  // Another open file, as of a process that was stopped while it prepared the file.
  auto holder = MappedFile::open(path(), kBytes);
  ASSERT_TRUE(holder && holder->is_sole());
  const auto opened = MappedFile::open(path(), kBytes, std::chrono::milliseconds(20));
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().what.find("locked by another process"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(path()));
  holder->share();
  EXPECT_TRUE(MappedFile::open(path(), kBytes)) << "once it is shared";
}

TEST_F(MappedFiles, SignalsDoNotEndTheWaitForALock) {
  auto holder = MappedFile::open(path(), kBytes);
  ASSERT_TRUE(holder);
  static std::atomic<int> signals = 0;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // The lock is of the open file, which the parent holds also.
    struct sigaction action{};
    action.sa_handler = [](int) { ++signals; };  // no SA_RESTART
    ::sigaction(SIGALRM, &action, nullptr);
    const itimerval often{{0, 2000}, {0, 2000}};
    ::setitimer(ITIMER_REAL, &often, nullptr);
    const auto stuck = MappedFile::open(path(), kBytes, std::chrono::milliseconds(50));
    if (stuck || signals.load() == 0) ::_exit(1);
    holder->share();
    const auto granted = MappedFile::open(path(), kBytes);
    ::_exit(granted && !granted->is_sole() ? 0 : 2);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

/// A file that is not Weir's, at its path.
struct Foreign {
  const char* name;
  void (*make)(const std::string& path);
  const char* fault;  ///< a part of it
};

void make_file(const std::string& path, unsigned mode, std::string_view text = {}) {
  std::ofstream(path) << text;
  ::chmod(path.c_str(), mode);
}

class ForeignFiles : public testing::TestWithParam<Foreign> {
 protected:
  [[nodiscard]] std::string path() const { return directory_.path() + "/file"; }

 private:
  TemporaryDirectory directory_;
};

TEST_P(ForeignFiles, AreRefusedAndLeftAlone) {
  GetParam().make(path());
  struct stat before{};
  ASSERT_EQ(::lstat(path().c_str(), &before), 0);
  const auto opened = MappedFile::open(path(), kBytes);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().what.find(GetParam().fault), std::string::npos) << opened.error().what;
  const auto adopted = MappedFile::adopt(path());
  ASSERT_FALSE(adopted);
  EXPECT_FALSE(adopted.error().is_missing) << "it is there";
  EXPECT_FALSE(MappedFile::create(path(), kBytes));
  struct stat after{};
  ASSERT_EQ(::lstat(path().c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_size, before.st_size);
}

void make_socket(const std::string& path) {
  ASSERT_EQ(::mknod(path.c_str(), S_IFSOCK | 0600, 0), 0);
}

constexpr const char* kNotRegular = "not a regular file";

INSTANTIATE_TEST_SUITE_P(
    Table, ForeignFiles,
    testing::Values(
        Foreign{"Fifo", [](const std::string& path) { ::mkfifo(path.c_str(), 0600); }, kNotRegular},
        Foreign{"FifoForAll",
                [](const std::string& path) {
                  ::mkfifo(path.c_str(), 0600);
                  ::chmod(path.c_str(), 0666);
                },
                kNotRegular},
        Foreign{"Socket", make_socket, kNotRegular},
        Foreign{"Folder", [](const std::string& path) { ::mkdir(path.c_str(), 0700); },
                kNotRegular},
        Foreign{"LinkToNothing",
                [](const std::string& path) { std::filesystem::create_symlink("elsewhere", path); },
                kNotRegular},
        Foreign{"LinkToAFile",
                [](const std::string& path) {
                  make_file(path + ".other", 0600, "text");
                  std::filesystem::create_symlink(path + ".other", path);
                },
                kNotRegular},
        Foreign{"LinkToItself",
                [](const std::string& path) { std::filesystem::create_symlink(path, path); },
                kNotRegular},
        Foreign{"EmptyForAll", [](const std::string& path) { make_file(path, 0666); }, "0666"},
        Foreign{"EmptyForItsGroup", [](const std::string& path) { make_file(path, 0620); }, "0620"},
        Foreign{"TextForAll", [](const std::string& path) { make_file(path, 0646, "text"); },
                "0646"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(MappedFiles, AnEmptyFileOfAnotherUserIsLeftAlone) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make one";
  make_file(path(), 0600);
  ASSERT_EQ(::chown(path().c_str(), 12345, 12345), 0);
  const auto opened = MappedFile::open(path(), kBytes);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().what.find("12345"), std::string::npos) << opened.error().what;
  EXPECT_EQ(std::filesystem::file_size(path()), 0U);
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

TEST_F(MappedFiles, AMissingFolderIsRefused) {
  const auto opened = MappedFile::open(path() + "/no/file", kBytes);
  ASSERT_FALSE(opened);
  EXPECT_FALSE(opened.error().what.empty());
}

TEST_F(MappedFiles, AnEmptyFileOfItsOwnerIsFilled) {
  std::ofstream(path()).close();
  std::filesystem::permissions(path(), std::filesystem::perms(0600));
  const auto file = MappedFile::open(path(), kBytes);
  ASSERT_TRUE(file) << file.error().what;
  EXPECT_TRUE(file->is_sole());
  EXPECT_EQ(file->bytes().size(), kBytes);
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
