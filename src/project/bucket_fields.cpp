#include "project/bucket_fields.hpp"

#include <string>

namespace freshet::project {

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
