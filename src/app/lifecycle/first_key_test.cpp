#include "app/lifecycle/first_key.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::app {
namespace {

class FirstKey : public testing::Test {
 protected:
  std::string keep(const std::string& key) const {
    auto file = create_first_key_file(store_);
    EXPECT_TRUE(file) << file.error().text();
    EXPECT_TRUE(keep_first_key(*file, Secret(key)));
    return file->path();
  }
  static std::string text_of(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  TemporaryDirectory directory_;
  std::string store_ = directory_.path() + "/weir.db";
};

TEST_F(FirstKey, LiesBesideTheStore) {
  EXPECT_EQ(keep("sk-weir_first"), store_ + ".first-key");
  EXPECT_EQ(text_of(store_ + ".first-key"), "sk-weir_first\n");
}

TEST_F(FirstKey, OfAnEarlierStoreIsNeverReplaced) {
  EXPECT_EQ(keep("sk-weir_first"), store_ + ".first-key");
  EXPECT_EQ(keep("sk-weir_second"), store_ + ".first-key-2");
  std::filesystem::create_symlink(directory_.path() + "/nowhere", store_ + ".first-key-3");
  EXPECT_EQ(keep("sk-weir_fourth"), store_ + ".first-key-4");

  EXPECT_EQ(text_of(store_ + ".first-key"), "sk-weir_first\n");
  EXPECT_EQ(text_of(store_ + ".first-key-2"), "sk-weir_second\n");
  EXPECT_FALSE(std::filesystem::exists(directory_.path() + "/nowhere"));
}

TEST_F(FirstKey, OfWhichThereAreTooManyIsAnError) {
  std::ofstream(store_ + ".first-key") << "x";
  for (int i = 2; i <= 100; ++i) std::ofstream(store_ + ".first-key-" + std::to_string(i)) << "x";
  EXPECT_EQ(create_first_key_file(store_).error().code, Errc::already_exists);
}

TEST_F(FirstKey, ThatWasNotMadeLeavesNoFile) {
  {
    ASSERT_TRUE(create_first_key_file(store_));
  }
  EXPECT_FALSE(std::filesystem::exists(store_ + ".first-key"));
}

}  // namespace
}  // namespace weir::app
