#include "gateway/request_token.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

const Secret kKey{"0123456789abcdef0123456789abcdef"};
const RequestPlace kPlace{"wan", "demo/text-to-video", "r-\"42\"/ü"};

TEST(RequestToken, WhatWasSealedComesBack) {
  const auto text = seal_request(kKey, kPlace);
  EXPECT_EQ(open_request(kKey, text), kPlace);
  EXPECT_EQ(
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

TEST(RequestToken, NothingElseIsOpened) {
  const auto text = seal_request(kKey, kPlace);
  EXPECT_EQ(open_request(Secret("another key, another key, another"), text), std::nullopt);
  EXPECT_EQ(open_request(kKey, ""), std::nullopt);
  EXPECT_EQ(open_request(kKey, "weirreq_"), std::nullopt);
  EXPECT_EQ(open_request(kKey, "r-42"), std::nullopt);
  EXPECT_EQ(open_request(kKey, text + "x"), std::nullopt);
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(open_request(kKey, changed), std::nullopt) << i;
    EXPECT_EQ(open_request(kKey, text.substr(0, i)), std::nullopt) << i;
  }
}

}  // namespace
}  // namespace weir::gateway
