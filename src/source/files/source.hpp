// One source of files: what it was told to watch, what it saw, and what it has said of it.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "freshet/definitions.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "source/files/fingerprint.hpp"
#include "source/files/ledger.hpp"
#include "source/files/look.hpp"
#include "source/files/path_pattern.hpp"
#include "source/files/placement.hpp"
#include "source/files/settle.hpp"
#include "source/files/walk.hpp"

namespace freshet::files {

/// Where a source's files are.
struct Location {
  PathPattern pattern;
  std::string shown;           ///< In statuses; nothing secret.
  std::optional<Micros> poll;  ///< How often it must look without being called; nullopt: never.
};
/// Of files here.
[[nodiscard]] Location local_location(const AssetDefinition& asset);

/// What `freshet source test` shows of a look.
[[nodiscard]] SourceTest test_of(const AssetDefinition& asset, const Location& location,
                                 const LookResult& found);

/// Owned by the io thread.
class Source {
 public:
  Source(boost::asio::io_context& io, std::uint32_t number, const AssetDefinition& asset,
         Location location);

  /// Whether a definition asks for what this one does already.
  [[nodiscard]] bool is_for(const AssetDefinition& asset) const;

  /// Begins a look.
  [[nodiscard]] LookRequest begin_look(SteadyTime now, Instant wall);
  /// Ends it.  What there is to say about it is then in `ledger`.
  void end_look(LookResult result, SteadyTime now, Instant wall);

  /// Tables that nobody needs any more: to let go of large ones takes time.
  using Retired = std::vector<std::shared_ptr<const FileTable>>;
  [[nodiscard]] Retired take_retired() { return std::exchange(retired_, {}); }

  /// Whether it must look although nothing calls it; its settle says when, if `has_rhythm`.
  [[nodiscard]] bool is_polled() const {
    return has_rhythm() || !handicap_.empty() || !error_.empty();
  }
  [[nodiscard]] bool has_rhythm() const { return location_.poll.has_value(); }
  [[nodiscard]] SourceStatus status() const;

  const std::uint32_t id;
  const std::string key;
  const std::shared_ptr<const PathPattern> pattern;
  Settle settle;
  boost::asio::steady_timer timer;  ///< Runs until settle.due().
  bool is_queued{};                 ///< Waits for its turn to look.
  bool is_heard{};                  ///< Something happened that has not been reported.
  /// Watches that were heard since the last look.  A look reads only their folders, unless
  /// `must_read_all`.
  std::set<int> heard;
  bool must_read_all{true};
  std::shared_ptr<const Watches> watches{std::make_shared<const Watches>()};
  Ledger ledger;

 private:
  void report(const LookResult& result, Instant wall);
  [[nodiscard]] std::string words_for(const LookResult& result) const;
  void set_handicap(const Walk& walk);
  void set_error(std::string error);

  const Location location_;
  const std::shared_ptr<const Placement> placement_;
  const FileSource definition_;
  const std::string directory_;
  const std::optional<PartitionsDefinition> partitions_;
  std::shared_ptr<const FileTable> last_{std::make_shared<const FileTable>()};
  std::shared_ptr<const FileTable> reported_{last_};
  Retired retired_;
  SteadyTime last_at_{SteadyTime::min()};
  std::string handicap_;                    ///< Why watching is not enough; "": it is.
  std::string error_;                       ///< Why its files cannot be read.
  std::string state_{"not looked at yet"};  ///< In words, behind the path.
  bool is_waiting_{true};                   ///< For a file to appear.
  bool has_seen_{false};                    ///< There have been files.
  std::optional<Instant> gone_since_;
};

}  // namespace freshet::files
