// Folders of a bucket, as far as it has any: names that begin alike.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "freshet/result.hpp"
#include "source/remote/bucket_client.hpp"

namespace freshet::remote {

/// Names of the objects right in a folder ("a/b/", or "" for the bucket itself) that come after
/// `after` by their bytes; in that order, with those servers that have one.  Blocks, for each page
/// of 1,000.  Errors are those of the client.
[[nodiscard]] Result<std::vector<std::string>> list_names(BucketClient& client,
                                                          const std::string& folder,
                                                          const std::string& after);

// --- For tests.

struct NamesPage {
  std::vector<std::string> names;
  std::string next;  ///< Token of the next page; "": that was the last.
};
/// Errc::io: it is no listing.
[[nodiscard]] Result<NamesPage> read_names(std::string_view xml, const std::string& folder);
/// Sorted and encoded.
[[nodiscard]] std::string names_query(const std::string& folder, const std::string& after,
                                      const std::string& token);

}  // namespace freshet::remote
