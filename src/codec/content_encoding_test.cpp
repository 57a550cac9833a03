#include "codec/content_encoding.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

/// The coding's name, "none", or "unsupported".
std::string read(const std::vector<std::string_view>& lines) {
  ContentEncoding encoding;
  for (const auto line : lines) encoding.add(line);
  if (!encoding.is_supported()) return "unsupported";
  const auto coding = encoding.coding();
  return coding ? std::string(wire_name(*coding)) : "none";
}

TEST(ContentEncoding, IsTheOneCodingOfItsLines) {
  const struct {
    std::vector<std::string_view> lines;
    std::string_view coding;
  } cases[] = {
      {{}, "none"},
      {{""}, "none"},
      {{"identity"}, "none"},
      {{"Identity, identity"}, "none"},
      {{" , ,\t"}, "none"},
      {{"gzip"}, "gzip"},
      {{"x-gzip"}, "gzip"},
      {{"X-GZIP"}, "gzip"},
      {{"deflate"}, "deflate"},
      {{"br"}, "br"},
      {{"zstd"}, "zstd"},
      {{"  Zstd\t"}, "zstd"},
      {{"identity, br"}, "br"},
      {{"br,identity,"}, "br"},
      {{"identity", "gzip", ""}, "gzip"},
      {{"gzip, gzip"}, "unsupported"},
      {{"gzip, br"}, "unsupported"},
      {{"gzip", "br"}, "unsupported"},
      {{"gzip", "gzip"}, "unsupported"},
      {{"compress"}, "unsupported"},
      {{"x-compress"}, "unsupported"},
      {{"aws-chunked"}, "unsupported"},
      {{"gzip, aws-chunked"}, "unsupported"},
      {{"aws-chunked, gzip"}, "unsupported"},
      {{"x-deflate"}, "unsupported"},
      {{"*"}, "unsupported"},
      {{"gzip;q=1"}, "unsupported"},
      {{"gzip br"}, "unsupported"},
      {{"\"gzip\""}, "unsupported"},
      {{"gzipx"}, "unsupported"},
      {{"chunked"}, "unsupported"},
      {{"utf-8"}, "unsupported"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(read(c.lines), c.coding) << (c.lines.empty() ? "" : c.lines.front());
  }
}

}  // namespace
}  // namespace weir::codec
