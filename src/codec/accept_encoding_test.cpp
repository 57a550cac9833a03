#include "codec/accept_encoding.hpp"

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

using enum Coding;

constexpr CodingSet kAll = {gzip, br, zstd};

TEST(AcceptEncoding, ChoosesAsTheTableSays) {
  struct Case {
    std::string_view field;
    CodingSet available;
    Coding chosen;
  };
  const Case cases[] = {
      {"", kAll, identity},
      {" ", kAll, identity},
      {"identity", kAll, identity},
      {"gzip", kAll, gzip},
      {"x-gzip", kAll, gzip},
      {"GZip", kAll, gzip},
      {"gzip, deflate", kAll, gzip},
      {"gzip, deflate, br, zstd", kAll, br},
      {"zstd, gzip", kAll, zstd},
      {"gzip, br", {gzip}, gzip},
      {"br", {gzip}, identity},
      {"deflate", kAll, identity},
      {"*", kAll, br},
      {"*", {gzip}, gzip},
      {"*", {}, identity},
      {"*;q=0", kAll, identity},
      {"*;q=0, gzip", kAll, gzip},
      {"gzip;q=1.0, br;q=0.9", kAll, gzip},
      {"gzip;q=0.8, br;q=0.9", kAll, br},
      {"gzip;q=0", kAll, identity},
      {"gzip;q=0.000, *;q=0.1", kAll, br},
      {"br;q=0, *", kAll, zstd},
      {"identity, gzip", kAll, gzip},
      {"identity;q=1, gzip;q=0.5", kAll, identity},
      {"identity;q=0.5, gzip;q=0.5", kAll, gzip},
      {"identity;q=0.5, *;q=0.1", kAll, identity},
      {"identity;q=0", kAll, identity},
      {"identity;q=0, gzip;q=0.1", kAll, gzip},
      {"gzip ; q=0.5\t,\tbr ;Q=0.4", kAll, gzip},
      {", ,gzip,,", kAll, gzip},
      {"gzip;q=0.1, gzip;q=1, br;q=0.5", kAll, br},  // the first mention counts
      // Malformed elements are ignored.
      {"gzip;q=2", kAll, identity},
      {"gzip;q=1.001", kAll, identity},
      {"gzip;q=0.1234", kAll, identity},
      {"gzip;q=", kAll, identity},
      {"gzip;q=.5", kAll, identity},
      {"gzip;level=9", kAll, identity},
      {"gzip;q=-1, zstd;q=0.2", kAll, zstd},
      {"gzipx, br2", kAll, identity},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(wire_name(AcceptEncoding::parse(c.field).choose(c.available)), wire_name(c.chosen))
        << c.field;
  }
}

}  // namespace
}  // namespace weir::codec
