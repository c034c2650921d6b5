// What is sent to a receiver: one event, ready to go.
#pragma once
#include <string>

#include "freshet/ids.hpp"
#include "freshet/time.hpp"

namespace freshet::publish {

struct Message {
  Sequence sequence;  ///< Of the fact that it tells of.
  Instant at{};       ///< When that was.
  std::string id;     ///< The same each time that it is sent: "INSTANCE:SEQUENCE".
  std::string key;    ///< What is about one key stays in order where there are several queues.
  std::string content_type;
  std::string body;  ///< JSON, one line.
};

}  // namespace freshet::publish
