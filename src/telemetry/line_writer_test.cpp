#include "telemetry/line_writer.hpp"

#include <fcntl.h>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"

namespace weir::telemetry {
namespace {

using namespace std::chrono_literals;

class LineWriterTest : public ::testing::Test {
 protected:
  std::unique_ptr<LineWriter> open(std::chrono::milliseconds flush, std::size_t buffer_bytes) {
    return std::move(*LineWriter::open({path(), flush, buffer_bytes}, registry_));
  }
  [[nodiscard]] std::string path() const { return directory_.path() + "/access.log"; }
  [[nodiscard]] std::size_t lines() const {
    std::ifstream file(path());
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) ++count;
    return count;
  }

  TemporaryDirectory directory_;
  Registry registry_;
};

TEST_F(LineWriterTest, WritesWhatIsPendingBeforeItEnds) {
  auto writer = open(1h, 1 << 20);
  writer->add_source().append("one\n");
  writer->add_source().append("two\n");
  writer.reset();
  EXPECT_EQ(lines(), 2U);
}

TEST_F(LineWriterTest, DoesNotWaitOutItsTimeWithABufferThatFills) {
  auto writer = open(1h, 1'000);
  auto& source = writer->add_source();
  const std::string line(99, 'x');
  for (int i = 0; i < 6; ++i) source.append(line + "\n");
  while (lines() < 5) std::this_thread::yield();  // the fifth made it enough; the sixth may wait
}

TEST_F(LineWriterTest, CountsWhatItHasToDrop) {
  auto writer = open(1h, 10);
  writer->add_source().append("a line that is too long\n");
  EXPECT_NE(format_metrics(registry_).find("weir_access_log_lines_dropped_total 1"),
            std::string::npos);
}

TEST_F(LineWriterTest, SaysWhyAFileCannotBeOpened) {
  const auto writer = LineWriter::open({directory_.path() + "/no/such", 1h, 10}, registry_);
  ASSERT_FALSE(writer);
  EXPECT_NE(writer.error().detail.find("No such file"), std::string::npos);
}

TEST_F(LineWriterTest, APipeThatNobodyReadsIsAnErrorAndNoWait) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const auto writer = LineWriter::open({path(), 1h, 10}, registry_);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, Errc::config_invalid);
  EXPECT_TRUE(writer.error().detail.ends_with("a pipe needs a reader"));
}

TEST_F(LineWriterTest, APipeThatIsReadHasEveryLine) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  const int reader = ::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  {
    auto writer = open(1h, 1 << 20);
    writer->add_source().append("one\n");
  }
  std::string text(100, '\0');
  const auto size = ::read(reader, text.data(), text.size());
  ::close(reader);
  EXPECT_EQ(text.substr(0, size > 0 ? static_cast<std::size_t>(size) : 0), "one\n");
}

}  // namespace
}  // namespace weir::telemetry
