#include "api/gzip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "api_fixture.hpp"

namespace freshet::test {
namespace {

std::string gunzip(const std::string& bytes, std::size_t size_max) {
  std::string out(size_max, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string in = bytes;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(Gzip, IsReadBackAsItWas) {
  std::string large;
  for (int i = 0; large.size() < (1 << 20); ++i) large += std::to_string(i * 7'919) + ',';
  for (const std::string& text : {std::string{}, std::string{"a"}, large}) {
    const std::string packed = api::gzip(text);
    EXPECT_EQ(gunzip(packed, text.size() + 1), text);
  }
  EXPECT_LT(api::gzip(large).size(), large.size() / 2);
}

struct EncodingCase {
  const char* header;
  bool want;
};
class AcceptEncoding : public testing::TestWithParam<EncodingCase> {};
TEST_P(AcceptEncoding, SaysWhetherGzipIsTaken) {
  EXPECT_EQ(api::accepts_gzip(GetParam().header), GetParam().want) << GetParam().header;
}
INSTANTIATE_TEST_SUITE_P(
    Table, AcceptEncoding,
    testing::Values(EncodingCase{"", false}, EncodingCase{"gzip", true},
                    EncodingCase{"gzip, deflate, br, zstd", true}, EncodingCase{"br", false},
                    EncodingCase{"br;q=1.0, gzip;q=0.8", true}, EncodingCase{"gzip;q=0", false},
                    EncodingCase{"gzip; q=0.000, *", false}, EncodingCase{"*", true},
                    EncodingCase{"*;q=0", false}, EncodingCase{"identity", false},
                    EncodingCase{"deflate,x-gzip", true}, EncodingCase{"gzipped", false}));

class LargeAnswer : public ApiTest {
 protected:
  void SetUp() override {
    std::vector<AssetDefinition> assets;
    for (int i = 0; i < 2'000; ++i) assets.push_back(asset("folder/asset" + std::to_string(i)));
    service.load(assets);
  }
  Answer ask(const std::string& target, const std::string& encoding, Headers more = {}) {
    more.emplace_back("host", "localhost");
    more.emplace_back("authorization", std::string{"Bearer "} + token);
    if (!encoding.empty()) more.emplace_back("accept-encoding", encoding);
    return bare("GET", target, std::move(more));
  }
};

TEST_F(LargeAnswer, IsCompressedForWhoTakesThat) {
  const Answer plain = ask("/api/v1/catalog", "");
  EXPECT_EQ(plain.header("content-encoding"), "");
  EXPECT_EQ(plain.header("vary"), "accept-encoding");
  ASSERT_GT(plain.body.size(), api::gzip_min);
  const Answer packed = ask("/api/v1/catalog", "gzip, br");
  EXPECT_EQ(packed.status, 200);
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_EQ(packed.header("vary"), "accept-encoding");
  EXPECT_EQ(packed.header("etag"), "W/" + plain.header("etag"));
  EXPECT_LT(packed.body.size(), plain.body.size() / 3);
  EXPECT_EQ(gunzip(packed.body, plain.body.size() + 1), plain.body);
  EXPECT_EQ(ask("/api/v1/catalog", "gzip", {{"if-none-match", packed.header("etag")}}).status, 304);
}

TEST_F(LargeAnswer, OfListsIsCompressedToo) {
  const Answer packed = ask("/api/v1/assets?limit=1000", "gzip");
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_EQ(ask("/api/v1/status", "gzip").header("content-encoding"), "gzip");
}

TEST_F(LargeAnswer, AloneIsCompressed) {
  const Answer small = ask("/api/v1/assets?limit=1", "gzip");
  EXPECT_EQ(small.header("content-encoding"), "");
  EXPECT_EQ(small.header("vary"), "");
  EXPECT_EQ(small.json()["total"], 2'000);
}

}  // namespace
}  // namespace freshet::test
