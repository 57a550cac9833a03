// Calls whose bodies are encoded, from end to end.
#include "gateway/encoded_body.hpp"

#include <future>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>

#include "codec/compress.hpp"
#include "gateway/call_for_test.hpp"

namespace weir::gateway {
namespace {

using catalogue::Endpoint;
using codec::Coding;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kAnswer =
    "HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"model\":1}";
const std::string kSilent;
constexpr std::string_view kChat = R"({"model":"m","messages":[]})";

std::string packed(Coding coding, std::string_view text) { return *codec::compress(coding, text); }

std::string chat_of(std::size_t bytes) {
  return R"({"model":"m","messages":[{"role":"user","content":")" + std::string(bytes, 'x') +
         R"("}]})";
}

class EncodedBodyTest : public CallFixture {
 protected:
  EncodedBodyTest() { shared_.body_memory.set_default(64 << 20); }
  std::int64_t buffered() { return shared_.body_memory.held(); }
};

TEST_F(EncodedBodyTest, IsDecodedForTheUpstream) {
  auto& upstream = add({{kAnswer}, {kAnswer}, {kAnswer}}, "theirs");
  start();
  for (const auto& [coding, name] :
       {std::pair(Coding::gzip, "gzip"), {Coding::br, "br"}, {Coding::zstd, "zstd"}}) {
    const auto fields = fmt::format("Content-Encoding: {}\r\n", name);
    EXPECT_THAT(post(packed(coding, kChat), fields), StartsWith("HTTP/1.1 200")) << name;
    EXPECT_THAT(upstream.requests().back(),
                AllOf(HasSubstr("Content-Length: 32\r\n"), Not(HasSubstr("Encoding")),
                      EndsWith(R"({"model":"theirs","messages":[]})")));
  }
  EXPECT_EQ(buffered(), 0);
}

TEST_F(EncodedBodyTest, ThatIsLargeIsDecodedElsewhere) {
  auto& upstream = add({{kAnswer}, {kAnswer}, {kAnswer}, {kAnswer}});
  start();
  for (const std::size_t bytes : {70'000U, 700'000U}) {
    for (const auto coding : {Coding::gzip, Coding::zstd}) {
      const auto chat = chat_of(bytes);
      const auto fields = fmt::format("Content-Encoding: {}\r\n", wire_name(coding));
      EXPECT_THAT(post(packed(coding, chat), fields), StartsWith("HTTP/1.1 200"));
      EXPECT_THAT(upstream.requests().back(), EndsWith(chat));
      EXPECT_EQ(buffered(), 0);
    }
  }
}

