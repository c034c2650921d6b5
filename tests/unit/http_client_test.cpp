// The command line's client, against the server and against what no server should say.
#include "http/client.hpp"

#include <gmock/gmock.h>

#include "http_fixture.hpp"

namespace freshet::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class HttpClient : public HttpServer {};

TEST_F(HttpClient, FetchesWhatTheServerAnswers) {
  handler.on_handle = [](const Request& request, Responder responder) {
    Response response{.status = 201, .headers = {{"location", "/x"}}};
    response.body = request.method + request.target + request.body +
                    std::string{request.header("x-a").value_or("")} +
                    std::string{request.header("host").value_or("")};
    responder(std::move(response));
  };
  start();
  const auto reply = fetch({.base = url() + "/base/",
                            .method = "POST",
                            .target = "/t?q",
                            .headers = {{"x-a", "header"}},
                            .body = "body"});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 201);
  EXPECT_EQ(reply->header("location"), "/x");
  EXPECT_EQ(reply->body, "POST/base/t?qbodyheader127.0.0.1:" + std::to_string(port_));
}

TEST_F(HttpClient, FetchesAStreamToItsEnd) {
  handler.on_handle = [](const Request&, Responder responder) {
    Response response;
    response.stream = std::make_shared<EventStream>();
    EXPECT_TRUE(response.stream->push(std::string(100'000, 'x')));
    response.stream->close();
    responder(std::move(response));
  };
  start();
  const auto reply = fetch({.base = url()});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body, std::string(100'000, 'x'));
}

TEST_F(HttpClient, ReadsTheRefusalOfABodyThatNobodyReads) {
  start();
  const auto reply = fetch({.base = url(), .method = "POST", .body = std::string(2'000'000, 'x')});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 413);
}

TEST_F(HttpClient, FollowsLineByLineUntilItHasEnough) {
  handler.on_handle = [](const Request&, Responder responder) {
    Response response;
    response.stream = std::make_shared<EventStream>();
    EXPECT_TRUE(response.stream->push("one\r\ntwo\n\nthree\nfour\n"));  // And it stays open.
    responder(std::move(response));
  };
  start();
  std::vector<std::string> lines;
  const auto reply = follow({.base = url()}, [&lines](std::string_view line) {
    lines.emplace_back(line);
    return line != "three";
  });
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_THAT(lines, ElementsAre("one", "two", "", "three"));
}

TEST_F(HttpClient, FollowsToALastLineWithoutAnEnd) {
  handler.on_handle = [](const Request&, Responder responder) {
    responder(Response{.body = "one\ntwo"});
  };
  start();
  std::vector<std::string> lines;
  const auto reply = follow({.base = url()}, [&lines](std::string_view line) {
    lines.emplace_back(line);
    return true;
  });
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_THAT(lines, ElementsAre("one", "two"));
}

TEST_F(HttpClient, FollowsNothingThatIsAnError) {
  handler.on_handle = [](const Request&, Responder responder) {
    responder(Response{.status = 404, .body = "no such\nrun\n"});
  };
  start();
  const auto reply = follow({.base = url()}, [](std::string_view) {
    ADD_FAILURE();
    return true;
  });
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 404);
  EXPECT_EQ(reply->body, "no such\nrun\n");
}

TEST_F(HttpClient, GivesUpOnAServerThatIsSilent) {
  std::vector<Responder> waiting;
  handler.on_handle = [&](const Request&, Responder responder) {
    waiting.push_back(std::move(responder));
  };
  start();
  const auto reply = fetch({.base = url(), .timeout = Millis{20}});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::busy);
  on_io([&] { waiting.clear(); });
}

TEST(HttpFetch, SaysThatNobodyListens) {
  std::uint16_t port = 0;
  {
    boost::asio::io_context io;
    boost::asio::thread_pool pool{1};
    TestHandler handler;
    Server server{io, pool, Options{}, handler};
    port = *server.listen("127.0.0.1", 0);
  }
  const auto reply = fetch({.base = "http://127.0.0.1:" + std::to_string(port)});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::io);
  EXPECT_EQ(reply.error().message,
            "connect 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST(HttpFetch, RefusesAUrlThatItCannotUse) {
  const auto code = [](std::string base) { return fetch({.base = std::move(base)}).error().code; };
  EXPECT_EQ(code("https://127.0.0.1:1"), Errc::unsupported);
  for (const char* base :
       {"", "127.0.0.1:1", "http://", "http://:1", "http://a:", "http://a:b", "http://a:123456",
        "http://[::1", "http://[::1]x", "http://u@a:1", "http://a:1?b", "http://a:1/ b"}) {
    EXPECT_EQ(code(base), Errc::invalid) << base;
  }
}

TEST(HttpFetch, RefusesALineBreakInWhatItSends) {
  const auto target = fetch({.base = "http://127.0.0.1:1", .target = "/ HTTP/1.1\r\nx: y"});
  EXPECT_EQ(target.error().code, Errc::invalid);
  const auto header = fetch({.base = "http://127.0.0.1:1", .headers = {{"a", "b\nc"}}});
  EXPECT_EQ(header.error().code, Errc::invalid);
}

/// A server that says one thing, whatever it is asked.
Result<Reply> fetch_from(std::string_view answer) {
  UniqueFd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(listener.get(), any, size), 0);
  EXPECT_EQ(::listen(listener.get(), 1), 0);
  EXPECT_EQ(::getsockname(listener.get(), any, &size), 0);
  std::jthread server{[&listener, answer] {
    const UniqueFd peer{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    std::array<char, 4'096> request{};
    EXPECT_GT(::recv(peer.get(), request.data(), request.size(), 0), 0);
    EXPECT_EQ(::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(answer.size()));
  }};
  return fetch({.base = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port))});
}

TEST(HttpFetch, PassesOverInterimAnswers) {
  const auto reply =
      fetch_from("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokmore");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body, "ok");
}

TEST(HttpFetch, ReadsABodyWithoutALengthToTheEnd) {
  const auto reply = fetch_from("HTTP/1.0 200 OK\r\nX: y\r\n\r\nall of it");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body, "all of it");
}

TEST(HttpFetch, ReadsChunksWithExtensionsAndTrailers) {
  const auto reply = fetch_from(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nT: "
      "u\r\n\r\n");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->body, "abc");
}

class NotAnAnswer : public testing::TestWithParam<const char*> {};

TEST_P(NotAnAnswer, IsAnError) {
  const auto reply = fetch_from(GetParam());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::io);
}

INSTANTIATE_TEST_SUITE_P(
    Table, NotAnAnswer,
    testing::Values("", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\n",
                    "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
                    "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nab",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n"));

}  // namespace
}  // namespace freshet::http
