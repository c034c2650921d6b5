#include "source/database/follower.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace freshet::database {

bool follows_commits(const DatabaseSource& source) {
  return !source.tables.empty() || !source.publication.empty();
}

void follow(const Job& job, Outlet& outlet) {
  const DatabaseSource& source = job.asset.source.database;
  auto url = parse_database_url(source.url);
  auto keys = PartitionKeys::make(job.asset);
  if (!url || !keys) return say_error(outlet, job.asset.key, !url ? url.error() : keys.error());
  const auto way = follows_commits(source) ? follow_commits : follow_answers;
  way(job, outlet, *std::move(url), *std::move(keys));
}

SourceTest look_once(const AssetDefinition& asset, Waker& waker) {
  const DatabaseSource& source = asset.source.database;
  const auto url = parse_database_url(source.url);
  const auto keys = PartitionKeys::make(asset);
  if (!url || !keys)
    return {.error = (!url ? url.error() : keys.error()).message, .findings = {}, .events = {}};
  const auto test = follows_commits(source) ? test_commits : test_answers;
  return test(asset, *url, *keys, waker);
}

void say_error(Outlet& outlet, const std::string& asset, const Error& error) {
  outlet.say([&](Report& report) {
    if (report.detail != error.message)
      log("source").warn("database asset={}: {}", asset, error.message);
    report.state = "error";
    report.detail = error.message;
  });
}

Millis Backoff::next() {
  delay_ = delay_ ? std::min(*delay_ * 2, options_.retry_max) : options_.retry_first;
  return *delay_;
}

}  // namespace freshet::database
