// How figures look for Prometheus: its text format, 0.0.4.
#pragma once
#include <span>
#include <string>

#include "freshet/service.hpp"

namespace freshet::api {

/// Each name once with HELP and TYPE, its samples together, names in the order in which they first
/// appear.  All are prefixed with "freshet_".
[[nodiscard]] std::string metrics_text(std::span<const Metric> metrics);

}  // namespace freshet::api
