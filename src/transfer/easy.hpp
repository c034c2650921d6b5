// What all that goes out by libcurl has in common: handles, limits, what is never done.
#pragma once
#include <curl/curl.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::transfer {

struct Limits {
  Millis whole;                 ///< From the beginning to the end.
  Millis connect{Seconds{10}};  ///< And no more than the whole.
  const char* schemes{"http,https"};
};

/// What becomes of an answer that is longer than it may be.
enum class Beyond { cut, fail };

/// One request after the other over a connection that is kept.  No redirect is followed, and no
/// signal is used.  libcurl keeps pointers to it: it is never moved.
class Easy {
 public:
  explicit Easy(const Limits& limits);
  Easy(const Easy&) = delete;
  Easy& operator=(const Easy&) = delete;

  template <class T>
  void set(CURLoption option, T value) {
    const CURLcode code = ::curl_easy_setopt(handle_.get(), option, value);
    FRESHET_ASSERT(code == CURLE_OK);
  }
  /// `answer` holds what comes, up to `max` bytes; by default nothing is kept.
  void keep_answer(std::size_t max, Beyond beyond);
  /// A request ends soon after this has become true.
  void stop_if(std::function<bool()> is_stopped);
  /// Forgets the last request's answer and error.
  void clear();

  [[nodiscard]] CURL* get() const { return handle_.get(); }
  [[nodiscard]] const std::string& answer() const { return answer_; }
  [[nodiscard]] long status() const;  ///< Of the answer; 0: there is none.
  /// What went wrong, in libcurl's words.
  [[nodiscard]] std::string error(CURLcode code) const;

 private:
  struct Free {
    void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
  };
  static std::size_t take(char* data, std::size_t size, std::size_t count, void* self);

  std::string answer_;
  std::size_t answer_max_{0};
  Beyond beyond_{Beyond::cut};
  std::function<bool()> is_stopped_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::unique_ptr<CURL, Free> handle_;  ///< Goes first.
};

struct FreeMulti {
  void operator()(CURLM* handle) const { ::curl_multi_cleanup(handle); }
};
/// Ends after the handles that were in it.
using Multi = std::unique_ptr<CURLM, FreeMulti>;
[[nodiscard]] Multi make_multi();

struct FreeList {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
/// Must live as long as it is set.
using List = std::unique_ptr<curl_slist, FreeList>;
[[nodiscard]] List list_of(const std::vector<std::string>& texts);

}  // namespace freshet::transfer
