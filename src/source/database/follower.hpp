// How one database is followed: by asking it again and again, or by its commits.
#pragma once
#include <optional>
#include <string>

#include "freshet/definitions.hpp"
#include "freshet/service.hpp"
#include "freshet/time.hpp"
#include "model/database_url.hpp"
#include "source/database/outlet.hpp"
#include "source/database/partition_keys.hpp"

namespace freshet::database {

struct FollowOptions {
  Millis retry_first{200};            ///< After a failure; doubles …
  Millis retry_max{Seconds{5}};       ///< … up to this.
  Micros poll_every{Seconds{10}};     ///< Where the definition does not say.
  Millis confirm_every{Seconds{10}};  ///< What was received is told to the server that often.
  Millis ask_end_every{Seconds{5}};   ///< Where its log ends, which says how far we are behind.
  Millis check_every{Seconds{10}};    ///< Whether tables are still those that are followed.
};

struct Job {
  AssetDefinition asset;
  std::string cursor;    ///< Of what was told last; "": never.
  bool is_stored{true};  ///< That cursor is durable.
  FollowOptions options;
};

/// Whether its commits are followed, and it is not asked.
[[nodiscard]] bool follows_commits(const DatabaseSource& source);

/// On a thread of its own, until the outlet's waker is stopped.
void follow(const Job& job, Outlet& outlet);
/// Looks once, and changes nothing.
[[nodiscard]] SourceTest look_once(const AssetDefinition& asset, Waker& waker);

/// How long to wait after a failure.
class Backoff {
 public:
  explicit Backoff(const FollowOptions& options) : options_{options} {}
  [[nodiscard]] Millis next();
  void reset() { delay_.reset(); }

 private:
  const FollowOptions& options_;
  std::optional<Millis> delay_;
};

/// What is wrong becomes what people see, and is logged once.
void say_error(Outlet& outlet, const std::string& asset, const Error& error);

// The two of them.
void follow_answers(const Job& job, Outlet& outlet, DatabaseUrl url, PartitionKeys keys);
void follow_commits(const Job& job, Outlet& outlet, DatabaseUrl url, PartitionKeys keys);
[[nodiscard]] SourceTest test_answers(const AssetDefinition& asset, const DatabaseUrl& url,
                                      const PartitionKeys& keys, Waker& waker);
[[nodiscard]] SourceTest test_commits(const AssetDefinition& asset, const DatabaseUrl& url,
                                      const PartitionKeys& keys, Waker& waker);

}  // namespace freshet::database
