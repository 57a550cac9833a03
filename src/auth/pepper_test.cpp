#include "auth/pepper.hpp"

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::auth {
namespace {

using testing::HasSubstr;

class Pepper : public testing::Test {
 protected:
  void write(const std::string& text) {
    std::ofstream(path_) << text;
    ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  }

  TemporaryDirectory directory_;
  std::string path_ = pepper_path(directory_.path() + "/weir.db");
};

TEST_F(Pepper, IsMadeOnceForItsOwnerAloneAndThenStays) {
  const auto made = open_pepper(path_, StoredKeys::none, system_random);
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->reveal().size(), 64);

  struct stat info{};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_EQ(open_pepper(path_, StoredKeys::some, system_random)->reveal(), made->reveal());
  EXPECT_TRUE(path_.ends_with("/weir.db.pepper"));
}

TEST_F(Pepper, ThatIsMissingThoughKeysAreStoredIsNotMadeAnew) {
  const auto missing = open_pepper(path_, StoredKeys::some, system_random);

  EXPECT_EQ(missing.error().code, Errc::store_failed);
  EXPECT_THAT(missing.error().detail, HasSubstr("restore it from a backup"));
  EXPECT_EQ(::access(path_.c_str(), F_OK), -1);
}

TEST_F(Pepper, ThatCannotBeMadeIsAnError) {
  const auto pepper =
      open_pepper(directory_.path() + "/none/pepper", StoredKeys::none, system_random);
  ASSERT_FALSE(pepper);
  EXPECT_THAT(pepper.error().detail, HasSubstr("/none/pepper"));
}

TEST_F(Pepper, ThatOthersMayReadIsRefused) {
  write(std::string(64, 'p'));
  ASSERT_EQ(::chmod(path_.c_str(), 0604), 0);
  EXPECT_THAT(open_pepper(path_, StoredKeys::none, system_random).error().detail,
              HasSubstr("is readable by other users"));
}

TEST_F(Pepper, ThatIsAPipeIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  for (const auto keys : {StoredKeys::none, StoredKeys::some}) {
    EXPECT_THAT(open_pepper(path_, keys, system_random).error().detail,
                HasSubstr("not a regular file"));
  }
}

TEST_F(Pepper, ThatIsDamagedIsRefused) {
  for (const std::string& text :
       {std::string(), std::string("\n\n"), std::string(31, 'p'), std::string(64, '\0'),
        std::string(32, 'p') + " " + std::string(32, 'p'), std::string(64, '\x7f')}) {
    write(text);
    const auto pepper = open_pepper(path_, StoredKeys::none, system_random);
    ASSERT_FALSE(pepper);
    EXPECT_THAT(pepper.error().detail, HasSubstr("damaged"));
  }
}

TEST_F(Pepper, MayBeWrittenByHand) {
  write(std::string(32, 'p') + "\r\n");
  EXPECT_EQ(open_pepper(path_, StoredKeys::some, system_random)->reveal(), std::string(32, 'p'));
}

TEST_F(Pepper, FromConfigIsCheckedAlike) {
  EXPECT_TRUE(check_pepper(Secret(std::string(32, 'p'))));
  EXPECT_EQ(check_pepper(Secret(std::string(31, 'p'))).error().code, Errc::config_invalid);
  EXPECT_FALSE(check_pepper(Secret(std::string(32, ' '))));
}

}  // namespace
}  // namespace weir::auth
