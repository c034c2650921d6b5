#include "source/files/ledger.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/hash.hpp"
#include "source/files/observation.hpp"

namespace freshet::files {
namespace {

constexpr std::size_t batch_max = 1'000;
constexpr std::size_t misfits_max = 100;  ///< Told one by one, of one look.

std::string shown(const std::string& path) {
  constexpr auto replace = nlohmann::json::error_handler_t::replace;  // a path may be any bytes
  return nlohmann::json{{"path", path}}.dump(-1, ' ', false, replace);
}

}  // namespace

void Ledger::find(const std::vector<Group>& groups, const std::vector<Misfit>& misfits,
                  bool tell_again, Instant wall) {
  outbox_.clear();
  next_ = 0;
  opens_.reset();
  for (const Group& group : groups) {
    if (group.from && *group.from > wall) {
      if (!opens_ || *group.from < *opens_) opens_ = group.from;
      continue;
    }
    const auto told = told_.find(group.partition);
    if (!tell_again && told != told_.end() && told->second == group.summary.version) continue;
    outbox_.push_back(observation_of(asset_, group.partition, path_, group.summary));
  }
  refuse(misfits);
}

void Ledger::refuse(const std::vector<Misfit>& misfits) {
  std::size_t more = 0;
  const std::size_t first = outbox_.size();
  for (const Misfit& misfit : misfits) {
    if (refused_.contains(misfit.path)) continue;
    if (outbox_.size() - first == misfits_max) {
      ++more;
      continue;
    }
    // A name is refused once, also over a restart.
    outbox_.push_back({.kind = input::Event::Kind::observation,
                       .asset = asset_,
                       .source = asset_,
                       .id = "name:" + to_text(content_hash(misfit.path + '\n' + misfit.reason)),
                       .body = shown(misfit.path),
                       .error = misfit.path + ": " + misfit.reason});
  }
  if (more > 0) outbox_.back().error += " (and " + std::to_string(more) + " more like it)";
  misfits_ = misfits.size();
  refusing_.clear();
  if (outbox_.size() == first) return;
  for (const Misfit& misfit : misfits) refusing_.push_back(misfit.path);
}

std::size_t Ledger::batch_end() const { return std::min(next_ + batch_max, outbox_.size()); }

std::vector<input::Event> Ledger::batch() const {
  return {outbox_.begin() + static_cast<std::ptrdiff_t>(next_),
          outbox_.begin() + static_cast<std::ptrdiff_t>(batch_end())};
}

void Ledger::taken() {
  const std::size_t end = batch_end();
  if (next_ == end) return;
  for (; next_ < end; ++next_) {
    input::Event& event = outbox_[next_];
    ++events_;
    if (!event.error.empty()) continue;
    told_[event.partition] = std::move(event.data_version);
  }
  if (has_news()) return;
  refused_.insert(std::make_move_iterator(refusing_.begin()),
                  std::make_move_iterator(refusing_.end()));
  refusing_.clear();
}

}  // namespace freshet::files
