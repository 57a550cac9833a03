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
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);

  const auto read = read_private_file(path_);

  EXPECT_EQ(read.error().code, Errc::store_failed);
  EXPECT_THAT(read.error().detail, HasSubstr("(mode 0640); run chmod 600"));
}

TEST_F(PrivateFile, ThatCannotBeReadSaysWhy) {
  EXPECT_EQ(read_private_file(path_).error().code, Errc::not_found);
  EXPECT_THAT(read_private_file(directory_.path()).error().detail, HasSubstr("is not a file"));
  ASSERT_TRUE(create_private_file(path_, std::string(kMaxPrivateFileBytes + 1, 'x')));
  EXPECT_THAT(read_private_file(path_).error().detail, HasSubstr("larger than 4096 bytes"));
}

TEST_F(PrivateFile, ThatCannotBeMadeSaysWhy) {
  const auto made = create_private_file(directory_.path() + "/none/file", "contents");
  EXPECT_EQ(made.error().code, Errc::store_failed);
  EXPECT_THAT(made.error().detail, HasSubstr("cannot be created: No such file or directory"));
}

}  // namespace
}  // namespace weir::store
