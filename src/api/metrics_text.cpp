#include "api/metrics_text.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/service.hpp"

namespace freshet::api {
namespace {

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  if (std::abs(value) < 9e15 && value == std::floor(value)) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  char buffer[32];
  const int size = std::snprintf(buffer, sizeof buffer, "%.17g", value);
  return {buffer, static_cast<std::size_t>(size)};
}

std::string help_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string metrics_text(std::span<const Metric> metrics) {
  std::map<std::string_view, std::vector<const Metric*>> by_name;
  std::vector<std::string_view> order;
  for (const Metric& metric : metrics) {
    auto& samples = by_name[metric.name];
    if (samples.empty()) order.push_back(metric.name);
    samples.push_back(&metric);
  }
  std::string out;
  for (const std::string_view name : order) {
    const auto& samples = by_name[name];
    const std::string full = "freshet_" + std::string{name};
    out += "# HELP " + full + ' ' + help_text(samples.front()->help) + "\n# TYPE " + full + ' ' +
           samples.front()->type + '\n';
    for (const Metric* sample : samples) {
      out += full;
      if (!sample->labels.empty()) out.append(1, '{').append(sample->labels).append(1, '}');
      out.append(1, ' ').append(number(sample->value)).append(1, '\n');
    }
  }
  return out;
}

}  // namespace freshet::api
