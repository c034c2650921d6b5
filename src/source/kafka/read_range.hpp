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

/// Hands out those of the ranges that are there, to the last one: an offset may be taken by no
/// message.  Errc::io: some of them may not have been handed out, since one could not be read or
/// nothing came for `timeout`.
[[nodiscard]] Result<void> read_ranges(Consumer& consumer, const Clock& clock,
                                       const std::map<TopicPartition, Range>& ranges,
                                       Millis timeout,
                                       const std::function<void(const Message&)>& each);

}  // namespace freshet::kafka
