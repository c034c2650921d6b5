#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "http/event_stream.hpp"
#include "http/handler.hpp"
#include "http/message.hpp"
#include "http/response_head.hpp"

namespace freshet::http {
namespace {

TEST(ResponseHead, NamesTheLengthOfTheBody) {
  const Response response{.headers = {{"content-type", "text/plain"}}, .body = "hello"};
  EXPECT_EQ(render_head(response, {}),
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\n");
}

TEST(ResponseHead, NamesTheLengthOfTheFileRange) {
  Response response;
  response.file.emplace(UniqueFd{}, 10U, 7U);
  EXPECT_EQ(render_head(response, {}), "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n");
}

TEST(ResponseHead, HasNoLengthWhereThereIsNoBody) {
  EXPECT_EQ(render_head(Response{.status = 204}, {}), "HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(render_head(Response{.status = 304}, {}), "HTTP/1.1 304 Not Modified\r\n\r\n");
}

TEST(ResponseHead, SaysWhetherTheConnectionGoesOn) {
  const Response response{.status = 404};
  EXPECT_EQ(render_head(response, {.keep_alive = false}),
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  EXPECT_EQ(render_head(response, {.is_http10 = true}),
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n");
}

TEST(ResponseHead, ChunksAStreamUnlessTheClientIsTooOld) {
  Response response;
  response.stream = std::make_shared<EventStream>();
  EXPECT_EQ(render_head(response, {.keep_alive = false}),
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n");
  EXPECT_EQ(render_head(response, {.is_http10 = true, .keep_alive = false}),
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
}

TEST(ResponseHead, KeepsFramingToItself) {
  const Response response{.headers = {{"content-length", "99"},
                                      {"transfer-encoding", "chunked"},
                                      {"connection", "upgrade"}}};
  EXPECT_EQ(render_head(response, {}), "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
}

TEST(ResponseHead, DoesNotLetAHeaderBreakOutOfItsLine) {
  const auto with = [](const char* name, const std::string& value) {
    return render_head(Response{.headers = {{name, value}}}, {});
  };
  EXPECT_TRUE(with("location", "/caf\xC3\xA9\t|"));
  EXPECT_FALSE(with("location", "/a\r\nset-cookie: b"));
  EXPECT_FALSE(with("location", "/a\n"));
  EXPECT_FALSE(with("location", std::string(1, '\0')));
  EXPECT_FALSE(with("a b", "c"));
  EXPECT_FALSE(with("a:b", "c"));
  EXPECT_FALSE(with("", "c"));
}

TEST(Responder, AnswersOnce) {
  int answers = 0;
  int status = 0;
  {
    Responder responder{[&](const Response& response) {
      ++answers;
      status = response.status;
    }};
    EXPECT_TRUE(responder.alive());
    Responder other = std::move(responder);
    other(Response{.status = 202});
    EXPECT_FALSE(other.alive());
  }
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(status, 202);
}

TEST(Responder, AnswersForWhoForgotIt) {
  int status = 0;
  Responder forgotten{[&](const Response& response) { status = response.status; }};
  forgotten = Responder{[](const Response&) {}};
  EXPECT_EQ(status, 500);
}

TEST(EventStream, RefusesWhatDoesNotFit) {
  EventStream stream{10};
  EXPECT_TRUE(stream.push("12345678"));
  EXPECT_FALSE(stream.push("123"));
  EXPECT_TRUE(stream.overflowed());
  EXPECT_EQ(stream.queued(), 8U);
  EXPECT_TRUE(stream.push("90"));
  EXPECT_EQ(stream.take(), "1234567890");
  EXPECT_TRUE(stream.push("123"));
  EXPECT_TRUE(stream.overflowed());
}

TEST(EventStream, TellsItsOwnerOnceWhenOthersEndIt) {
  EventStream stream;
  int told = 0;
  stream.on_closed([&told] { ++told; });
  stream.end();
  stream.end();
  EXPECT_EQ(told, 1);
  EXPECT_FALSE(stream.open());
  EXPECT_FALSE(stream.push("late"));
  EXPECT_FALSE(stream.overflowed());
}

TEST(EventStream, DoesNotTellItsOwnerWhatTheOwnerDid) {
  EventStream stream;
  int told = 0;
  stream.on_closed([&told] { ++told; });
  EXPECT_TRUE(stream.push("last"));
  stream.close();
  stream.end();
  EXPECT_EQ(told, 0);
  EXPECT_EQ(stream.take(), "last");
}

}  // namespace
}  // namespace freshet::http
