// Who reads logs while they are written.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.hpp"
#include "api/log_file.hpp"
#include "freshet/logs.hpp"
#include "freshet/rows.hpp"
#include "http/event_stream.hpp"

namespace freshet::api {

/// Each follower gets server-sent events: `lines` with {from_line, lines}, whose id is the place to
/// go on from, and `end` with {status} once the step's attempt has ended and all of it was sent.
/// Logs are looked at when look() is called.  io thread.
class Follows {
 public:
  static constexpr std::size_t count_max = 64;

  void add(const CallPtr& call, const AttemptId& attempt, LogStream log, std::uint64_t from_line);
  void look(const std::shared_ptr<Context>& context);
  void heartbeat();
  void end();
  [[nodiscard]] std::size_t size() const { return followers_.size(); }

 private:
  struct Follower;
  void look(const std::shared_ptr<Context>& context, const std::shared_ptr<Follower>& follower);

  std::vector<std::shared_ptr<Follower>> followers_;
};

/// Whether an attempt of a step has ended, for good or because another one follows; attempt 0 is
/// one that has not begun.
[[nodiscard]] bool has_ended(const StepRow& step, std::uint32_t attempt);

/// "4096-17": as the id of an event; nullopt for anything else.
[[nodiscard]] std::optional<LogPlace> parse_place(std::string_view text);
[[nodiscard]] std::string place_text(LogPlace place);

}  // namespace freshet::api
