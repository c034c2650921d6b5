#include "exec/process/leftovers.hpp"

#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <vector>

#include "base/unique_fd.hpp"
#include "exec/process/attempt_folder.hpp"
#include "exec/process/pidfd.hpp"
#include "exec/process/proc_stat.hpp"

namespace freshet {
namespace {

constexpr int kRounds = 200;
constexpr int kRoundMs = 10;

std::vector<ProcStat> find_leftovers(const ClaimRecord& record) {
  std::vector<ProcStat> processes = list_processes();
  const auto taken_over = [&](const ProcessMark& mark) {
    return std::ranges::any_of(processes, [&](const ProcStat& process) {
      return process.pid == mark.pid && process.start_ticks != mark.start_ticks;
    });
  };
  // A number is not given out again while a group or session of that number has a member: once a
  // stranger has it, nothing of ours is left.
  if (taken_over(record.child) || taken_over(record.supervisor)) return {};
  std::erase_if(processes, [&](const ProcStat& process) {
    const bool is_ours = process.group == record.child.pid &&
                         process.session == record.supervisor.pid &&
                         process.start_ticks >= record.supervisor.start_ticks;
    return !is_ours || process.state == 'Z' || process.state == 'X';
  });
  return processes;
}

void kill_exactly(const ProcStat& process) {
  const UniqueFd pidfd = open_pidfd(process.pid);
  if (!pidfd) return;
  const auto now = read_proc_stat(process.pid);
  if (!now || now->start_ticks != process.start_ticks) return;
  signal_pidfd(pidfd.get(), SIGKILL);
}

}  // namespace

void end_leftovers(const ClaimRecord& record) {
  if (record.child.pid <= 0 || record.supervisor.pid <= 0) return;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<ProcStat> left = find_leftovers(record);
    if (left.empty()) return;
    for (const ProcStat& process : left) kill_exactly(process);
    ::poll(nullptr, 0, kRoundMs);
  }
}

}  // namespace freshet
