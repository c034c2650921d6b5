// Responses without a known end: pushed, closed, abandoned, too many.
#include <gmock/gmock.h>

#include "http_fixture.hpp"

namespace freshet::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kGet = "GET /s HTTP/1.1\r\nHost: h\r\n\r\n";

class HttpStream : public HttpServer {
 protected:
  HttpStream() {
    handler.on_handle = [this](const Request&, Responder responder) {
      stream = std::make_shared<EventStream>(queue_max);
      stream->on_closed([this] { is_closed.raise(); });
      Response response{.headers = {{"content-type", "text/event-stream"}}};
      response.stream = stream;
      responder(std::move(response));
    };
  }
  bool push(std::string_view text) {
    return on_io([this, text] { return stream->push(text); });
  }

  std::size_t queue_max{1'000'000};
  std::shared_ptr<EventStream> stream;
  Signal is_closed;
};

TEST_F(HttpStream, WritesEachPushAtOnceAndEndsWhenClosed) {
  start();
  TestClient client = connect();
  client.send(kGet);
  const std::string head = client.read_head();
  EXPECT_THAT(head, HasSubstr("transfer-encoding: chunked\r\n"));
  EXPECT_THAT(head, testing::Not(HasSubstr("content-length")));
  EXPECT_TRUE(push("data: one\n\n"));
  EXPECT_EQ(client.read_to("\n\n\r\n"), "b\r\ndata: one\n\n\r\n");
  EXPECT_TRUE(push(""));
  EXPECT_TRUE(push("data: two\n\n"));
  EXPECT_EQ(client.read_to("\n\n\r\n"), "b\r\ndata: two\n\n\r\n");
  on_io([this] {
    EXPECT_TRUE(stream->push("last"));
    stream->close();
  });
  EXPECT_EQ(client.read_all(), "4\r\nlast\r\n0\r\n\r\n");
  EXPECT_TRUE(stats_become([](const Stats& s) { return s.connections_open == 0; }));
  EXPECT_EQ(stats().streams_open, 0U);
}

TEST_F(HttpStream, WritesWhatWasPushedBeforeTheAnswer) {
  handler.on_handle = [](const Request&, Responder responder) {
    Response response;
    response.stream = std::make_shared<EventStream>();
    EXPECT_TRUE(response.stream->push("early"));
    response.stream->close();
    responder(std::move(response));
  };
  start();
  TestClient client = connect();
  client.send(kGet);
  EXPECT_THAT(client.read_all(), EndsWith("\r\n\r\n5\r\nearly\r\n0\r\n\r\n"));
}

