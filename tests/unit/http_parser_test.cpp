#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "http/request_parser.hpp"

namespace freshet::http {
namespace {

using Progress = RequestParser::Progress;

constexpr std::uint32_t kLimit = 1'024;

struct Outcome {
  std::string method;
  std::string body;
  int fault{0};
  std::string left;
  bool is_complete{false};
};

/// Feeds `text` in pieces of `piece` bytes.
Outcome parse(std::string_view text, std::size_t piece, std::uint64_t body_limit = 100) {
  RequestParser parser{kLimit};
  Outcome outcome;
  std::string input;
  while (true) {
    const auto progress = parser.put(input);
    if (progress == Progress::fault) {
      outcome.fault = parser.fault_status();
      break;
    }
    if (progress == Progress::done) {
      outcome.is_complete = true;
      outcome.method = parser.head().method;
      outcome.body = parser.take_body();
      break;
    }
    if (progress == Progress::head) {
      if (!parser.limit_body(body_limit)) {
        outcome.fault = 413;
        break;
      }
      continue;
    }
    if (text.empty()) break;
    input += text.substr(0, piece);
    text.remove_prefix(std::min(piece, text.size()));
  }
  outcome.left = input + std::string{text};
  return outcome;
}

struct Case {
  const char* name;
  std::string text;
  int fault;  ///< 0: understood.
  const char* body{""};
};

class ParsedRequest : public testing::TestWithParam<Case> {};

TEST_P(ParsedRequest, DoesNotDependOnHowItIsCut) {
  for (const std::size_t piece :
       {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{4096}}) {
    SCOPED_TRACE(piece);
    const Outcome outcome = parse(GetParam().text, piece);
    EXPECT_EQ(outcome.fault, GetParam().fault);
    EXPECT_EQ(outcome.is_complete, GetParam().fault == 0);
    EXPECT_EQ(outcome.body, GetParam().body);
    if (GetParam().fault == 0) {
      EXPECT_EQ(outcome.left, "");
    }
  }
}

const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\n";
const std::string kChunked = kPost + "Transfer-Encoding: chunked\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Table, ParsedRequest,
    testing::Values(
        Case{"get", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
        Case{"unknown_method", "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", 0},
        Case{"http10_without_host", "GET / HTTP/1.0\r\n\r\n", 0},
        Case{"length", kPost + "Content-Length: 5\r\n\r\nhello", 0, "hello"},
        Case{"length_twice_the_same", kPost + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", 0,
             "ab"},
        Case{"chunks", kChunked + "5\r\nhello\r\n3;ext=1\r\n wo\r\n0\r\n\r\n", 0, "hello wo"},
        Case{"chunks_with_trailer", kChunked + "1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n", 0, "a"},
        Case{"chunks_without_content", kChunked + "0\r\n\r\n", 0, ""},
        Case{"chunks_with_nothing_but_a_trailer", kChunked + "0\r\nX: y\r\n\r\n", 0, ""},
        Case{"chunks_coding_in_capitals",
             kPost + "Transfer-Encoding: CHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n", 0, "a"},
        Case{"length_too_long", kPost + "Content-Length: 101\r\n\r\n", 413},
        Case{"length_beyond_64_bits", kPost + "Content-Length: 99999999999999999999\r\n\r\n", 400},
        Case{"length_negative", kPost + "Content-Length: -1\r\n\r\n", 400},
        Case{"length_signed", kPost + "Content-Length: +1\r\n\r\na", 400},
        Case{"length_not_a_number", kPost + "Content-Length: 0x1\r\n\r\na", 400},
        Case{"lengths_that_differ", kPost + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
             400},
        Case{"length_list_that_differs", kPost + "Content-Length: 1, 2\r\n\r\nab", 400},
        Case{"length_then_chunks",
             kPost + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Case{"chunks_then_length",
             kPost + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400},
        Case{"chunked_twice",
             kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Case{"chunked_not_last", kPost + "Transfer-Encoding: chunked, gzip\r\n\r\n", 501},
        Case{"other_coding", kPost + "Transfer-Encoding: gzip\r\n\r\n", 501},
        Case{"other_coding_before_length",
             kPost + "Transfer-Encoding: xchunked\r\nContent-Length: 1\r\n\r\na", 501},
        Case{"chunks_in_http10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Case{"chunks_too_long", kChunked + "32\r\n" + std::string(50, 'a') + "\r\n33\r\n", 413},
        Case{"chunk_without_a_size", kChunked + "\r\n0\r\n\r\n", 400},
        Case{"chunk_size_not_hex", kChunked + "xyz\r\n0\r\n\r\n", 400},
        Case{"chunk_size_beyond_64_bits", kChunked + "11111111111111111\r\n", 400},
        Case{"chunk_of_the_wrong_size", kChunked + "2\r\nabc\r\n0\r\n\r\n", 400},
        Case{"chunk_extension_without_end", kChunked + "1;" + std::string(20'000, 'a'), 400},
        Case{"trailer_that_reframes", kChunked + "0\r\nContent-Length: 5\r\n\r\n", 400},
        Case{"trailers_without_end", kChunked + "0\r\n" + std::string(20'000, 'a'), 400},
        Case{"no_host", "GET / HTTP/1.1\r\n\r\n", 400},
        Case{"two_hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        Case{"expects_the_impossible", kPost + "Expect: miracles\r\n\r\n", 417},
        Case{"http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
        Case{"http9", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", 400},
        Case{"no_version", "GET /\r\n\r\n", 400},
        Case{"space_in_the_target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Case{"space_before_the_colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
        Case{"header_without_a_name", "GET / HTTP/1.1\r\n: a\r\n\r\n", 400},
        Case{"line_feed_only", "GET / HTTP/1.1\nHost: a\n\n\r\n\r\n", 400},
        Case{"nul_in_a_header", std::string{"GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 29}, 400},
        Case{"tls", std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11}, 400},
        Case{"target_too_long", "GET /" + std::string(2'000, 'a') + " HTTP/1.1\r\n\r\n", 431},
        Case{"headers_too_long",
             "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(2'000, 'a') + "\r\n\r\n", 431},
        Case{"line_and_headers_too_long_together",
             "GET /" + std::string(600, 'a') +
                 " HTTP/1.1\r\nHost: a\r\nX: " + std::string(600, 'a') + "\r\n\r\n",
             431}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(RequestParser, StopsAtTheHeadAndLeavesTheNextRequestAlone) {
  RequestParser parser{kLimit};
  std::string input =
      "PUT /a?b HTTP/1.1\r\nHost: h\r\nX-Mixed-CASE:  Value \r\nContent-Length: 2\r\n\r\nab"
      "GET /next HTTP/1.1\r\n";
  ASSERT_EQ(parser.put(input), Progress::head);
  EXPECT_EQ(parser.head().method, "PUT");
  EXPECT_EQ(parser.head().target, "/a?b");
  EXPECT_EQ(parser.head().header("x-mixed-case"), "Value");
  EXPECT_EQ(parser.head().header("absent"), std::nullopt);
  EXPECT_TRUE(parser.has_body());
  EXPECT_TRUE(parser.keep_alive());
  EXPECT_TRUE(parser.limit_body(2));
  ASSERT_EQ(parser.put(input), Progress::done);
  EXPECT_EQ(parser.take_body(), "ab");
  EXPECT_EQ(input, "GET /next HTTP/1.1\r\n");
}

TEST(RequestParser, TrailersDoNotBecomeHeaders) {
  RequestParser parser{kLimit};
  std::string input = kChunked + "0\r\nAuthorization: Bearer x\r\nHost: evil\r\n\r\n";
  ASSERT_EQ(parser.put(input), Progress::head);
  ASSERT_EQ(parser.put(input), Progress::done);
  EXPECT_EQ(parser.head().header("authorization"), std::nullopt);
  EXPECT_EQ(parser.head().header("host"), "a");
}

TEST(RequestParser, SurvivesWhateverIsChangedInARequest) {
  const std::vector<std::string> seeds{
      kPost + "Content-Length: 5\r\nConnection: close\r\nExpect: 100-continue\r\n\r\nhello",
      kChunked + "5;a=\"b\"\r\nhello\r\n3\r\n wo\r\n0\r\nX: y\r\n\r\n"};
  std::mt19937 random{7};  // NOLINT(cert-msc51-cpp): the same every time.
  const std::string_view spice{"\r\n\0 :;,0a\xff", 10};
  int complete = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seeds[random() % seeds.size()];
    for (auto changes = random() % 4; changes > 0; --changes) {
      const auto at = random() % text.size();
      const auto what = random() % 3;
      if (what == 0) {
        text[at] = spice[random() % spice.size()];
      } else if (what == 1) {
        text.insert(at, 1, spice[random() % spice.size()]);
      } else {
        text.erase(at, 1 + random() % 3);
      }
    }
    const Outcome whole = parse(text, text.size());
    const Outcome cut = parse(text, 1 + random() % 9);
    ASSERT_EQ(whole.is_complete, cut.is_complete) << text;
    ASSERT_EQ(whole.body, cut.body) << text;
    complete += whole.is_complete ? 1 : 0;
  }
  EXPECT_GT(complete, 1'000);
}

}  // namespace
}  // namespace freshet::http
