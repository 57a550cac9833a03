#include "app/process/write_watch.hpp"

#include <chrono>
#include <fstream>
#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"
#include "net/io_thread.hpp"
#include "net/task_group.hpp"

namespace weir::app {
namespace {

TEST(WriteWatch, NoticesWritesToItsFileAlone) {
  const TemporaryDirectory folder;
  const auto file = std::filesystem::path(folder.path()) / "keys.db-wal";
  net::IoThread thread("test");
  std::promise<void> written;
  int writes = 0;
  std::unique_ptr<net::TaskGroup> group;
  thread.call([&] {
    group = std::make_unique<net::TaskGroup>(thread.executor());
    group->spawn("watch", watch_writes(file, [&] {
                   if (writes++ == 0) written.set_value();
                 }));
  });
  thread.run_queued();  // the watch is in place

  std::ofstream(folder.path() + "/keys.db-shm") << "other";
  std::ofstream(file) << "frames";
  const bool is_noticed =
      written.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready;

  thread.call([&] { group->cancel(); });
  boost::asio::co_spawn(thread.executor(), group->join(), boost::asio::use_future).get();
  thread.call([&] { group.reset(); });
  thread.stop();
  if (!is_noticed) GTEST_SKIP() << "this system notices no writes";
  EXPECT_GE(writes, 1);
}

}  // namespace
}  // namespace weir::app
