// One file source: what it was told to watch, what it saw, and what it has said of it.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "freshet/definitions.hpp"
#include "freshet/engine.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "source/files/fingerprint.hpp"
#include "source/files/look.hpp"
#include "source/files/path_pattern.hpp"
#include "source/files/settle.hpp"
#include "source/files/walk.hpp"

namespace freshet::files {

/// Owned by the io thread.
class Source {
 public:
  Source(boost::asio::io_context& io, std::uint32_t number, const AssetDefinition& asset);

  /// Whether a definition asks for what this one does already.
  [[nodiscard]] bool is_for(const AssetDefinition& asset) const;

  /// Begins a look.
  [[nodiscard]] LookRequest begin_look(SteadyTime now, Instant wall);
  /// Ends it.  What there is to say about it is then in `outbox`.
  void end_look(LookResult result, SteadyTime now, Instant wall);
  /// `outbox` was taken.
  void taken(Instant wall);

  /// Whether it must look without being called.
  [[nodiscard]] bool is_polled() const { return !handicap_.empty() || !error_.empty(); }
  [[nodiscard]] SourceStatus status() const;

  const std::uint32_t id;
  const std::string key;
  const std::shared_ptr<const PathPattern> pattern;
  Settle settle;
  boost::asio::steady_timer timer;  ///< Runs until settle.due().
  bool is_queued{};                 ///< Waits for its turn to look.
  bool is_heard{};                  ///< Something happened that has not been reported.
  std::shared_ptr<const Watches> watches{std::make_shared<const Watches>()};
  std::optional<input::Event> outbox;

 private:
  void report(const LookResult& result, Instant wall);
  void set_handicap(const Walk& walk);
  void set_error(std::string error);

  const FileSource definition_;
  std::shared_ptr<const FileTable> last_{std::make_shared<const FileTable>()};
  std::shared_ptr<const FileTable> reported_{last_};
  SteadyTime last_at_{SteadyTime::min()};
  std::string version_;                     ///< That was taken last; "": none yet.
  std::string handicap_;                    ///< Why watching is not enough; "": it is.
  std::string error_;                       ///< Why its files cannot be read.
  std::string state_{"not looked at yet"};  ///< In words, behind the path.
  bool is_waiting_{true};                   ///< For a file to appear.
  bool has_seen_{false};                    ///< There have been files.
  std::optional<Instant> gone_since_;
  std::uint64_t events_{};
  std::uint64_t unchanged_{};
  Instant last_event_{};
};

}  // namespace freshet::files
