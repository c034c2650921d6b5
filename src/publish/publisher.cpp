#include "publish/publisher.hpp"

#include <algorithm>
#include <charconv>

#include "model/cursor_names.hpp"
#include "publish/feed.hpp"

namespace freshet::publish {

Publisher::Publisher(const Clock& clock, Origin origin, std::map<std::string, std::string> cursors,
                     std::function<Result<std::unique_ptr<Reader>>()> history,
                     std::function<void(Input)> report)
    : clock_{clock},
      origin_{std::move(origin)},
      cursors_{std::move(cursors)},
      history_{std::move(history)},
      report_{std::move(report)} {}

Publisher::~Publisher() { stop(); }

void Publisher::tell(const std::shared_ptr<const Snapshot>& snapshot) {
  std::erase_if(leaving_, [&](const auto& worker) {
    if (!worker->has_ended()) return false;
    remember(*worker);
    return true;
  });
  if (graph_ != snapshot->graph) {
    graph_ = snapshot->graph;
    std::map<Name, std::unique_ptr<Worker>> wanted;
    for (const auto& project : graph_->projects()) {
      for (const Publication& publication : project->publications) {
        const Name name{project->project, publication.name};
        const auto known = workers_.find(name);
        if (known != workers_.end() && known->second->publication() == publication) {
          wanted[name] = std::move(known->second);
        } else {
          if (known != workers_.end()) remember(*known->second);
          wanted[name] = std::make_unique<Worker>(clock_, name.first, publication, origin_,
                                                  history_, report_, told(name));
        }
      }
    }
    for (auto& [name, worker] : workers_) {
      if (worker == nullptr) continue;
      remember(*worker);
      worker->begin_stop();
      leaving_.push_back(std::move(worker));
    }
    workers_ = std::move(wanted);
  }
  for (const auto& [name, worker] : workers_) worker->tell(snapshot);
}

void Publisher::remember(const Worker& worker) {
  const PublicationStatus status = worker.status();
  Sequence& told = told_[{status.project, status.name}];
  told = std::max(told, status.upto);
}

Sequence Publisher::told(const Name& name) const {
  if (const auto last = told_.find(name); last != told_.end()) return last->second;
  const auto found = cursors_.find(publication_cursor(name.first, name.second));
  Sequence out;
  if (found != cursors_.end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), out.value);
  return out;
}

void Publisher::stop() {
  for (const auto& [name, worker] : workers_) worker->begin_stop();
  workers_.clear();
  leaving_.clear();
}

std::vector<PublicationStatus> Publisher::status() const {
  std::vector<PublicationStatus> out;
  for (const auto& [name, worker] : workers_) out.push_back(worker->status());
  return out;
}

}  // namespace freshet::publish
