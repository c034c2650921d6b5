#include "source/kafka/read_range.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace freshet::kafka {

namespace {

constexpr std::size_t drain_max = 1'000;

/// False: nothing has come in time.
bool wait_for(const Consumer& consumer, Millis longest) {
  pollfd wake{.fd = consumer.wake_fd(), .events = POLLIN, .revents = 0};
  if (::poll(&wake, 1, static_cast<int>(longest.count())) <= 0) return false;
  std::uint64_t ignored{};
  while (::read(wake.fd, &ignored, sizeof ignored) > 0) {
  }
  return true;
}

}  // namespace

Result<void> read_ranges(Consumer& consumer, const Clock& clock,
                         const std::map<TopicPartition, Range>& ranges, Millis timeout,
                         const std::function<void(const Message&)>& each) {
  std::map<TopicPartition, std::int64_t> starts;
  std::set<TopicPartition> left, failed;
  for (const auto& [of, range] : ranges) {
    if (range.first >= range.end) continue;
    starts[of] = range.first;
    left.insert(of);
  }
  if (left.empty()) return {};
  if (const auto added = consumer.add(starts); !added) return added.error();
  SteadyTime deadline = clock.steady() + timeout;
  std::string trouble;
  bool may_have_more = false;
  while (!left.empty()) {
    const auto longest = std::chrono::ceil<Millis>(deadline - clock.steady());
    if (!may_have_more && (longest <= Millis{0} || !wait_for(consumer, longest))) break;
    may_have_more = !consumer.drain(
        drain_max,
        [&](const std::string& topic, const Message& message) {
          const TopicPartition of{topic, message.partition};
          const auto range = ranges.find(of);
          if (range == ranges.end()) return;
          if (message.offset + 1 >= range->second.end) left.erase(of);
          if (message.offset >= range->second.end) return;
          deadline = clock.steady() + timeout;
          each(message);
        },
        [&](Consumer::Trouble wrong) {
          trouble = std::move(wrong.text);
          if (!wrong.of.topic.empty() && left.erase(wrong.of) > 0) failed.insert(wrong.of);
        },
        [&](const TopicPartition& of, std::int64_t) { left.erase(of); });
  }
  std::vector<TopicPartition> read;
  for (const auto& [of, start] : starts) read.push_back(of);
  consumer.remove(read);
  if (left.empty() && failed.empty()) return {};
  return Error{Errc::io, trouble.empty() ? "not all messages came in time" : trouble};
}

}  // namespace freshet::kafka