TEST_F(EncodedBodyTest, EndsAtItsBoundAfterDecoding) {
  calls_.max_body_bytes = 100'000;
  auto& upstream = add({{kAnswer}});
  start();
  const auto fields = "Content-Encoding: gzip\r\n";
  EXPECT_THAT(post(packed(Coding::gzip, std::string(50'000'000, ' ')), fields),
              StartsWith("HTTP/1.1 413"));
  EXPECT_EQ(buffered(), 0);
  const auto fits = chat_of(100'000 - chat_of(0).size());
  EXPECT_THAT(post(packed(Coding::gzip, fits), fields), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(post(packed(Coding::gzip, fits + " "), fields), StartsWith("HTTP/1.1 413"));
  EXPECT_EQ(upstream.requests().size(), 1U);
}

TEST_F(EncodedBodyTest, CountsAgainstTheBoundOfAllBodies) {
  calls_.max_body_bytes = 100'000;
  calls_.buffer_bytes = 100'000;
  calls_.total_timeout = std::chrono::milliseconds(100);
  auto& upstream = add({{kAnswer}});
  start();
  const auto fits = packed(Coding::gzip, chat_of(90'000));
  ASSERT_TRUE(shared_.body_memory.hold(50'000, 100'000));
  EXPECT_THAT(post(fits, "Content-Encoding: gzip\r\n"), StartsWith("HTTP/1.1 503"));
  EXPECT_EQ(buffered(), 50'000);
  calls_.total_timeout = std::chrono::hours(1);
  replace_directory();
  shared_.body_memory.release(50'000);
  EXPECT_THAT(post(fits, "Content-Encoding: gzip\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(buffered(), 0);
  EXPECT_EQ(upstream.requests().size(), 1U);
}

TEST_F(EncodedBodyTest, WaitsForRoomToBeDecoded) {
  calls_.max_body_bytes = 200'000;
  calls_.buffer_bytes = 200'000;
  auto& upstream = add({{kAnswer}});
  start();
  ASSERT_TRUE(shared_.body_memory.hold(150'000, 200'000));
  const auto chat = chat_of(100'000);
  const auto body = packed(Coding::gzip, chat);
  auto posting =
      std::async(std::launch::async, [&] { return post(body, "Content-Encoding: gzip\r\n"); });
  const auto has_ended = [&] {
    return posting.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  };
  while (shared_.body_memory.waiting() == 0 && !has_ended()) thread_.run_queued();
  EXPECT_EQ(shared_.body_memory.waiting(), 1);
  shared_.body_memory.release(150'000);
  EXPECT_THAT(posting.get(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(upstream.requests().back(), EndsWith(chat));
  EXPECT_EQ(buffered(), 0);
}

TEST_F(EncodedBodyTest, ThatIsDamagedIsRefusedWithItsReason) {
  auto& upstream = add({});
  start();
  const auto good = packed(Coding::gzip, kChat);
  const struct {
    std::string body;
    const char* message;
  } cases[] = {
      {good.substr(0, good.size() - 1), "ends before its gzip data is complete"},
      {good + "x", "bytes after the end of its gzip data"},
      {std::string(kChat), "is not valid gzip"},
      {packed(Coding::zstd, kChat), "is not valid gzip"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(post(c.body, "Content-Encoding: gzip\r\n"),
                AllOf(StartsWith("HTTP/1.1 400"), HasSubstr(c.message)));
  }
  EXPECT_THAT(post(packed(Coding::br, kChat) + "x", "Content-Encoding: br\r\n"),
              AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("bytes after the end of its br data")));
  EXPECT_EQ(buffered(), 0);
  EXPECT_TRUE(upstream.requests().empty());
}

TEST_F(EncodedBodyTest, InAnUnknownCodingIsRefusedWithTheKnownOnes) {
  auto& upstream = add({});
  start();
  for (const auto* fields : {"Content-Encoding: compress\r\n", "Content-Encoding: gzip, gzip\r\n",
                             "Content-Encoding: gzip\r\nX: y\r\ncontent-encoding: br\r\n"}) {
    EXPECT_THAT(post(packed(Coding::gzip, kChat), fields),
                AllOf(StartsWith("HTTP/1.1 415"),
                      HasSubstr("Accept-Encoding: gzip, deflate, br, zstd\r\n")));
    EXPECT_EQ(last_reason(), Errc::unsupported_coding);
  }
  EXPECT_TRUE(upstream.requests().empty());
}

TEST_F(EncodedBodyTest, MayBeAForm) {
  auto& upstream = add({{kAnswer}}, "theirs");
  start(Endpoint::audio_transcriptions);
  const std::string form =
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nsound\r\n"
      "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b--\r\n";
  const std::string fields =
      "Content-Type: multipart/form-data; boundary=b\r\nContent-Encoding: gzip\r\n";
  EXPECT_THAT(post(packed(Coding::gzip, form), fields), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(upstream.requests().back(),
              AllOf(HasSubstr("sound"), HasSubstr("\r\n\r\ntheirs\r\n"), Not(HasSubstr("gzip"))));
  EXPECT_THAT(post(packed(Coding::gzip, form.substr(0, form.size() - 6)), fields),
              AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("closing delimiter")));
  EXPECT_EQ(buffered(), 0);
}

TEST_F(EncodedBodyTest, ThatIsIdentityIsTakenAsItIs) {
  auto& upstream = add({{kAnswer}});
  start();
  EXPECT_THAT(post(kChat, "Content-Encoding: identity\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(upstream.requests().back(), AllOf(EndsWith(kChat), Not(HasSubstr("Encoding"))));
}

TEST_F(EncodedBodyTest, WaitsForAWorkerOnlyAsLongAsThatMakesSense) {
  const struct {
    const char* what;
    bool has_left;
    std::chrono::seconds patience;
    std::optional<Errc> error;
  } rows[] = {{"in time", false, std::chrono::hours(1), {}},
              {"the client has left", true, std::chrono::hours(1), Errc::client_left},
              {"too late", false, std::chrono::seconds(-1), Errc::overloaded}};
  const auto chat = chat_of(700'000);
  const auto bytes = packed(Coding::gzip, chat);
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    std::promise<void> release;
    workers_.post([held = release.get_future().share()] { held.wait(); });
    HeldBytes held(shared_.body_memory, 1 << 20);
    std::atomic<bool> is_over = false;
    auto decoding = boost::asio::co_spawn(
        thread_.executor(),
        decode_body(workers_, EncodedBody(codec::BodyCoding::gzip, bytes, 1 << 20, &held, &is_over,
                                          monotonic_now() + row.patience)),
        boost::asio::use_future);
    thread_.run_queued();
    is_over = row.has_left;
    release.set_value();
    const auto decoded = decoding.get();
    ASSERT_EQ(decoded.has_value(), !row.error);
    if (decoded) EXPECT_EQ(*decoded, chat);
    if (!decoded) EXPECT_EQ(decoded.error().code, *row.error);
    EXPECT_EQ(held.size(), decoded ? chat.size() : 0U);
  }
}

TEST_F(EncodedBodyTest, IsOfNoUseToAClientThatHasLeft) {
  add({{kSilent}});
  start();
  std::promise<void> release;
  workers_.post([held = release.get_future().share()] { held.wait(); });
  {
    boost::asio::io_context context;
    net::Tcp::socket socket(context);
    socket.connect(server_->endpoint());
    const auto body = packed(Coding::gzip, chat_of(700'000));
    const auto head = fmt::format(
        "POST /v1/x HTTP/1.1\r\nHost: w\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        body.size());
    boost::asio::write(socket, boost::asio::buffer(head + body));
    while (buffered() == 0) thread_.run_queued();
  }
  release.set_value();
  while (thread_.call([this] { return seen_.records.empty(); })) {
  }
  EXPECT_EQ(last_reason(), Errc::client_left);
  EXPECT_EQ(buffered(), 0);
}

}  // namespace
}  // namespace weir::gateway
