// How a bucket is reached, as the sources that may be in one say it.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

#include "freshet/sources.hpp"
#include "project/object_type.hpp"
#include "project/reader.hpp"
#include "project/values.hpp"
#include "project/yaml_tree.hpp"

namespace freshet::project {

template <auto Part>
void read_access(Reader& reader, const Node& node, BucketAccess& out) {
  read_text(reader, node, out.*Part);
}

/// http:// or https:// and a host.
void read_endpoint(Reader& reader, const Node& node, BucketAccess& out);

/// Whose BucketAccess is `Member`.
template <auto Member>
constexpr std::array<Field, 4> bucket_fields() {
  // clang-format off
  return {{
    {.name = "endpoint", .help = "Of a bucket: where its server is; Amazon's by default.",
     .example = R"("http://localhost:9000")", .set = set_member<Member, read_endpoint>},
    {.name = "region", .help = "Of a bucket; AWS_REGION or us-east-1 by default.", .example = R"("eu-central-1")",
     .set = set_member<Member, read_access<&BucketAccess::region>>},
    {.name = "access_key", .help = "Of a bucket; AWS_ACCESS_KEY_ID by default. Without any, requests are not signed.",
     .example = R"("${LANDING_KEY}")", .set = set_member<Member, read_access<&BucketAccess::access_key>>},
    {.name = "secret_key", .help = "Of a bucket; AWS_SECRET_ACCESS_KEY by default.",
     .example = R"("${LANDING_SECRET}")", .set = set_member<Member, read_access<&BucketAccess::secret_key>>},
  }};
  // clang-format on
}

template <std::size_t A, std::size_t B>
constexpr std::array<Field, A + B> joined(const std::array<Field, A>& a,
                                          const std::array<Field, B>& b) {
  std::array<Field, A + B> out{};
  for (std::size_t i = 0; i < A; ++i) out[i] = a[i];
  for (std::size_t i = 0; i < B; ++i) out[A + i] = b[i];
  return out;
}

/// Refuses those fields where the path is in no bucket, and half of the keys.  `things` are those
/// that the path names: "files".
void check_bucket_fields(Reader& reader, const Node& source, std::string_view path,
                         const BucketAccess& access, std::string_view things);

}  // namespace freshet::project
