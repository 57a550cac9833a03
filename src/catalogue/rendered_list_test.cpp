#include "catalogue/rendered_list.hpp"

#include <set>

#include <gtest/gtest.h>

#include "codec/compress.hpp"

namespace weir::catalogue {
namespace {

using codec::Coding;

TEST(RenderedList, BeginsWithThePlainFormAlone) {
  const RenderedList list("{}");
  EXPECT_EQ(list.codings(), codec::CodingSet{});
  EXPECT_EQ(list.body(Coding::identity).bytes, "{}");
  EXPECT_EQ(list.size_bytes(), 2U);
}

TEST(RenderedList, EachCodingHasItsOwnTag) {
  const std::string text(10'000, 'a');
  RenderedList list(text, "gpu");
  for (Coding coding : {Coding::gzip, Coding::br, Coding::zstd}) {
    EXPECT_FALSE(list.has_tried(coding));
    list = list.with(coding, list.coded(coding));
    EXPECT_TRUE(list.has_tried(coding));
  }
  EXPECT_EQ(list.missing(), "gpu");

  std::set<std::string> tags;
  for (Coding coding : {Coding::identity, Coding::gzip, Coding::br, Coding::zstd}) {
    ASSERT_TRUE(list.codings().contains(coding));
    EXPECT_EQ(list.body(coding).bytes, codec::compress(coding, text));
    tags.insert(list.body(coding).etag);
  }
  EXPECT_EQ(tags.size(), codec::kCodingCount);
}

TEST(RenderedList, FormsThatDoNotSaveAnythingAreDropped) {
  const RenderedList plain("{}");
  EXPECT_EQ(plain.coded(Coding::gzip), nullptr);
  const auto list = plain.with(Coding::gzip, nullptr);
  EXPECT_EQ(list.codings(), codec::CodingSet{});
  EXPECT_TRUE(list.has_tried(Coding::gzip));
}

TEST(RenderedList, SharedBytesOutliveTheList) {
  auto list = std::make_shared<const RenderedList>("{}");
  const auto bytes = share_bytes(std::move(list), Coding::identity);
  EXPECT_EQ(*bytes, "{}");
}

}  // namespace
}  // namespace weir::catalogue
