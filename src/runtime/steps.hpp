// How steps become processes, and how what becomes of them gets back to the engine.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "exec/process/process_executor.hpp"
#include "freshet/engine.hpp"

namespace freshet::runtime {

/// On the io thread.
class Steps final : public ProcessListener {
 public:
  struct Options {
    std::string state_directory;
    std::string step_binary;
    std::map<std::string, std::string> environment;  ///< The daemon's own.
    std::string previous_boot_id;  ///< Of the daemon that ran here before; "" if none did.
  };
  /// `report` takes what happened, whatever the load; everything is borrowed.
  Steps(boost::asio::io_context& io, boost::asio::thread_pool& pool, Options options,
        std::function<void(Input)> report);

  void start(const effect::StartStep& effect);
  void stop(const effect::StopStep& effect);
  /// Finds out what became of the steps that had not ended when the last daemon did.
  void reattach(std::span<const StepRow> steps);
  /// Leaves all processes running.
  void detach() { executor_.detach_all(); }

  [[nodiscard]] std::size_t running() const { return executor_.running(); }

  void on_started(StepId step, int attempt, pid_t supervisor) override;
  void on_message(StepId step, int attempt, PipesMessage message,
                  std::uint64_t offset_after) override;
  void on_ended(StepId step, int attempt, Outcome outcome) override;

 private:
  Options options_;
  std::function<void(Input)> report_;
  ProcessExecutor executor_;
};

}  // namespace freshet::runtime
