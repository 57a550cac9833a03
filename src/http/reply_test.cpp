#include "http/reply.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/errc.hpp"

namespace weir::http {
namespace {

TEST(StatusLine, EveryErrorHasOneOfItsOwn) {
  for (Errc code : all_errors()) {
    const int status = describe(code).status;
    std::string line;
    append_status_line(line, status);
    EXPECT_TRUE(line.starts_with(fmt::format("HTTP/1.1 {} ", status))) << line;
    EXPECT_TRUE(line.ends_with("\r\n")) << line;
  }
}

}  // namespace
}  // namespace weir::http
