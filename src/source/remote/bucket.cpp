#include "source/remote/bucket.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <pugixml.hpp>
#include <string>
#include <utility>

#include "base/hash.hpp"
#include "freshet/result.hpp"
#include "source/files/fingerprint.hpp"

namespace freshet::remote {
namespace {

constexpr std::size_t objects_max = 1'000'000;

/// What every key begins with that can fit.
std::string prefix_of(const files::PathPattern& pattern) {
  std::string out = pattern.base().substr(1);
  if (!out.empty()) out += '/';
  if (!pattern.is_glob()) return pattern.marker().empty() ? out + pattern.pattern() : out;
  // A marker lies beside the files, whatever they are called.
  const std::size_t end = pattern.pattern().find_first_of("*?");
  const std::size_t folder = pattern.pattern().substr(0, end).rfind('/');
  if (pattern.marker().empty()) return out + pattern.pattern().substr(0, end);
  return folder == std::string::npos ? out : out + pattern.pattern().substr(0, folder + 1);
}

files::FileStamp stamp_of(const pugi::xml_node& object) {
  const auto modified = parse_instant(object.child_value("LastModified"));
  const std::int64_t at =
      modified ? std::chrono::nanoseconds{modified->time_since_epoch()}.count() : 0;
  return {.size = object.child("Size").text().as_ullong(),
          .modified_ns = at,
          .changed_ns = at,
          .inode = content_hash(object.child_value("ETag")).high};
}

/// "/a/b.csv" of the base "/a": "b.csv"; "" if it lies elsewhere.
std::string_view below(std::string_view path, std::string_view base) {
  if (base.size() > 1) {
    if (!path.starts_with(base)) return {};
    path.remove_prefix(base.size());
  }
  return path.starts_with('/') ? path.substr(1) : std::string_view{};
}

}  // namespace

std::string query_of(const files::PathPattern& pattern, std::string_view token) {
  std::string out;
  if (!token.empty()) out += "continuation-token=" + encoded(token) + '&';
  // One folder only: what lies below it need not be listed.
  if (pattern.pattern().find('/') == std::string::npos &&
      pattern.pattern().find("**") == std::string::npos)
    out += "delimiter=%2F&";
  return out + "list-type=2&max-keys=1000&prefix=" + encoded(prefix_of(pattern));
}

Page read_page(std::string_view xml, const files::PathPattern& pattern) {
  Page out;
  pugi::xml_document document;
  const auto parsed = document.load_buffer(xml.data(), xml.size());
  const pugi::xml_node list = document.child("ListBucketResult");
  if (!parsed || !list) {
    out.found.error = "the answer is no listing of a bucket: does the endpoint speak S3?";
    return out;
  }
  for (const pugi::xml_node object : list.children("Contents")) {
    const std::string key = std::string{"/"} + object.child_value("Key");
    const std::string path{below(key, pattern.base())};
    if (path.empty() || path.ends_with('/')) continue;
    const std::string_view folder = files::folder_of(path);
    if (!pattern.marker().empty()) out.found.folders.emplace(folder);
    if (!pattern.marker().empty() && path.substr(path.rfind('/') + 1) == pattern.marker()) {
      out.found.markers.emplace(folder, stamp_of(object));
    } else if (pattern.takes(path)) {
      out.found.files.push_back({.path = path, .stamp = stamp_of(object)});
    }
  }
  if (list.child("IsTruncated").text().as_bool()) {
    out.next = list.child_value("NextContinuationToken");
    if (out.next.empty()) out.found.error = listing_without_end;
  }
  return out;
}

files::Walk list_bucket(const Bucket& bucket, const files::PathPattern& pattern, Millis timeout,
                        const Halt& halt) {
  files::Walk out;
  out.is_whole = true;
  BucketClient client{bucket, timeout, halt};
  const std::string where = "s3://" + bucket.name + ": ";
  std::string token;
  do {
    const auto answer = client.list(query_of(pattern, token));
    if (!answer) {
      out.error = where + answer.error().message;
      return out;
    }
    Page page = read_page(*answer, pattern);
    if (!page.found.error.empty()) {
      out.error = where + page.found.error;
      return out;
    }
    std::ranges::move(page.found.files, std::back_inserter(out.files));
    out.markers.merge(page.found.markers);
    out.folders.merge(page.found.folders);
    if (out.files.size() > objects_max) {
      out.error = where + "more than 1,000,000 objects, a narrower pattern is needed";
      return out;
    }
    token = std::move(page.next);
  } while (!token.empty() && !halt.is_stopped());
  if (halt.is_stopped()) out.error = where + "broken off";
  std::ranges::sort(out.files, std::less<>{}, &files::Walk::File::path);
  return out;
}

}  // namespace freshet::remote
