#include "source/remote/bucket_client.hpp"

#include <curl/curl.h>

#include <cstdlib>
#include <pugixml.hpp>
#include <utility>
#include <vector>

#include "transfer/easy.hpp"

namespace freshet::remote {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return value == nullptr ? "" : value;
}
std::string either(const std::string& given, const char* name) {
  return given.empty() ? environment(name) : given;
}

std::string url_of(const Bucket& bucket) {
  if (!bucket.endpoint.empty()) {
    std::string_view endpoint = bucket.endpoint;
    while (endpoint.ends_with('/')) endpoint.remove_suffix(1);
    return std::string{endpoint} + '/' + encoded(bucket.name) + '/';
  }
  const std::string host = "s3." + bucket.region + ".amazonaws.com/";
  // A certificate for *.s3... does not cover names with dots.
  const bool has_dots = bucket.name.find('.') != std::string::npos;
  return "https://" + (has_dots ? host + encoded(bucket.name) + '/' : bucket.name + '.' + host);
}

}  // namespace

class BucketClient::Impl {
 public:
  Impl(Bucket bucket, Millis timeout, const Halt& halt)
      : bucket_{std::move(bucket)}, halt_{halt}, easy_{{.whole = timeout}} {
    easy_.stop_if([&halt] { return halt.is_stopped(); });
    easy_.set(CURLOPT_PATH_AS_IS, 1L);  // A key may hold "..".
    if (!bucket_.access_key.empty()) sign();
  }

  Result<std::string> get(const std::string& path, std::size_t bytes_max, Right right) {
    easy_.clear();
    easy_.keep_answer(bytes_max, transfer::Beyond::fail);
    easy_.set(CURLOPT_URL, (url_of(bucket_) + path).c_str());
    const CURLcode code = ::curl_easy_perform(easy_.get());
    if (halt_.is_stopped()) return Error{Errc::io, "broken off"};
    if (code == CURLE_WRITE_ERROR)
      return Error{Errc::io, "it is larger than " + std::to_string(bytes_max >> 20U) + " MiB"};
    if (code != CURLE_OK) return Error{Errc::io, easy_.error(code)};
    const long status = easy_.status();
    if (status == 200) return easy_.answer();
    const bool is_absent =
        status == 404 && easy_.answer().find("NoSuchBucket") == std::string::npos;
    return Error{is_absent ? Errc::not_found : Errc::io,
                 refusal(bucket_, status, easy_.answer(), right)};
  }

 private:
  void sign() {
    easy_.set(CURLOPT_AWS_SIGV4, ("aws:amz:" + bucket_.region + ":s3").c_str());
    easy_.set(CURLOPT_USERNAME, bucket_.access_key.c_str());
    easy_.set(CURLOPT_PASSWORD, bucket_.secret_key.c_str());
    std::vector<std::string> headers{"x-amz-content-sha256: UNSIGNED-PAYLOAD"};
    if (!bucket_.session_token.empty())
      headers.push_back("x-amz-security-token: " + bucket_.session_token);
    headers_ = transfer::list_of(headers);
    easy_.set(CURLOPT_HTTPHEADER, headers_.get());
  }

  const Bucket bucket_;
  const Halt& halt_;
  transfer::List headers_;
  transfer::Easy easy_;
};

BucketClient::BucketClient(Bucket bucket, Millis timeout, const Halt& halt)
    : impl_{std::make_unique<Impl>(std::move(bucket), timeout, halt)} {}

BucketClient::~BucketClient() = default;

Result<std::string> BucketClient::list(const std::string& query) {
  auto out = impl_->get('?' + query, page_bytes_max, Right::list);
  // A server that has no such path is no bucket, either.
  if (!out && out.error().code == Errc::not_found) return Error{Errc::io, out.error().message};
  return out;
}

Result<std::string> BucketClient::read(const std::string& key, std::size_t bytes_max) {
  return impl_->get(encoded(key, "-._~/"), bytes_max, Right::read);
}

Bucket bucket_of(const std::string& path, const BucketAccess& access) {
  Bucket out{.name = path.substr(5, path.find('/', 5) - 5),
             .endpoint = either(access.endpoint, "AWS_ENDPOINT_URL_S3"),
             .region = either(access.region, "AWS_REGION"),
             .access_key = access.access_key,
             .secret_key = access.secret_key,
             .session_token = {}};
  if (out.region.empty()) out.region = environment("AWS_DEFAULT_REGION");
  if (out.region.empty()) out.region = "us-east-1";
  const std::string own = environment("AWS_ACCESS_KEY_ID");
  if (out.access_key.empty()) {
    out.access_key = own;
    out.secret_key = environment("AWS_SECRET_ACCESS_KEY");
  }
  // It is of no use with any other key.
  if (out.access_key == own) out.session_token = environment("AWS_SESSION_TOKEN");
  return out;
}

std::string encoded(std::string_view text, std::string_view plain) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_letter || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

std::string refusal(const Bucket& bucket, long status, std::string_view body, Right right) {
  pugi::xml_document document;
  document.load_buffer(body.data(), body.size());
  const pugi::xml_node error = document.child("Error");
  const std::string code = error.child_value("Code");
  const std::string region = error.child_value("Region");
  const std::string known = "HTTP " + std::to_string(status) + (code.empty() ? "" : ", " + code);
  if (code == "NoSuchBucket") return "there is no such bucket (" + known + ")";
  if (code == "SignatureDoesNotMatch")
    return "the secret key is not that of the access key (" + known + ")";
  if (code == "InvalidAccessKeyId") {
    const bool lacks_token = bucket.access_key.starts_with("ASIA") && bucket.session_token.empty();
    return "the server does not know the access key" +
           std::string{lacks_token ? ", a temporary one: it needs AWS_SESSION_TOKEN, too" : ""} +
           " (" + known + ")";
  }
  if (code == "InvalidToken")
    return "AWS_SESSION_TOKEN is not that of the access key (" + known + ")";
  if (code == "ExpiredToken") return "the temporary keys have expired (" + known + ")";
  if (code == "RequestTimeTooSkewed" || code == "RequestExpired")
    return "the clock of this machine or of the server is wrong (" + known + ")";
  if (code == "PermanentRedirect" || code == "AuthorizationHeaderMalformed" ||
      code == "IncorrectEndpoint") {
    return "the bucket is not in the region " + bucket.region +
           ", write region: " + (region.empty() ? "that of the bucket" : region) + " (" + known +
           ")";
  }
  if (status == 403) {
    const bool lists = right == Right::list;
    return (bucket.access_key.empty()
                ? "it may not be " + std::string{lists ? "listed" : "read"} +
                      " by everybody, give access_key and secret_key"
                : "the access key may not " +
                      std::string{lists ? "list it, it needs s3:ListBucket"
                                        : "read from it, it needs s3:GetObject"}) +
           " (" + known + ")";
  }
  std::string message = error.child_value("Message");
  if (!message.empty()) message = ": " + message.substr(0, 200);
  return known + message;
}

}  // namespace freshet::remote
