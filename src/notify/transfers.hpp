// How what is to be told gets out: HTTP, SMTP and programs, all at once on one thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "freshet/definitions.hpp"
#include "freshet/time.hpp"
#include "notify/command.hpp"

namespace freshet::notify {

struct Outcome {
  bool ok{false};
  bool refused{false};  ///< The receiver will not take this one, however often it is sent.
  std::string text;     ///< "HTTP 200"; or what went wrong, without anything that is secret.
};

struct Post {
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value".
  std::string body;
};

/// All on one thread, but for `wake`.  A key names what is under way; each ends with one Outcome.
class Transfers {
 public:
  using Key = std::uint64_t;

  explicit Transfers(const Clock& clock);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  void post(Key key, Post post, Micros timeout);
  void mail(Key key, const AlertRoute::Email& to, std::string message, Micros timeout);
  void run(Key key, const CommandCall& call, Micros timeout);

  /// Waits until something has ended, `wake` was called or the time is over.
  [[nodiscard]] std::vector<std::pair<Key, Outcome>> wait(Millis longest);
  /// From any thread.
  void wake();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet::notify
