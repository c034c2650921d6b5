// Where messages go: whatever the receiver is, it has taken a message for good, or has not.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "freshet/definitions.hpp"
#include "publish/message.hpp"

namespace freshet::publish {

struct Sent {
  std::size_t taken{};  ///< So many, from the first on.
  std::string error;  ///< Why the next one was not, without anything that is secret; "": all were.
  bool refused{false};  ///< The receiver will not take that one, however often it is sent.
};

/// One thread, but for `interrupt`.
class Target {
 public:
  virtual ~Target() = default;
  /// Blocks until the receiver has them, or has not for about half a minute.
  [[nodiscard]] virtual Sent send(std::span<const Message> messages) = 0;
  /// From any thread, once: what is under way is given up soon.
  virtual void interrupt() = 0;
};

/// Where it goes, for people: without users, passwords and what else may be secret.
[[nodiscard]] std::string address_of(const Publication& publication);

/// Never null: what is wrong with a definition becomes the error of each attempt.
[[nodiscard]] std::unique_ptr<Target> make_target(const Publication& publication);
[[nodiscard]] std::unique_ptr<Target> make_http_target(const Publication& publication);
[[nodiscard]] std::unique_ptr<Target> make_kafka_target(const Publication& publication);
[[nodiscard]] std::unique_ptr<Target> make_file_target(const Publication& publication);

}  // namespace freshet::publish
