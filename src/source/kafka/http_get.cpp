#include "source/kafka/http_get.hpp"

#include <curl/curl.h>

#include <cstddef>
#include <memory>

#include "transfer/easy.hpp"

namespace freshet::kafka {

namespace {

constexpr std::size_t body_max = std::size_t{8} << 20U;
constexpr Millis connect_max{3'000};

struct Free {
  void operator()(CURLU* url) const { ::curl_url_cleanup(url); }
  void operator()(char* text) const { ::curl_free(text); }
};

}  // namespace

Result<HttpAnswer> http_get(const std::string& url, Millis timeout, const std::atomic<bool>& stop) {
  transfer::Easy easy{{.whole = timeout, .connect = connect_max}};
  easy.keep_answer(body_max, transfer::Beyond::fail);
  easy.stop_if([&] { return stop.load(); });
  easy.set(CURLOPT_URL, url.c_str());
  const CURLcode code = ::curl_easy_perform(easy.get());
  if (code != CURLE_OK) return Error{Errc::io, easy.error(code)};
  return HttpAnswer{.status = easy.status(), .body = easy.answer()};
}

std::string shown_url(const std::string& url) {
  const std::unique_ptr<CURLU, Free> parts{::curl_url()};
  if (::curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return "its URL";
  for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                               CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
    ::curl_url_set(parts.get(), part, nullptr, 0);
  }
  char* text = nullptr;
  if (::curl_url_get(parts.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return "its URL";
  const std::unique_ptr<char, Free> owned{text};
  return owned.get();
}

std::string path_segment(const std::string& text) {
  const std::unique_ptr<char, Free> owned{
      ::curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size()))};
  return owned ? owned.get() : "";
}

}  // namespace freshet::kafka
