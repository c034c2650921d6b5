#include "source/files/settle.hpp"

#include <algorithm>
#include <optional>

#include "base/clock.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet::files {

Micros Settle::wait_max() const {
  return std::max(std::min<Micros>(10 * quiet_, Seconds{30}), 2 * quiet_);
}

void Settle::change(SteadyTime now) {
  if (!first_) first_ = now;
  last_ = now;
  changed_in_look_ = look_.has_value();
}

void Settle::ask(SteadyTime at) {
  if (!asked_ || at < *asked_) asked_ = at;
}

void Settle::hurry(SteadyTime now) {
  if (!hurried_) hurried_ = now;
}

std::optional<SteadyTime> Settle::due() const {
  if (look_) return std::nullopt;
  if (hurried_) return hurried_;
  // While changes go on, who asks is answered by the look that they will lead to.
  if (first_) return std::min(last_ + quiet_, *first_ + wait_max());
  return asked_;
}

Settle::Look Settle::begin(SteadyTime now) {
  FRESHET_ASSERT(!look_);
  look_ = Look{.is_quiet = !first_ || now >= last_ + quiet_,
               .is_forced = first_ && now >= *first_ + wait_max(),
               .is_hurried = hurried_.has_value()};
  if (asked_ && *asked_ <= now) asked_.reset();
  hurried_.reset();
  changed_in_look_ = false;
  return *look_;
}

bool Settle::end(SteadyTime now, bool is_at_rest) {
  FRESHET_ASSERT(look_);
  const Look look = look_.value_or(Look{});
  look_.reset();
  // A quiet look took the files' rest for granted; a change meanwhile may have been to one of them.
  const bool is_believed = look.is_hurried    ? is_at_rest || look.is_forced
                           : changed_in_look_ ? look.is_forced && !look.is_quiet
                                              : is_at_rest || look.is_forced;
  if (!is_at_rest && !changed_in_look_) last_ = now;
  if (is_believed) {
    first_.reset();
    if (changed_in_look_) first_ = last_;
    if (!is_at_rest) first_ = now;
  } else if (!first_) {
    first_ = now;
  }
  return is_believed;
}

}  // namespace freshet::files
