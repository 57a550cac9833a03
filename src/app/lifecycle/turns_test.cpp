#include "app/lifecycle/turns.hpp"

#include <exception>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

net::Task<> take(Turns& turns, char name, std::string& log, bool ends_early) {
  auto taking = turns.take();
  auto turn = co_await std::move(taking);
  log += name;
  co_await net::wait_for(std::chrono::milliseconds(1));
  log += name;
  if (ends_early) co_return;
  turn.reset();
}

TEST(Turns, ComeOneAfterAnother) {
  boost::asio::io_context context;
  Turns turns;
  std::string log;
  for (const char name : {'a', 'b', 'c'}) {
    boost::asio::co_spawn(context.get_executor(), take(turns, name, log, name == 'b'),
                          [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
  }
  context.run();
  ASSERT_EQ(log.size(), 6U);
  for (std::size_t i = 0; i < log.size(); i += 2) EXPECT_EQ(log[i], log[i + 1]) << log;
}

}  // namespace
}  // namespace weir::app
