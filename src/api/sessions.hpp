// Who was let in through a browser: one-time tickets, and the sessions that they are changed into.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "freshet/time.hpp"

namespace freshet::api {

/// Lower-case hex.
[[nodiscard]] std::string sha256_hex(std::string_view text);

/// Kept in memory only, and only as hashes: a restart ends them all.  io thread.
class Sessions {
 public:
  static constexpr Seconds ticket_life{60};
  static constexpr std::chrono::hours session_life{12};  ///< Since it was last used.
  static constexpr std::size_t count_max = 1'000;        ///< Of each; the oldest goes.

  explicit Sessions(const Clock& clock) : clock_{clock} {}

  /// Good once, for ticket_life.
  [[nodiscard]] std::string make_ticket();
  [[nodiscard]] bool is_ticket(std::string_view ticket) const;
  /// Uses the ticket up and begins a session, whose secret it returns.
  [[nodiscard]] std::optional<std::string> redeem(std::string_view ticket);
  /// Whether there is such a session, which is thereby used.
  [[nodiscard]] bool use(std::string_view secret);
  [[nodiscard]] std::size_t size() const { return sessions_.size(); }

 private:
  using Deadlines = std::map<std::string, SteadyTime>;  ///< By hash.
  void add(Deadlines& to, std::string_view secret, SteadyTime until) const;

  const Clock& clock_;
  Deadlines tickets_;
  Deadlines sessions_;
};

}  // namespace freshet::api
