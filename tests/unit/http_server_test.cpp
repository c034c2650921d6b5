// One request after the other over real sockets: framing, bodies, files, the end of a server.
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include "http_fixture.hpp"

namespace freshet::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

std::string post(std::string_view body) {
  return "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string{body};
}

TEST_F(HttpServer, KeepsAConnectionForTheNextRequest) {
  start();
  TestClient client = connect();
  client.send(kGet);
  EXPECT_EQ(client.read_body(), "GET /a ");
  client.send(post("hello"));
  EXPECT_EQ(client.read_body(), "POST /p hello");
  EXPECT_EQ(stats().connections_accepted, 1U);
  EXPECT_EQ(stats().requests, 2U);
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  std::vector<Responder> waiting;
  Signal is_first_there;
  handler.on_handle = [&](const Request& request, Responder responder) {
    if (request.target == "/first") {
      waiting.push_back(std::move(responder));
      is_first_there.raise();
    } else {
      responder(Response{.body = request.target + request.body});
    }
  };
  start();
  TestClient client = connect();
  client.send("GET /first HTTP/1.1\r\nHost: h\r\n\r\n" + post("two") + post("") + kGet);
  ASSERT_TRUE(is_first_there.wait());
  EXPECT_EQ(stats().requests, 1U);
  on_io([&] { waiting.front()(Response{.body = "one"}); });
  EXPECT_EQ(client.read_body(), "one");
  EXPECT_EQ(client.read_body(), "/ptwo");
  EXPECT_EQ(client.read_body(), "/p");
  EXPECT_EQ(client.read_body(), "/a");
}

TEST_F(HttpServer, UnderstandsARequestThatComesByteByByte) {
  start();
  TestClient client = connect();
  for (const char c : post("slow")) client.send({&c, 1});
  EXPECT_EQ(client.read_body(), "POST /p slow");
}

TEST_F(HttpServer, TakesAChunkedBody) {
  start();
  TestClient client = connect();
  client.send("POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
  EXPECT_EQ(client.read_body(), "POST /c hello world");
}

TEST_F(HttpServer, ClosesWhenTheClientAsksForIt) {
  start();
  TestClient client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read_all(), HasSubstr("connection: close\r\n"));
}

TEST_F(HttpServer, ClosesAfterAnswerToHttp10UnlessAskedNotTo) {
  start();
  TestClient one = connect();
  one.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_THAT(one.read_all(), EndsWith("\r\n\r\nGET /a "));
  TestClient other = connect();
  other.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(other.read_head(), HasSubstr("connection: keep-alive\r\n"));
}

TEST_F(HttpServer, AnswersHeadWithoutABody) {
  start();
  TestClient client = connect();
  client.send("HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\n" + kGet);
  EXPECT_THAT(client.read_head(), HasSubstr("content-length: 10\r\n"));
  EXPECT_EQ(client.read_body(), "GET /a ");
}

