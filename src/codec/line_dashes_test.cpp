#include "codec/line_dashes.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

TEST(LineDashes, FindsWhatAPlainSearchFinds) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 20'000; ++i) {
    const std::string delimiter = "--" + std::string(1 + random() % 4, "-b"[random() % 2]);
    std::string text(random() % 60, ' ');
    for (char& c : text) c = "---b\r\n"[random() % 6];
    const auto after_lf = text.find('\n' + delimiter);
    const auto after_cr = text.find('\r' + delimiter);
    const auto first = std::min(after_lf, after_cr);
    const auto expected = first == std::string::npos ? first : first + 1;
    ASSERT_EQ(find_line_dashes(text, delimiter), expected) << text << " / " << delimiter;
  }
}

}  // namespace
}  // namespace weir::codec
