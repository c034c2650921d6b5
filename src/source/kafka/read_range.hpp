// Some messages that are in a topic already: reads them, and waits for them.
#pragma once
#include <cstdint>
#include <functional>
#include <map>

#include "base/clock.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "source/kafka/consumer.hpp"

namespace freshet::kafka {

struct Range {
  std::int64_t first{};
  std::int64_t end{};  ///< After the last.
};

/// Hands out those of the ranges that are there.  Ends when the last one has come, or nothing more
/// comes (offsets may be taken by no message), or after `timeout`.  Errc::io: not one could be
/// read.
[[nodiscard]] Result<void> read_ranges(Consumer& consumer, const Clock& clock,
                                       const std::map<TopicPartition, Range>& ranges,
                                       Millis timeout,
                                       const std::function<void(const Message&)>& each);

}  // namespace freshet::kafka
