#include "store/private_file.hpp"

#include <filesystem>
#include <fstream>
#include <latch>
#include <set>
#include <sys/stat.h>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::store {
namespace {

using testing::HasSubstr;

class PrivateFile : public testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/file";
};

TEST_F(PrivateFile, IsMadeForItsOwnerAlone) {
  ASSERT_TRUE(create_private_file(path_, "contents"));

  struct stat info{};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_EQ(read_private_file(path_)->reveal(), "contents");
}

TEST_F(PrivateFile, ThatIsThereIsLeftAsItIs) {
  ASSERT_TRUE(create_private_file(path_, "first"));
  ASSERT_TRUE(create_private_file(path_, "second"));
  EXPECT_EQ(read_private_file(path_)->reveal(), "first");
}

TEST_F(PrivateFile, OfSeveralMakersTheFirstWinsAndNoneSeesAPart) {
  constexpr int kMakers = 8;
  std::latch start(kMakers);
  std::vector<std::string> seen(kMakers);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kMakers; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      EXPECT_TRUE(create_private_file(path_, std::string(1000, static_cast<char>('a' + i))));
      seen[i] = read_private_file(path_)->reveal();
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 1);
  EXPECT_EQ(seen[0].size(), 1000);
  const std::filesystem::directory_iterator files(directory_.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "nothing is left behind";
}

TEST_F(PrivateFile, ThatOthersMayReadIsRefused) {
  ASSERT_TRUE(create_private_file(path_, "contents"));
  ASSERT_EQ(::chmod(path_.c_str(), 0604), 0);

  const auto read = read_private_file(path_);

  EXPECT_EQ(read.error().code, Errc::store_failed);
  EXPECT_THAT(read.error().detail, HasSubstr("is readable by other users (mode 0604); expected a "
                                             "file accessible to its owner only: chmod 600 " +
                                             path_));
}

TEST_F(PrivateFile, ThatCannotBeReadSaysWhy) {
  EXPECT_EQ(read_private_file(path_).error().code, Errc::not_found);
  EXPECT_THAT(read_private_file(directory_.path()).error().detail, HasSubstr("not a regular file"));
  ASSERT_TRUE(create_private_file(path_, std::string(kMaxPrivateFileBytes + 1, 'x')));
  EXPECT_THAT(read_private_file(path_).error().detail, HasSubstr("larger than 4 KiB"));
}

TEST_F(PrivateFile, ThatCannotBeMadeSaysWhy) {
  const auto made = create_private_file(directory_.path() + "/none/file", "contents");
  EXPECT_EQ(made.error().code, Errc::store_failed);
  EXPECT_THAT(made.error().detail, HasSubstr("cannot be created: No such file or directory"));
}

TEST_F(PrivateFile, IsForItsOwnerAloneWhateverTheUmask) {
  for (const mode_t umask : {0777U, 0277U, 0U}) {
    const mode_t before = ::umask(umask);
    ASSERT_TRUE(create_private_file(path_, "contents"));
    auto made = NewPrivateFile::create(path_ + "2");
    ::umask(before);
    ASSERT_TRUE(made);
    for (const auto& path : {path_, made->path()}) {
      struct stat info{};
      ASSERT_EQ(::stat(path.c_str(), &info), 0);
      EXPECT_EQ(info.st_mode & 0777, 0600U);
    }
    std::filesystem::remove(path_);
  }
}

TEST_F(PrivateFile, ThatIsNewStaysIfItIsKept) {
  {
    auto made = NewPrivateFile::create(path_);
    ASSERT_TRUE(made);
    ASSERT_TRUE(made->keep("contents"));
  }
  EXPECT_EQ(read_private_file(path_)->reveal(), "contents");
  std::filesystem::remove(path_);
  ASSERT_TRUE(NewPrivateFile::create(path_));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(PrivateFile, ThatIsNewNeitherReplacesNorFollows) {
  ASSERT_TRUE(create_private_file(path_, "first"));
  EXPECT_EQ(NewPrivateFile::create(path_).error().code, Errc::already_exists);
  EXPECT_EQ(read_private_file(path_)->reveal(), "first");

  const auto target = directory_.path() + "/target";
  const auto link = directory_.path() + "/link";
  std::filesystem::create_symlink(target, link);
  EXPECT_EQ(NewPrivateFile::create(link).error().code, Errc::already_exists);
  EXPECT_FALSE(std::filesystem::exists(target));
  EXPECT_EQ(NewPrivateFile::create(directory_.path() + "/none/file").error().code,
            Errc::store_failed);
}

}  // namespace
}  // namespace weir::store
