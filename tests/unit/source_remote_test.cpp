// What servers of files are asked, and what their answers mean; without a server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "freshet/definitions.hpp"
#include "freshet/time.hpp"
#include "source/files/path_pattern.hpp"
#include "source/remote/bucket.hpp"
#include "source/remote/bucket_client.hpp"
#include "source/remote/dial.hpp"
#include "source/remote/halt.hpp"
#include "source/remote/objects.hpp"
#include "source/remote/server.hpp"
#include "source/remote_files.hpp"

namespace freshet::remote {
namespace {

using files::PathPattern;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;

struct QueryCase {
  const char* name;
  const char* path;
  const char* marker;
  const char* want;
};
class Query : public testing::TestWithParam<QueryCase> {};
TEST_P(Query, IsSortedEncodedAndAsNarrowAsThePatternAllows) {
  EXPECT_EQ(query_of(PathPattern{"/", GetParam().path, GetParam().marker}, ""), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Query,
    testing::Values(QueryCase{"one_folder", "/landing/*.csv", "",
                              "delimiter=%2F&list-type=2&max-keys=1000&prefix=landing%2F"},
                    QueryCase{"begin_of_a_name", "/landing/cells_{date}.csv", "",
                              "delimiter=%2F&list-type=2&max-keys=1000&prefix=landing%2Fcells_"},
                    QueryCase{"the_marker_is_called_otherwise", "/landing/cells_*.csv", "_SUCCESS",
                              "delimiter=%2F&list-type=2&max-keys=1000&prefix=landing%2F"},
                    QueryCase{"folders", "/landing/2026-*/*.csv", "",
                              "list-type=2&max-keys=1000&prefix=landing%2F2026-"},
                    QueryCase{"one_object", "/a b/x+y.csv", "",
                              "delimiter=%2F&list-type=2&max-keys=1000&prefix=a%20b%2Fx%2By.csv"},
                    QueryCase{"all", "/**", "", "list-type=2&max-keys=1000&prefix="}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Query, OfAFurtherPageHasItsTokenFirst) {
  EXPECT_THAT(query_of(PathPattern{"/", "/*"}, "a/b="),
              testing::StartsWith("continuation-token=a%2Fb%3D&delimiter=%2F&list-type=2&"));
}

constexpr const char* page = R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>
<Contents><Key>landing/1/a&amp;b.csv</Key><LastModified>2026-01-31T12:00:00.000Z</LastModified>
<ETag>"d41d8cd9"</ETag><Size>7</Size></Contents>
<Contents><Key>landing/1/</Key><Size>0</Size></Contents>
<Contents><Key>landing/.temporary/x.csv</Key><Size>1</Size></Contents>
<Contents><Key>landing/1/_SUCCESS</Key><Size>0</Size></Contents>
<Contents><Key>landing2/1/a.csv</Key><Size>1</Size></Contents>
<IsTruncated>true</IsTruncated><NextContinuationToken>t&gt;2</NextContinuationToken>
</ListBucketResult>)";

TEST(Page, HasTheObjectsThatThePatternMeans) {
  const Page read = read_page(page, PathPattern{"/", "/landing/*/*.csv", "_SUCCESS"});
  EXPECT_EQ(read.found.error, "");
  EXPECT_EQ(read.next, "t>2");
  ASSERT_EQ(read.found.files.size(), 1U);
  EXPECT_EQ(read.found.files[0].path, "1/a&b.csv");
  EXPECT_EQ(read.found.files[0].stamp.size, 7U);
  EXPECT_EQ(read.found.files[0].stamp.modified_ns, 1'769'860'800'000'000'000);
  EXPECT_THAT(read.found.markers, ElementsAre(Key("1")));
}

TEST(Page, ThatDoesNotSayWhereTheNextBeginsIsAnError) {
  constexpr const char* first_version =
      "<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>b</NextMarker>"
      "</ListBucketResult>";
  EXPECT_THAT(read_page(first_version, PathPattern{"/", "/*"}).found.error,
              HasSubstr("ListObjectsV2"));
  EXPECT_THAT(read_names(first_version, "").error().message, HasSubstr("ListObjectsV2"));
}

TEST(Page, ThatIsNoneIsAnError) {
  for (const char* text : {"", "<html>", "<ListBucketResult", "<Error/>"})
    EXPECT_THAT(read_page(text, PathPattern{"/", "/*"}).found.error, HasSubstr("speak S3")) << text;
}

struct RefusalCase {
  const char* name;
  long status;
  const char* body;
  const char* want;
};
class Refusal : public testing::TestWithParam<RefusalCase> {};
TEST_P(Refusal, SaysWhatToDo) {
  const Bucket bucket{.name = "b", .region = "us-east-1", .access_key = "k"};
  EXPECT_THAT(refusal(bucket, GetParam().status, GetParam().body), HasSubstr(GetParam().want));
}
INSTANTIATE_TEST_SUITE_P(
    Table, Refusal,
    testing::Values(
        RefusalCase{"no_bucket", 404, "<Error><Code>NoSuchBucket</Code></Error>",
                    "no such bucket (HTTP 404, NoSuchBucket)"},
        RefusalCase{"clock", 403, "<Error><Code>RequestTimeTooSkewed</Code></Error>", "clock"},
        RefusalCase{"not_allowed", 403, "<Error><Code>AccessDenied</Code></Error>",
                    "it needs s3:ListBucket"},
        RefusalCase{
            "region", 400,
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>",
            "write region: eu-west-1"},
        RefusalCase{"busy", 503, "<Error><Code>SlowDown</Code><Message>Later.</Message></Error>",
                    "HTTP 503, SlowDown: Later."},
        RefusalCase{"no_words", 500, "", "HTTP 500"}),
    [](const auto& c) { return std::string{c.param.name}; });

TEST(Refusal, OfWhoShowsNoKeyNamesTheFields) {
  EXPECT_THAT(refusal({.name = "b"}, 403, "<Error><Code>AccessDenied</Code></Error>"),
              HasSubstr("give access_key and secret_key"));
}

TEST(Refusal, OfAnObjectNamesTheOtherRight) {
  EXPECT_THAT(refusal({.name = "b", .access_key = "k"}, 403, "", Right::read),
              HasSubstr("it needs s3:GetObject"));
}

TEST(Refusal, OfATemporaryKeyNamesTheToken) {
  constexpr const char* unknown = "<Error><Code>InvalidAccessKeyId</Code></Error>";
  EXPECT_THAT(refusal({.name = "b", .access_key = "ASIA1"}, 403, unknown),
              HasSubstr("it needs AWS_SESSION_TOKEN, too"));
  EXPECT_THAT(refusal({.name = "b", .access_key = "ASIA1", .session_token = "t"}, 403, unknown),
              HasSubstr("does not know the access key (HTTP 403"));
}

TEST(Names, OfAFolderAreAskedForFromOneOn) {
  EXPECT_EQ(names_query("a b/_delta_log/", "0007", ""),
            "delimiter=%2F&list-type=2&max-keys=1000&prefix=a%20b%2F_delta_log%2F"
            "&start-after=a%20b%2F_delta_log%2F0007");
  EXPECT_EQ(names_query("t/", "0007", "x="),
            "continuation-token=x%3D&delimiter=%2F&list-type=2&max-keys=1000&prefix=t%2F");
}

TEST(Names, AreWithoutTheirFolder) {
  const auto read = read_names(page, "landing/1/");
  ASSERT_TRUE(read);
  EXPECT_THAT(read->names, ElementsAre("a&b.csv", "_SUCCESS"));
  EXPECT_EQ(read->next, "t>2");
  EXPECT_THAT(read_names("<html>", "").error().message, HasSubstr("speak S3"));
}

TEST(ServerOf, ReadsTheUrl) {
  AssetDefinition asset;
  asset.directory = "/p";
  asset.source.file = {.path = "sftp://me@host:2222/x/*.csv", .key_file = "id"};
  const auto server = server_of(asset);
  ASSERT_TRUE(server);
  EXPECT_EQ(server->host, "host");
  EXPECT_EQ(server->port, 2'222U);
  EXPECT_EQ(server->user, "me");
  EXPECT_EQ(server->key_file, "/p/id");
  EXPECT_EQ(server->shown, "sftp://me@host:2222");
  asset.source.file.path = "sftp://[::1]/x";
  EXPECT_EQ(server_of(asset)->host, "::1");
  EXPECT_EQ(server_of(asset)->port, 22U);
  asset.source.file.path = "sftp://host:http/x";
  EXPECT_FALSE(server_of(asset));
}

/// Listens, but takes nobody in: its backlog is full.
class FullServer {
 public:
  FullServer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    FRESHET_ASSERT(::bind(listener_.get(), raw, size) == 0 && ::listen(listener_.get(), 0) == 0);
    FRESHET_ASSERT(::getsockname(listener_.get(), raw, &size) == 0);
    port_ = ntohs(address.sin_port);
    for (int ready = 1; ready == 1;) {
      UniqueFd& guest = guests_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
      static_cast<void>(::connect(guest.get(), raw, size));
      pollfd poll{.fd = guest.get(), .events = POLLOUT, .revents = 0};
      ready = ::poll(&poll, 1, 300);
    }
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Whether anybody but us waits to be let in.
  [[nodiscard]] bool has_caller() const {
    std::ostringstream end;
    end << ":" << std::uppercase << std::hex << std::setw(4) << std::setfill('0') << port_
        << " 02 ";
    std::ifstream table{"/proc/net/tcp"};
    int waiting = 0;
    for (std::string line; std::getline(table, line);)
      waiting += line.find(end.str()) != std::string::npos ? 1 : 0;
    return waiting > 1;
  }

 private:
  UniqueFd listener_{::socket(AF_INET, SOCK_STREAM, 0)};
  std::vector<UniqueFd> guests_;
  std::uint16_t port_{};
};

TEST(Dial, EndsWhenItIsHalted) {
  const FullServer server;
  const SystemClock clock;
  const SteadyTime begun = clock.steady();
  Halt halt;
  const std::jthread stopper{[&] {
    while (!server.has_caller() && clock.steady() < begun + Seconds{30}) std::this_thread::yield();
    halt.stop();
  }};
  const auto socket = dial("127.0.0.1", server.port(), Seconds{60}, halt);
  ASSERT_FALSE(socket);
  EXPECT_THAT(socket.error().message, HasSubstr("canceled"));
  EXPECT_LT(clock.steady() - begun, Seconds{30}) << "it was not even called";
}

TEST(ListServer, WithAHostThatCannotBeNamedIsRefusedAndLeavesNothingOpen) {
  const auto open_files = [] {
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
  };
  const PathPattern pattern{"/", "/*"};
  Halt halt;
  const Server odd{.host = "under_score.invalid", .shown = "sftp://under_score.invalid"};
  const auto before = open_files();
  const auto found = list_server(odd, pattern, Seconds{1}, halt);
  EXPECT_THAT(found.error, HasSubstr("host under_score.invalid"));
  EXPECT_THAT(found.error, testing::Not(HasSubstr("resolve")));
  EXPECT_EQ(open_files(), before);
}

TEST(Watchdog, BarksOnlyWhenTheTimeIsOver) {
  const auto halt = std::make_shared<Halt>();
  {
    const Watchdog patient{halt, std::chrono::hours{1}};
  }
  EXPECT_FALSE(halt->is_stopped());
  const Watchdog watchdog{halt, Millis{1}};
  while (!halt->is_stopped()) {
  }
  EXPECT_TRUE(watchdog.has_barked());
}

TEST(RemoteFiles, AreLookedAtWhenSomebodySaysSo) {
  const SystemClock clock;
  boost::asio::io_context io;
  AssetDefinition asset;
  asset.key = "raw";
  asset.source.kind = SourceKind::file;
  asset.source.file = {.path = "s3://b/*", .bucket = {.endpoint = "http://127.0.0.1:1"}};
  RemoteFiles sources{io, clock, [](const auto&, const auto&) { return true; }};
  EXPECT_TRUE(sources.takes(asset.source));
  sources.watch({{asset.key, &asset}});
  EXPECT_TRUE(sources.look_now("raw"));
  EXPECT_FALSE(sources.look_now("others"));
  while (sources.status().at(0).state != "error") io.run_one();
  EXPECT_THAT(sources.status().at(0).detail, HasSubstr("s3://b: Failed to connect"));
  sources.stop();
  EXPECT_FALSE(sources.look_now("raw"));
}

}  // namespace
}  // namespace freshet::remote
