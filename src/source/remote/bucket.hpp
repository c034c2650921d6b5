// Which files are in a bucket that speaks S3.
#pragma once
#include <string>
#include <string_view>

#include "freshet/time.hpp"
#include "source/files/path_pattern.hpp"
#include "source/files/walk.hpp"
#include "source/remote/bucket_client.hpp"
#include "source/remote/halt.hpp"

namespace freshet::remote {

/// Objects that the pattern means, whose paths are keys with a "/" before them.  Blocks, for each
/// page of 1,000 no longer than `timeout`.  Any thread.
[[nodiscard]] files::Walk list_bucket(const Bucket& bucket, const files::PathPattern& pattern,
                                      Millis timeout, const Halt& halt);

// --- For tests.

/// What a page of a listing holds; `error` says what is wrong and what to do.
struct Page {
  files::Walk found;
  std::string next;  ///< Token of the next page; "": that was the last.
};
[[nodiscard]] Page read_page(std::string_view xml, const files::PathPattern& pattern);
/// Sorted and encoded, as signing wants it.
[[nodiscard]] std::string query_of(const files::PathPattern& pattern, std::string_view token);

}  // namespace freshet::remote
