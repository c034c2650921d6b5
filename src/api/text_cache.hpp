// Large answers that are the same for everybody who asks: made once, kept for a while.
#pragma once
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace freshet::api {

/// Any thread.
class TextCache {
 public:
  using Text = std::shared_ptr<const std::string>;

  /// The oldest go when all together are larger; in bytes.
  explicit TextCache(std::size_t size_max = std::size_t{64} << 20) : size_max_{size_max} {}

  /// What `make` returned the first time.  Who asks while another thread is making it waits.
  [[nodiscard]] Text get(const std::string& name, const std::function<std::string()>& make);

 private:
  struct Entry {
    std::once_flag made;
    Text text;
  };

  std::size_t size_max_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Entry>> entries_;   // guarded by the mutex
  std::deque<std::pair<std::string, std::size_t>> by_age_;  // names and sizes; so is this
  std::size_t size_{0};                                     // and this
};

}  // namespace freshet::api