TEST_F(HttpStream, GoesWithoutChunksToAnOldClient) {
  start();
  TestClient client = connect();
  client.send("GET /s HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.read_head(), testing::Not(HasSubstr("chunked")));
  EXPECT_TRUE(push("plain"));
  on_io([this] { stream->close(); });
  EXPECT_EQ(client.read_all(), "plain");
}

TEST_F(HttpStream, IsNotOpenedForHead) {
  start();
  TestClient client = connect();
  client.send("HEAD /s HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_all(), EndsWith("connection: close\r\n\r\n"));
  EXPECT_TRUE(is_closed.wait());
}

TEST_F(HttpStream, TellsItsOwnerThatTheClientLeft) {
  start();
  TestClient client = connect();
  client.send(kGet);
  ASSERT_NE(client.read_head(), "");
  client.hang_up();
  EXPECT_TRUE(is_closed.wait());
  EXPECT_FALSE(push("nobody listens"));
  EXPECT_TRUE(
      stats_become([](const Stats& s) { return s.streams_open + s.connections_open == 0; }));
}

TEST_F(HttpStream, OverlooksWhatTheClientGoesOnSaying) {
  start();
  TestClient client = connect();
  client.send(kGet + kGet + std::string(10'000, 'x'));
  ASSERT_NE(client.read_head(), "");
  EXPECT_TRUE(push("still here"));
  EXPECT_EQ(client.read_to("here\r\n"), "a\r\nstill here\r\n");
  EXPECT_EQ(stats().requests, 1U);
}

TEST_F(HttpStream, OverflowsWhenTheClientDoesNotRead) {
  start();
  TestClient client = connect();
  client.send(kGet);
  ASSERT_NE(client.read_head(), "");
  // The kernel's buffers are finite, so at some time the queue grows.
  const std::string piece(100'000, 'x');
  std::size_t accepted = 0;
  while (accepted < 10'000 && push(piece)) ++accepted;
  EXPECT_LT(accepted, 10'000U);
  EXPECT_TRUE(on_io([this] { return stream->overflowed() && stream->open(); }));
  on_io([this] { stream->close(); });
  const std::string all = client.read_all();
  EXPECT_GE(all.size(), accepted * piece.size());
  EXPECT_THAT(all.substr(all.size() - 9), EndsWith("\r\n0\r\n\r\n"));
}

TEST_F(HttpStream, IsCutWhenTheClientNeverReads) {
  options.slice_timeout = Millis{50};
  start();
  TestClient client = connect();
  client.send(kGet);
  ASSERT_NE(client.read_head(), "");
  const std::string piece(100'000, 'x');
  const auto push_on = [&] {
    static_cast<void>(stream->push(piece));
    return stream->open();
  };
  while (on_io(push_on)) std::this_thread::yield();
  EXPECT_TRUE(is_closed.wait());
  EXPECT_TRUE(stats_become([](const Stats& s) { return s.connections_open == 0; }));
  EXPECT_EQ(stats().timeouts, 1U);
}

TEST_F(HttpStream, OutlivesTheTimeoutsWhileNothingHappens) {
  options.slice_timeout = options.header_timeout = options.idle_timeout = Millis{20};
  start();
  TestClient client = connect();
  client.send(kGet);
  ASSERT_NE(client.read_head(), "");
  // Other connections run into their timeout; the stream does not.
  for (int other = 0; other < 3; ++other) EXPECT_EQ(connect().read_all(), "");
  EXPECT_TRUE(push("still here"));
  EXPECT_EQ(client.read_to("here\r\n"), "a\r\nstill here\r\n");
}

TEST_F(HttpStream, IsRefusedWhenThereAreTooMany) {
  options.streams_max = 1;
  start();
  TestClient first = connect();
  first.send(kGet);
  ASSERT_NE(first.read_head(), "");
  TestClient second = connect();
  second.send(kGet);
  EXPECT_THAT(second.read_head(), StartsWith("HTTP/1.1 503 "));
  EXPECT_TRUE(is_closed.wait());
}

TEST_F(HttpStream, EndsWhenTheServerStops) {
  start();
  TestClient client = connect();
  client.send(kGet);
  ASSERT_NE(client.read_head(), "");
  EXPECT_TRUE(push("last"));
  Signal stopped;
  on_io([&] { server_->stop([&] { stopped.raise(); }); });
  EXPECT_EQ(client.read_all(), "4\r\nlast\r\n0\r\n\r\n");
  EXPECT_TRUE(is_closed.wait());
  EXPECT_TRUE(stopped.wait());
}

TEST_F(HttpStream, EndsWithTheServer) {
  start();
  TestClient client = connect();
  client.send(kGet);
  ASSERT_NE(client.read_head(), "");
  on_io([this] { server_.reset(); });
  EXPECT_EQ(client.read_all(), "");
  EXPECT_TRUE(is_closed.wait());
}

TEST_F(HttpStream, IsToldWhenTheClientLeftBeforeTheAnswer) {
  std::optional<Responder> waiting;
  Signal is_there;
  handler.on_handle = [&](const Request&, Responder responder) {
    waiting = std::move(responder);
    is_there.raise();
  };
  start();
  TestClient client = connect();
  client.send(kGet);
  ASSERT_TRUE(is_there.wait());
  client.hang_up();
  on_io([&] {
    stream = std::make_shared<EventStream>();
    stream->on_closed([this] { is_closed.raise(); });
    Response response;
    response.stream = stream;
    (*waiting)(std::move(response));
  });
  EXPECT_TRUE(is_closed.wait());
}

}  // namespace
}  // namespace freshet::http
