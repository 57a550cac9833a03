#include "http/reply.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/errc.hpp"

namespace weir::http {
namespace {

TEST(StatusLine, EveryErrorHasOneOfItsOwn) {
  for (Errc code : all_errors()) {
    const int status = describe(code).status;
    EXPECT_TRUE(status_line(status).starts_with(fmt::format("HTTP/1.1 {} ", status))) << status;
    EXPECT_TRUE(status_line(status).ends_with("\r\n")) << status;
  }
}

}  // namespace
}  // namespace weir::http
