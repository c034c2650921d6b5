#include "source/database/outlet.hpp"

#include "freshet/result.hpp"

namespace freshet::database {

bool Outlet::is_free() const {
  const std::scoped_lock lock{mutex_};
  return !batch_.has_value();
}

void Outlet::tell(Batch batch) {
  {
    const std::scoped_lock lock{mutex_};
    FRESHET_ASSERT(!batch_);
    batch_ = std::move(batch);
  }
  on_told_();
}

std::optional<std::string> Outlet::take_stored() {
  const std::scoped_lock lock{mutex_};
  return std::exchange(stored_, std::nullopt);
}

void Outlet::say(const std::function<void(Report&)>& change) {
  const std::scoped_lock lock{mutex_};
  change(report_);
}

std::optional<Batch> Outlet::offered() const {
  const std::scoped_lock lock{mutex_};
  return batch_;
}

void Outlet::taken() {
  {
    const std::scoped_lock lock{mutex_};
    batch_.reset();
  }
  waker.wake();
}

void Outlet::stored(std::string cursor) {
  {
    const std::scoped_lock lock{mutex_};
    stored_ = std::move(cursor);
  }
  waker.wake();
}

Report Outlet::report() const {
  const std::scoped_lock lock{mutex_};
  return report_;
}

}  // namespace freshet::database
