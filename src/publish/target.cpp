#include "publish/target.hpp"

#include <string_view>

namespace freshet::publish {

std::string address_of(const Publication& publication) {
  switch (publication.target) {
    case Publication::Target::http: {
      // A path may be as secret as a password is.  That there is a scheme was checked when it was
      // read.
      const std::string_view url = publication.url;
      const std::size_t host = url.find("://") + 3;
      const std::string_view authority = url.substr(host, url.find_first_of("/?#", host) - host);
      const std::size_t user = authority.rfind('@');
      return std::string{url.substr(0, host)} +
             std::string{user == std::string_view::npos ? authority : authority.substr(user + 1)};
    }
    case Publication::Target::kafka:
      return "kafka://" + publication.brokers + '/' + publication.topic;
    case Publication::Target::file:
      return publication.path;
  }
  return {};
}

std::unique_ptr<Target> make_target(const Publication& publication) {
  switch (publication.target) {
    case Publication::Target::http:
      return make_http_target(publication);
    case Publication::Target::kafka:
      return make_kafka_target(publication);
    case Publication::Target::file:
      return make_file_target(publication);
  }
  return nullptr;
}

}  // namespace freshet::publish
