// How a bucket that speaks S3 is asked, and what its refusals mean.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "freshet/definitions.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "source/remote/halt.hpp"

namespace freshet::remote {

struct Bucket {
  std::string name;
  std::string endpoint;  ///< "": Amazon's.
  std::string region;
  std::string access_key;  ///< "": requests are not signed.
  std::string secret_key;
  std::string session_token;  ///< "": the keys are not temporary ones.
};
/// Of `s3://BUCKET/...`; what a source leaves out, the environment may say.
[[nodiscard]] Bucket bucket_of(const std::string& path, const BucketAccess& access);

/// Asks for one thing after the other over one connection.  One thread.  Errors say why,
/// and not where.
class BucketClient {
 public:
  static constexpr std::size_t page_bytes_max = std::size_t{16} << 20U;

  /// `halt` is borrowed.  Each request takes no longer than `timeout`.
  BucketClient(Bucket bucket, Millis timeout, const Halt& halt);
  ~BucketClient();
  BucketClient(const BucketClient&) = delete;
  BucketClient& operator=(const BucketClient&) = delete;

  /// A page of a listing.  `query` is sorted and encoded.  Blocks.
  [[nodiscard]] Result<std::string> list(const std::string& query);
  /// An object.  Errc::not_found: there is none.  Blocks.
  [[nodiscard]] Result<std::string> read(const std::string& key, std::size_t bytes_max);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// What a server that only knows the first version of listing says beyond its first page.
inline constexpr const char* listing_without_end =
    "the listing has more pages and does not say where they begin: want a server that lists by "
    "ListObjectsV2";

/// Percent-encoded, as signing wants it; "/" stays if it is one of `plain`.
[[nodiscard]] std::string encoded(std::string_view text, std::string_view plain = "-._~");

/// For tests: why an answer is none, to a request that needs a right.
enum class Right : std::uint8_t { list, read };
[[nodiscard]] std::string refusal(const Bucket& bucket, long status, std::string_view body,
                                  Right right = Right::list);

}  // namespace freshet::remote
