#include "project/bucket_fields.hpp"

#include <string>
#include <utility>

#include "project/addresses.hpp"

namespace freshet::project {

void read_endpoint(Reader& reader, const Node& node, BucketAccess& out) {
  std::string text;
  read_text(reader, node, text);
  if (!node.is_scalar()) return;
  if (!text.starts_with("http://") && !text.starts_with("https://")) {
    reader.expected(node, "a URL such as http://storage:9000");
  } else if (const std::string wrong = wrong_with_url(text); !wrong.empty()) {
    reader.error(node, "endpoint: " + wrong);
  } else {
    out.endpoint = std::move(text);
  }
}

void check_bucket_fields(Reader& reader, const Node& source, std::string_view path,
                         const BucketAccess& access, std::string_view things) {
  if (path.starts_with("s3://")) {
    if (access.access_key.empty() != access.secret_key.empty())
      reader.error(source, "access_key and secret_key belong together: give both, or none");
    return;
  }
  for (const Field& field : bucket_fields<&TableSource::bucket>()) {
    if (const Node* const given = source.find(field.name))
      reader.error(*given, std::string{field.name} + " is for " + std::string{things} +
                               " in a bucket, whose path begins with s3://");
  }
}

}  // namespace freshet::project
