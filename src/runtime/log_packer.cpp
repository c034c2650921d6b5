#include "runtime/log_packer.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "exec/logs/log_archive.hpp"
#include "freshet/facts.hpp"
#include "freshet/history.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"
#include "freshet/rows.hpp"

namespace freshet::runtime {

namespace {

constexpr std::size_t together_max = 64;  ///< So that a shutdown need not wait for long.

template <class T>
void warn(const Result<T>& done) {
  if (!done) log("runtime").warn("logs not looked after: {}", done.error().message);
}

/// Those of them that have ended; a run that history does not know has not.
std::vector<AttemptId> ended_of(const std::vector<AttemptId>& attempts, Reader& reader) {
  std::vector<AttemptId> ended;
  StoredRun run;
  for (const AttemptId& id : attempts) {  // run by run
    if (run.run.run != id.step.run) {
      auto found = reader.run(id.step.run);
      run = found ? *std::move(found) : StoredRun{};
    }
    if (id.step.number >= run.steps.size()) continue;
    const StepRow& row = run.steps[id.step.number];
    const bool waits = row.status == StepStatus::queued;
    if (is_terminal(row.status) || id.attempt < row.attempt || (waits && id.attempt == row.attempt))
      ended.push_back(id);
  }
  return ended;
}

}  // namespace

void LogPacker::start() {
  is_busy_ = true;
  const auto ended = std::make_shared<std::vector<AttemptId>>();
  service_.read(
      [this, ended](Reader& reader) {
        const auto left = archive_.recover();
        warn(left);
        if (left) *ended = ended_of(*left, reader);
      },
      [this, ended] {
        is_busy_ = false;
        waiting_.insert(ended->begin(), ended->end());
        tick();
      });
}

void LogPacker::add(const AttemptId& attempt) {
  if (attempt.attempt != 0) waiting_.insert(attempt);  // else it never started
}

void LogPacker::tick() {
  const SteadyTime now = clock_.steady();
  if (is_busy_) return;
  if (now >= retry_at_) waiting_.merge(failed_);
  const bool deletes = !deleted_at_ || now - *deleted_at_ >= delete_every;
  if (waiting_.empty() && !deletes) return;
  is_busy_ = true;
  if (deletes) deleted_at_ = now;
  std::vector<AttemptId> taken;
  while (!waiting_.empty() && taken.size() < together_max) {
    taken.push_back(waiting_.extract(waiting_.begin()).value());
  }
  const auto packed = std::make_shared<LogArchive::Packed>();
  service_.offload(
      [this, deletes, taken = std::move(taken), packed] {
        if (deletes) warn(archive_.delete_old(clock_.now()));
        *packed = archive_.pack(taken, clock_.now());
      },
      [this, packed] {
        is_busy_ = false;
        if (!packed->left.empty()) retry_at_ = clock_.steady() + retry_every;
        failed_.insert(packed->left.begin(), packed->left.end());
        if (failed_.empty() && waiting_.empty()) has_warned_ = false;
        if (packed->error && !std::exchange(has_warned_, true)) {
          log("runtime").warn("logs not packed, tried again every s={}: {}", retry_every.count(),
                              packed->error->message);
        }
        if (waiting_.size() >= together_max) tick();
      });
}

}  // namespace freshet::runtime
