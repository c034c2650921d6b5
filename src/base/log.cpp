#include "base/log.hpp"

#include <spdlog/common.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {
namespace {

std::string_view word_of(spdlog::level::level_enum level) {
  if (level <= spdlog::level::debug) return "debug";
  if (level == spdlog::level::info) return "info";
  return level == spdlog::level::warn ? "warning" : "error";
}

/// Remembers what was logged last.
class RecentSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  [[nodiscard]] std::vector<LoggedLine> lines() {
    const std::scoped_lock lock{mutex_};
    return {lines_.begin(), lines_.end()};
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (lines_.size() == logged_lines_max) lines_.pop_front();
    const std::size_t size = std::min(message.payload.size(), logged_text_max);
    lines_.push_back({.at = std::chrono::time_point_cast<Micros>(message.time),
                      .level = word_of(message.level),
                      .logger = {message.logger_name.data(), message.logger_name.size()},
                      .text = {message.payload.data(), size}});
  }
  void flush_() override {}

  std::deque<LoggedLine> lines_;
};

struct Loggers {
  std::mutex mutex;
  std::shared_ptr<spdlog::sinks::stderr_sink_mt> sink =
      std::make_shared<spdlog::sinks::stderr_sink_mt>();
  std::shared_ptr<RecentSink> recent = std::make_shared<RecentSink>();
  spdlog::level::level_enum level{spdlog::level::info};
  std::map<std::string, std::unique_ptr<spdlog::logger>, std::less<>> by_module;

  Loggers() {
    sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%fZ %l %n: %v", spdlog::pattern_time_type::utc));
  }
};

Loggers& loggers() {
  static Loggers all;
  return all;
}

struct Level {
  std::string_view name;
  spdlog::level::level_enum value;
};
constexpr std::array<Level, 6> levels{{{"trace", spdlog::level::trace},
                                       {"debug", spdlog::level::debug},
                                       {"info", spdlog::level::info},
                                       {"warn", spdlog::level::warn},
                                       {"error", spdlog::level::err},
                                       {"off", spdlog::level::off}}};

}  // namespace

spdlog::logger& log(std::string_view module) {
  Loggers& all = loggers();
  const std::scoped_lock lock{all.mutex};
  if (const auto found = all.by_module.find(module); found != all.by_module.end()) {
    return *found->second;
  }
  auto logger = std::make_unique<spdlog::logger>(std::string{module},
                                                 spdlog::sinks_init_list{all.sink, all.recent});
  logger->set_level(all.level);
  logger->flush_on(spdlog::level::warn);
  return *all.by_module.emplace(std::string{module}, std::move(logger)).first->second;
}

Result<void> set_log_level(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Level& level : levels) {
    names.push_back(level.name);
    if (level.name != name) continue;
    Loggers& all = loggers();
    const std::scoped_lock lock{all.mutex};
    all.level = level.value;
    for (const auto& [module, logger] : all.by_module) logger->set_level(level.value);
    return {};
  }
  std::string message =
      "set log level \"" + std::string{name} + "\": want trace, debug, info, warn, error or off";
  if (const auto near = nearest(name, names)) message += "; nearest is \"" + *near + '"';
  return Error{Errc::invalid, std::move(message)};
}

std::vector<LoggedLine> logged_lines() { return loggers().recent->lines(); }

}  // namespace freshet
