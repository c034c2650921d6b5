#include "api/text_cache.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace freshet::api {

TextCache::Text TextCache::get(const std::string& name, const std::function<std::string()>& make) {
  std::shared_ptr<Entry> entry;
  {
    const std::lock_guard lock{mutex_};
    std::shared_ptr<Entry>& found = entries_[name];
    if (!found) found = std::make_shared<Entry>();
    entry = found;
  }
  std::call_once(entry->made, [&] {
    entry->text = std::make_shared<const std::string>(make());
    const std::lock_guard lock{mutex_};
    by_age_.emplace_back(name, entry->text->size());
    size_ += entry->text->size();
    while (size_ > size_max_) {
      size_ -= by_age_.front().second;
      entries_.erase(by_age_.front().first);
      by_age_.pop_front();
    }
  });
  return entry->text;
}

}  // namespace freshet::api
