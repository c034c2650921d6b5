// When files outside have changed, and what they are then: inotify, a quiet time, a fingerprint.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <vector>

#include "base/clock.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "source/sources.hpp"

namespace freshet {

struct FileSourcesOptions {
  Millis poll_every{Seconds{10}};  ///< Where inotify is of no use; and after an error.
  Millis rescan_every{std::chrono::minutes{10}};  ///< In any case.
  Millis offer_every{200};                        ///< An observation that was not taken.
  int inotify_refusal{0};                         ///< errno, as if inotify had failed; for tests.
};

/// All external assets whose source is a file.  What is reported is the state, not the change: one
/// observation for the whole set of files, whose data version is their fingerprint.  So nothing is
/// lost that a later look does not bring, also over a restart, and a touch or a second look brings
/// the same version again, which the engine drops (`only_if_changed`).
///
/// Nothing is reported while a plain file is missing, or before a glob's first file; files that
/// disappear from a glob are a change ("files:0" in the end), unless its folder is gone as well.
/// Files that are still being written are waited for; when others never fall quiet, they are left
/// as they were last reported, and the rest is reported without them.
///
/// Lives on the io thread; reads folders and files on the pool.  `io` must outlive the pool's jobs.
/// The clock must be a real one: its steady time is compared with that of Asio's timers.
class FileSources final : public Sources {
 public:
  FileSources(boost::asio::io_context& io, boost::asio::thread_pool& pool, const Clock& clock,
              Emit emit, FileSourcesOptions options = {});
  ~FileSources() override;
  FileSources(const FileSources&) = delete;
  FileSources& operator=(const FileSources&) = delete;

  [[nodiscard]] bool takes(const SourceDefinition& source) const override;
  /// Those that were not watched before are looked at at once.
  void watch(const Wanted& wanted) override;
  [[nodiscard]] SourceTest test(const AssetDefinition& asset, Millis timeout) const override;
  [[nodiscard]] std::vector<SourceStatus> status() const override;
  void stop() override;

  /// As if the kernel had lost events; for tests.
  void simulate_overflow();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< Weakly held by timers and jobs.
};

}  // namespace freshet
