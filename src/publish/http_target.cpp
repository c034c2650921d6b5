// Messages by HTTP: a POST each, one after the other, over a connection that is kept.
#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "freshet/time.hpp"
#include "publish/target.hpp"
#include "transfer/answer.hpp"
#include "transfer/easy.hpp"

namespace freshet::publish {
namespace {

constexpr int poll_ms = 1'000;

class HttpTarget final : public Target {
 public:
  explicit HttpTarget(const Publication& publication)
      : url_{publication.url}, token_{publication.token} {
    easy_.keep_answer(transfer::answer_max, transfer::Beyond::cut);
    easy_.set(CURLOPT_URL, url_.c_str());
    easy_.set(CURLOPT_POST, 1L);
  }
  ~HttpTarget() override = default;
  HttpTarget(const HttpTarget&) = delete;
  HttpTarget& operator=(const HttpTarget&) = delete;

  Sent send(std::span<const Message> messages) override {
    Sent out;
    for (const Message& message : messages) {
      const CURLcode code = post(message);
      const long status = easy_.status();
      if (code == CURLE_OK && status >= 200 && status < 300) {
        ++out.taken;
        continue;
      }
      out.refused = code == CURLE_OK && transfer::is_refusal(status);
      out.error = explain(code, status);
      break;
    }
    return out;
  }

  void interrupt() override {
    is_interrupted_ = true;
    ::curl_multi_wakeup(multi_.get());
  }

 private:
  CURLcode post(const Message& message) {
    std::vector<std::string> headers{"Content-Type: " + message.content_type,
                                     "Idempotency-Key: " + message.id, "Expect:"};
    if (!token_.empty()) headers.push_back("Authorization: Bearer " + token_);
    const transfer::List list = transfer::list_of(headers);
    easy_.clear();
    easy_.set(CURLOPT_HTTPHEADER, list.get());
    easy_.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(message.body.size()));
    easy_.set(CURLOPT_POSTFIELDS, message.body.data());
    ::curl_multi_add_handle(multi_.get(), easy_.get());
    CURLcode code = CURLE_ABORTED_BY_CALLBACK;
    for (bool is_done = false; !is_done && !is_interrupted_;) {
      int running = 0;
      ::curl_multi_perform(multi_.get(), &running);
      int left = 0;
      while (const CURLMsg* found = ::curl_multi_info_read(multi_.get(), &left)) {
        if (found->msg != CURLMSG_DONE) continue;
        code = found->data.result;
        is_done = true;
      }
      if (!is_done) ::curl_multi_poll(multi_.get(), nullptr, 0, poll_ms, nullptr);
    }
    ::curl_multi_remove_handle(multi_.get(), easy_.get());
    easy_.set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
    return code;
  }

  [[nodiscard]] std::string explain(CURLcode code, long status) const {
    const std::vector<std::string> secrets{url_, token_};
    if (is_interrupted_) return "interrupted";
    if (code != CURLE_OK) return transfer::clean(easy_.error(code), secrets);
    return transfer::told(status, transfer::clean(easy_.answer(), secrets));
  }

  std::string url_, token_;
  std::atomic<bool> is_interrupted_{false};
  transfer::Multi multi_{transfer::make_multi()};
  transfer::Easy easy_{{.whole = Seconds{30}}};  ///< Goes before the multi handle.
};

}  // namespace

std::unique_ptr<Target> make_http_target(const Publication& publication) {
  return std::make_unique<HttpTarget>(publication);
}

}  // namespace freshet::publish
