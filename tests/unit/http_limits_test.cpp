// What a server does not put up with: too large, too slow, too many, not HTTP, not let in.
#include <gmock/gmock.h>

#include <stdexcept>

#include "http_fixture.hpp"

namespace freshet::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kPost = "POST /p HTTP/1.1\r\nHost: h\r\n";
const std::string kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

TEST_F(HttpServer, RefusesALongBodyByItsLengthWithoutReadingIt) {
  start();
  TestClient client = connect();
  client.send(kPost + "Content-Length: 1001\r\n\r\n");
  const std::string answer = client.read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, HasSubstr("connection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("1000 bytes"));
}

TEST_F(HttpServer, TakesABodyThatIsJustShortEnough) {
  start();
  TestClient client = connect();
  client.send(kPost + "Content-Length: 1000\r\n\r\n" + std::string(1'000, 'a'));
  EXPECT_EQ(client.read_body().size(), 1'008U);
}

TEST_F(HttpServer, RefusesALongBodyInTheMiddleOfItsChunks) {
  start();
  TestClient client = connect();
  client.send(kPost + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + std::string(1'000, 'a'));
  client.send("\r\n1\r\n");
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServer, LetsAClientReadTheRefusalOfAllThatItSends) {
  start();
  TestClient client = connect();
  client.send(kPost + "Content-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'a'));
  client.end_sending();
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServer, LetsAClientReadItsLastAnswerWhateverElseItSent) {
  start();
  TestClient client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" +
              std::string(300'000, 'x'));
  client.end_sending();
  EXPECT_THAT(client.read_all(), EndsWith("GET /a "));
}

TEST_F(HttpServer, StopDoesNotWaitForAClientThatWasRefused) {
  start();
  TestClient client = connect();
  client.send("nonsense\r\n\r\n");
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 400 "));
  Signal stopped;
  on_io([&] { server_->stop([&] { stopped.raise(); }); });
  EXPECT_TRUE(stopped.wait());
}

TEST_F(HttpServer, LetsTheHandlerSetTheLimitForEachRequest) {
  handler.on_admit = [](const Head& head) {
    return Admission{.body_limit = head.target == "/p" ? 2U : 0U};
  };
  start();
  TestClient client = connect();
  client.send(kPost + "Content-Length: 2\r\n\r\nab" + kGet);
  EXPECT_EQ(client.read_body(), "POST /p ab");
  EXPECT_EQ(client.read_body(), "GET /a ");
  client.send("POST /q HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na");
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServer, RefusesALargeHead) {
  start();
  TestClient client = connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(17'000, 'a') + "\r\n\r\n");
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 431 "));
  EXPECT_EQ(stats().faults, 1U);
}

TEST_F(HttpServer, RefusesAHeadThatNeverEnds) {
  start();
  TestClient client = connect();
  client.send("GET / HTTP/1.1\r\n");
  for (int line = 0; line < 2'000; ++line) client.send("X-Header: 1234567890\r\n");
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServer, RefusesBeforeTheBodyIsSent) {
  handler.on_admit = [](const Head&) { return Admission{.refusal = Response{.status = 401}}; };
  handler.on_handle = [](const Request&, const Responder&) { ADD_FAILURE(); };
  start();
  TestClient client = connect();
  client.send(kPost + "Content-Length: 10\r\n\r\n");
  const std::string answer = client.read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(answer, HasSubstr("connection: close\r\n"));
  EXPECT_EQ(stats().refusals, 1U);
}

TEST_F(HttpServer, KeepsTheConnectionWhenARefusedRequestHasNoBody) {
  handler.on_admit = [](const Head& head) {
    Admission admission;
    if (head.target == "/no") admission.refusal = Response{.status = 403, .body = "no"};
    return admission;
  };
  start();
  TestClient client = connect();
  client.send("GET /no HTTP/1.1\r\nHost: h\r\n\r\n" + kGet);
  EXPECT_EQ(client.read_body(), "no");
  EXPECT_EQ(client.read_body(), "GET /a ");
}

TEST_F(HttpServer, AsksForTheBodyOnlyWhenItIsLetIn) {
  start();
  TestClient client = connect();
  client.send(kPost + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ab");
  EXPECT_EQ(client.read_body(), "POST /p ab");
  client.send(kPost + "Expect: 100-continue\r\nContent-Length: 2000\r\n\r\n");
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServer, RefusesAnExpectedBodyWithoutAskingForIt) {
  handler.on_admit = [](const Head&) { return Admission{.refusal = Response{.status = 401}}; };
  start();
  TestClient client = connect();
  client.send(kPost + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 401 "));
}

TEST_F(HttpServer, LetsTheHandlerWordItsFaults) {
  struct Wording : TestHandler {
    Response fault(int status, std::string_view reason) override {
      return Response{.status = status, .body = "{\"error\": \"" + std::string{reason} + "\"}"};
    }
  } wording;
  server_.emplace(io_, pool_, options, wording);
  port_ = *server_->listen("127.0.0.1", 0);
  thread_ = std::jthread{[this] { io_.run(); }};
  TestClient client = connect();
  client.send("nonsense\r\n\r\n");
  EXPECT_THAT(client.read_all(), HasSubstr("\r\n\r\n{\"error\": \"request"));
}

class Garbage : public HttpServer, public testing::WithParamInterface<std::string> {};

TEST_P(Garbage, IsRefusedAndTheNextClientServed) {
  handler.on_admit = [](const Head&) {
    ADD_FAILURE() << "a request was seen in it";
    return Admission{};
  };
  start();
  TestClient client = connect();
  client.send(GetParam());
  client.end_sending();
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 400 "));
  on_io([this] { handler.on_admit = [](const Head&) { return Admission{}; }; });
  TestClient next = connect();
  next.send(kGet);
  EXPECT_EQ(next.read_body(), "GET /a ");
}

INSTANTIATE_TEST_SUITE_P(
    Table, Garbage,
    testing::Values(std::string(3'000, '\0'), std::string(3'000, '\xff'),
                    std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11},
                    "SSH-2.0-OpenSSH_9.2\r\n", "\r\n\r\n\r\n", "GET\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                    kPost + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));

TEST_F(HttpServer, DoesNotWaitForeverForAHead) {
  options.header_timeout = Millis{20};
  start();
  TestClient silent = connect();
  EXPECT_EQ(silent.read_all(), "");
  TestClient slow = connect();
  slow.send("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(slow.read_all(), "");
  EXPECT_TRUE(stats_become([](const Stats& s) { return s.timeouts == 2; }));
}

TEST_F(HttpServer, DoesNotGiveMoreTimeForEachByteOfAHead) {
  options.header_timeout = Millis{50};
  options.header_limit = 1'000'000'000;
  start();
  TestClient client = connect();
  Signal done;
  std::jthread drip{[&](const std::stop_token& stop) {
    client.send("GET / HTTP/1.1\r\n");
    while (!stop.stop_requested()) {
      client.send("a:\r\n");
      if (stats().timeouts == 1) break;
    }
    done.raise();
  }};
  EXPECT_TRUE(done.wait());
}

TEST_F(HttpServer, DoesNotWaitForeverForTheNextRequest) {
  options.idle_timeout = Millis{20};
  start();
  TestClient client = connect();
  client.send(kGet);
  EXPECT_EQ(client.read_body(), "GET /a ");
  EXPECT_EQ(client.read_all(), "");
}

TEST_F(HttpServer, DoesNotWaitForeverForABody) {
  options.slice_timeout = Millis{20};
  handler.on_handle = [](const Request&, const Responder&) { ADD_FAILURE(); };
  start();
  TestClient client = connect();
  client.send(kPost + "Content-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(client.read_all(), "");
  EXPECT_TRUE(stats_become([](const Stats& s) { return s.timeouts == 1; }));
}

TEST_F(HttpServer, DoesNotWaitForeverForAReader) {
  options.slice_timeout = Millis{50};
  handler.on_handle = [](const Request&, Responder responder) {
    Response response;
    response.body.resize(50'000'000, 'x');
    responder(std::move(response));
  };
  start();
  TestClient client = connect();
  client.send(kGet);
  EXPECT_TRUE(stats_become([](const Stats& s) { return s.timeouts == 1; }));
  EXPECT_LT(client.read_all().size(), 50'000'000U);
}

TEST_F(HttpServer, AHandlerThatThrowsCostsOneRequest) {
  handler.on_handle = [](const Request& request, Responder responder) {
    if (request.target.starts_with("/p")) throw std::runtime_error{"a promise was broken"};
    responder(Response{.body = "well"});
  };
  start();
  TestClient client = connect();
  client.send("POST /p?token=secret HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(client.read_head(), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(client.read_to("\n"), HasSubstr("a mistake"));
  client.send(kGet);
  EXPECT_EQ(client.read_body(), "well");
  on_io([&] {
    handler.on_admit = [](const Head&) -> Admission { throw std::runtime_error{"and another"}; };
  });
  client.send(kGet);
  EXPECT_THAT(client.read_head(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(HttpServer, TakesNoMoreConnectionsThanAllowed) {
  options.connections_max = 2;
  start();
  TestClient first = connect();
  TestClient second = connect();
  ASSERT_TRUE(stats_become([](const Stats& s) { return s.connections_open == 2; }));
  TestClient third = connect();
  EXPECT_EQ(third.read_all(), "");
  EXPECT_EQ(stats().connections_refused, 1U);
  first.hang_up();
  ASSERT_TRUE(stats_become([](const Stats& s) { return s.connections_open == 1; }));
  TestClient fourth = connect();
  fourth.send(kGet);
  EXPECT_EQ(fourth.read_body(), "GET /a ");
}

TEST_F(HttpServer, TakesNoMoreConnectionsOfOneAddressThanAllowed) {
  options.connections_per_ip_max = 1;
  start();
  TestClient first = connect();
  ASSERT_TRUE(stats_become([](const Stats& s) { return s.connections_open == 1; }));
  TestClient second = connect();
  EXPECT_EQ(second.read_all(), "");
  first.send(kGet);
  EXPECT_EQ(first.read_body(), "GET /a ");
}

}  // namespace
}  // namespace freshet::http
