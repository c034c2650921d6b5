#include "transfer/easy.hpp"

#include <algorithm>
#include <utility>

namespace freshet::transfer {
namespace {

void make_ready() {
  static const CURLcode ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  FRESHET_ASSERT(ready == CURLE_OK);
}

int look_for_stop(void* is_stopped, curl_off_t /*down_all*/, curl_off_t /*down*/,
                  curl_off_t /*up_all*/, curl_off_t /*up*/) {
  return (*static_cast<const std::function<bool()>*>(is_stopped))() ? 1 : 0;
}

}  // namespace

Easy::Easy(const Limits& limits) {
  make_ready();
  handle_.reset(::curl_easy_init());
  FRESHET_ASSERT(handle_ != nullptr);
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_PROTOCOLS_STR, limits.schemes);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_USERAGENT, "freshet");
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.whole.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(limits.whole, limits.connect).count()));
  set(CURLOPT_WRITEFUNCTION, &take);
  set(CURLOPT_WRITEDATA, this);
}

std::size_t Easy::take(char* data, std::size_t size, std::size_t count, void* self) {
  auto& easy = *static_cast<Easy*>(self);
  const std::size_t room = easy.answer_max_ - easy.answer_.size();
  if (size * count > room && easy.beyond_ == Beyond::fail) return 0;
  easy.answer_.append(data, std::min(size * count, room));
  return size * count;
}

void Easy::keep_answer(std::size_t max, Beyond beyond) {
  answer_max_ = max;
  beyond_ = beyond;
}

void Easy::stop_if(std::function<bool()> is_stopped) {
  is_stopped_ = std::move(is_stopped);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &look_for_stop);
  set(CURLOPT_XFERINFODATA, &is_stopped_);
}

void Easy::clear() {
  answer_.clear();
  error_.front() = '\0';
}

long Easy::status() const {
  long out = 0;
  ::curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &out);
  return out;
}

std::string Easy::error(CURLcode code) const {
  return error_.front() != '\0' ? error_.data() : ::curl_easy_strerror(code);
}

Multi make_multi() {
  make_ready();
  Multi out{::curl_multi_init()};
  FRESHET_ASSERT(out != nullptr);
  return out;
}

List list_of(const std::vector<std::string>& texts) {
  List list;
  for (const std::string& text : texts) {
    curl_slist* longer = ::curl_slist_append(list.get(), text.c_str());
    FRESHET_ASSERT(longer != nullptr);
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

}  // namespace freshet::transfer
