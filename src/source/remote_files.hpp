// When files elsewhere have changed, and what they are then: in buckets (S3) and on servers (SFTP).
#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "source/sources.hpp"

namespace freshet {

struct RemoteFilesOptions {
  Micros poll_every{Seconds{60}};  ///< Where the definition does not say it.
  Millis answer_within{Seconds{30}};
  Millis look_max{std::chrono::minutes{10}};
  Millis offer_every{200};  ///< What was not taken.
};

/// All external assets whose files are in a bucket or on a server.  As FileSources, but files are
/// listed, never read: what stands for the content is the ETag and size of an object, the size and
/// time of change of a file.  Objects are whole when they are there; files that others may still be
/// writing are believed when two looks, the quiet time apart, see them alike.
///
/// Lives on the io thread; talks to servers on threads of its own.  `io` must outlive it.
class RemoteFiles final : public Sources {
 public:
  RemoteFiles(boost::asio::io_context& io, const Clock& clock, Emit emit,
              RemoteFilesOptions options = {});
  ~RemoteFiles() override;
  RemoteFiles(const RemoteFiles&) = delete;
  RemoteFiles& operator=(const RemoteFiles&) = delete;

  [[nodiscard]] bool takes(const SourceDefinition& source) const override;
  void watch(const Wanted& wanted) override;
  [[nodiscard]] SourceTest test(const AssetDefinition& asset, Millis timeout) const override;
  [[nodiscard]] std::vector<SourceStatus> status() const override;
  bool look_now(const std::string& asset) override;
  void stop() override;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  ///< Weakly held by timers and jobs.
};

}  // namespace freshet
