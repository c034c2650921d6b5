#include "source/remote/objects.hpp"

#include <cstddef>
#include <iterator>
#include <pugixml.hpp>
#include <utility>

namespace freshet::remote {
namespace {

constexpr std::size_t names_max = 1'000'000;

}  // namespace

std::string names_query(const std::string& folder, const std::string& after,
                        const std::string& token) {
  std::string out;
  if (!token.empty()) out += "continuation-token=" + encoded(token) + '&';
  out += "delimiter=%2F&list-type=2&max-keys=1000&prefix=" + encoded(folder);
  if (token.empty() && !after.empty()) out += "&start-after=" + encoded(folder + after);
  return out;
}

Result<NamesPage> read_names(std::string_view xml, const std::string& folder) {
  NamesPage out;
  pugi::xml_document document;
  const auto parsed = document.load_buffer(xml.data(), xml.size());
  const pugi::xml_node list = document.child("ListBucketResult");
  if (!parsed || !list) {
    return Error{Errc::io, "the answer is no listing of a bucket: does the endpoint speak S3?"};
  }
  for (const pugi::xml_node object : list.children("Contents")) {
    const std::string_view key = object.child_value("Key");
    if (key.size() > folder.size() && key.starts_with(folder))
      out.names.emplace_back(key.substr(folder.size()));
  }
  if (list.child("IsTruncated").text().as_bool()) {
    out.next = list.child_value("NextContinuationToken");
    if (out.next.empty()) return Error{Errc::io, listing_without_end};
  }
  return out;
}

Result<std::vector<std::string>> list_names(BucketClient& client, const std::string& folder,
                                            const std::string& after) {
  std::vector<std::string> out;
  std::string token;
  do {
    FRESHET_TRY(const std::string xml, client.list(names_query(folder, after, token)));
    FRESHET_TRY(NamesPage page, read_names(xml, folder));
    out.insert(out.end(), std::move_iterator{page.names.begin()},
               std::move_iterator{page.names.end()});
    if (out.size() > names_max) return Error{Errc::io, "more than 1,000,000 objects"};
    token = std::move(page.next);
  } while (!token.empty());
  return out;
}

}  // namespace freshet::remote