TEST_F(HttpServer, PassesUnknownMethodsOn) {
  start();
  TestClient client = connect();
  client.send("BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_body(), "BREW /pot ");
}

TEST_F(HttpServer, TellsTheHandlerWhoAsks) {
  handler.on_handle = [](const Request& request, Responder responder) {
    responder(Response{.body = request.remote + std::string{*request.header("x-name")}});
  };
  start();
  TestClient client = connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\nX-Name: n\r\n\r\n");
  EXPECT_EQ(client.read_body(), "127.0.0.1n");
}

TEST_F(HttpServer, SendsALargeBodyWhole) {
  std::string large(5'000'000, 'x');
  for (std::size_t at = 0; at < large.size(); at += 1'000) large[at] = 'y';
  handler.on_handle = [&](const Request&, Responder responder) {
    responder(Response{.body = large});
  };
  start();
  TestClient client = connect();
  client.send(kGet);
  EXPECT_TRUE(client.read_body() == large);
}

TEST_F(HttpServer, TakesALargeBodyWhole) {
  std::string large(5'000'000, 'x');
  for (std::size_t at = 0; at < large.size(); at += 1'000) large[at] = 'y';
  handler.on_admit = [](const Head&) { return Admission{.body_limit = 5'000'000}; };
  handler.on_handle = [&](const Request& request, Responder responder) {
    responder(Response{.body = request.body == large ? "same" : "different"});
  };
  start();
  TestClient client = connect();
  client.send(post(large));
  EXPECT_EQ(client.read_body(), "same");
}

UniqueFd file_with(std::string_view text) {
  UniqueFd fd{::memfd_create("served", MFD_CLOEXEC)};
  EXPECT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  return fd;
}

TEST_F(HttpServer, SendsTheRangeOfAFile) {
  std::string text;
  for (int number = 0; number < 50'000; ++number) text += std::to_string(number) + '\n';
  handler.on_handle = [&](const Request&, Responder responder) {
    Response response{.status = 206};
    response.file.emplace(file_with(text), 10U, 200'000U);
    responder(std::move(response));
  };
  start();
  TestClient client = connect();
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + kGet);
  EXPECT_THAT(client.read_head(), HasSubstr("content-length: 200000\r\n"));
  EXPECT_TRUE(client.read_body() == text.substr(10, 200'000));
  client.send(kGet);
  EXPECT_TRUE(client.read_body() == text.substr(10, 200'000));
}

TEST_F(HttpServer, CutsTheConnectionWhenAFileIsShorterThanAnnounced) {
  handler.on_handle = [](const Request&, Responder responder) {
    Response response;
    response.file.emplace(file_with("short"), 0U, 100U);
    responder(std::move(response));
  };
  start();
  TestClient client = connect();
  client.send(kGet);
  EXPECT_THAT(client.read_all(), EndsWith("\r\n\r\nshort"));
}

TEST_F(HttpServer, AnswersForAHandlerThatDoesNot) {
  handler.on_handle = [](const Request&, const Responder&) {};
  start();
  TestClient client = connect();
  client.send(kGet);
  EXPECT_THAT(client.read_head(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(HttpServer, DoesNotSendAHeaderThatBreaksOut) {
  handler.on_handle = [](const Request&, Responder responder) {
    responder(Response{.headers = {{"location", "/a\r\nset-cookie: x"}}, .body = "b"});
  };
  start();
  TestClient client = connect();
  client.send(kGet);
  const std::string head = client.read_head();
  EXPECT_THAT(head, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(head, testing::Not(HasSubstr("set-cookie")));
}

TEST_F(HttpServer, SeesThatTheClientHungUpBeforeTheAnswer) {
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
  EXPECT_TRUE(on_io([&] { return waiting->alive(); }));
  client.hang_up();
  bool is_alive = true;
  for (int tries = 0; is_alive && tries < 1'000'000; ++tries) {
    is_alive = on_io([&] { return waiting->alive(); });
  }
  EXPECT_FALSE(is_alive);
  on_io([&] { (*waiting)(Response{.body = "nobody listens"}); });
  EXPECT_TRUE(stats_become([](const Stats& s) { return s.connections_open == 0; }));
}

TEST_F(HttpServer, AnswersAClientThatEndedOnlyItsOwnSide) {
  start();
  TestClient client = connect();
  client.send(kGet);
  client.end_sending();
  EXPECT_THAT(client.read_all(), EndsWith("GET /a "));
}

TEST_F(HttpServer, RefusesAnAddressThatIsNone) {
  start();
  const auto port = on_io([this] { return server_->listen("localhost:80", 0); });
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, Errc::invalid);
}

TEST_F(HttpServer, NamesThePortThatIsTaken) {
  start();
  const auto port = on_io([this] { return server_->listen("127.0.0.1", port_); });
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, Errc::io);
  EXPECT_THAT(port.error().message, HasSubstr("listen 127.0.0.1:" + std::to_string(port_)));
}

TEST_F(HttpServer, StopClosesIdleConnectionsAtOnce) {
  start();
  TestClient client = connect();
  client.send(kGet);
  EXPECT_EQ(client.read_body(), "GET /a ");
  Signal stopped;
  on_io([&] { server_->stop([&] { stopped.raise(); }); });
  EXPECT_TRUE(stopped.wait());
  EXPECT_EQ(client.read_all(), "");
  EXPECT_FALSE(connect().connected());
}

TEST_F(HttpServer, StopWithoutConnectionsIsSoonDone) {
  start();
  Signal stopped;
  on_io([&] { server_->stop([&] { stopped.raise(); }); });
  EXPECT_TRUE(stopped.wait());
}

TEST_F(HttpServer, StopLetsARequestInFlightHaveItsAnswer) {
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
  Signal stopped;
  on_io([&] { server_->stop([&] { stopped.raise(); }); });
  on_io([&] { (*waiting)(Response{.body = "last"}); });
  const std::string answer = client.read_all();
  EXPECT_THAT(answer, HasSubstr("connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("last"));
  EXPECT_TRUE(stopped.wait());
}

TEST_F(HttpServer, StopCutsWhatDoesNotEnd) {
  options.stop_timeout = Millis{1};
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
  Signal stopped;
  on_io([&] { server_->stop([&] { stopped.raise(); }); });
  EXPECT_TRUE(stopped.wait());
  EXPECT_EQ(client.read_all(), "");
  EXPECT_FALSE(on_io([&] { return waiting->alive(); }));
  on_io([&] { (*waiting)(Response{.body = "too late"}); });
}

TEST_F(HttpServer, EndsInTheMiddleOfEverything) {
  std::vector<Responder> waiting;
  Signal is_there;
  handler.on_handle = [&](const Request&, Responder responder) {
    waiting.push_back(std::move(responder));
    is_there.raise();
  };
  start();
  TestClient asking = connect();
  asking.send(kGet);
  ASSERT_TRUE(is_there.wait());
  TestClient half = connect();
  half.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
  TestClient silent = connect();
  ASSERT_TRUE(stats_become([](const Stats& s) { return s.requests == 2; }));
  // The server goes first, then the loop without another turn, then the responders.
  on_io([this] {
    server_.reset();
    io_.stop();
  });
  thread_.join();
  EXPECT_EQ(asking.read_all(), "");
  EXPECT_EQ(half.read_all(), "");
}

}  // namespace
}  // namespace freshet::http
