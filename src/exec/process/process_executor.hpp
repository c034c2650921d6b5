// Which steps run as processes of this machine: starts, stops, re-attaches to and waits for them.
#pragma once
#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "exec/pipes/message.hpp"
#include "exec/process/launch.hpp"
#include "exec/process/outcome.hpp"
#include "freshet/ids.hpp"

namespace freshet {

/// An attempt that had not ended when the last daemon did.
struct Attachment {
  StepId step;
  int attempt{1};
  std::string directory;
  std::uint64_t messages_offset{};  ///< Of the last message that was recorded; 0 for none.
  std::string boot_id_at_start;     ///< current_boot_id() when the start was decided; "" for now's.
};

/// Hears what becomes of steps, on the io thread, never from within a call to the executor.  It may
/// call the executor, but not destroy it.
class ProcessListener {
 public:
  ProcessListener() = default;
  ProcessListener(const ProcessListener&) = delete;
  ProcessListener& operator=(const ProcessListener&) = delete;
  virtual ~ProcessListener() = default;
  /// The supervisor was started.  Not called after attach().
  virtual void on_started(StepId step, int attempt, pid_t supervisor) = 0;
  /// In the order of the file; `offset_after` is what Attachment wants back.
  virtual void on_message(StepId step, int attempt, PipesMessage message,
                          std::uint64_t offset_after) = 0;
  /// After all messages; the last call for this attempt.
  virtual void on_ended(StepId step, int attempt, Outcome outcome) = 0;
};

/// To be used on the io thread.  What may block runs on the pool, which must be joined before `io`
/// is destroyed; `step_binary` is the path of freshet-step; the listener outlives the executor.
class ProcessExecutor {
 public:
  ProcessExecutor(boost::asio::io_context& io, boost::asio::thread_pool& pool,
                  std::string step_binary, ProcessListener& listener);
  ProcessExecutor(const ProcessExecutor&) = delete;
  ProcessExecutor& operator=(const ProcessExecutor&) = delete;
  /// As detach_all().
  ~ProcessExecutor();

  /// Starts an attempt that is not known here yet.  Should its folder be claimed already, that one
  /// is watched instead and on_started is not called: an attempt never runs twice.
  void start(Launch launch);
  /// Finds out what became of an attempt: on_ended now, or when it ends.  `not_started` and `lost`
  /// are final; the former may be started again in the same folder.
  void attach(Attachment attachment);
  /// Asks for the end: TERM to the group, KILL after its grace.  Again, or for an unknown one:
  /// nothing.
  void stop(StepId step, int attempt);
  /// Forgets all attempts; they go on running.
  void detach_all();
  /// Attempts that were started or attached and have not ended.
  [[nodiscard]] std::size_t running() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace freshet
