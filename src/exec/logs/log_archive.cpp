#include "exec/logs/log_archive.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/failpoint.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/unique_fd.hpp"
#include "exec/logs/segment.hpp"
#include "exec/process/attempt_folder.hpp"
#include "exec/process/claim.hpp"
#include "freshet/ids.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

/// What a folder is called from the moment that its logs are safe: all of it may go.
constexpr std::string_view packed_suffix = ".packed";
constexpr std::string_view segment_suffix = ".segment";

static_assert(sizeof(LogTime) == sizeof(claim::IndexEntry) &&
              offsetof(LogTime, out_bytes) == offsetof(claim::IndexEntry, stdout_bytes) &&
              offsetof(LogTime, err_bytes) == offsetof(claim::IndexEntry, stderr_bytes));

const char* file_of(LogStream stream) {
  switch (stream) {
    case LogStream::out:
      return claim::kStdoutFile;
    case LogStream::err:
      return claim::kStderrFile;
    case LogStream::times:
      return claim::kIndexFile;
  }
  return "";
}

/// Which part of a record it is.
std::size_t part_of(LogStream stream) { return static_cast<std::size_t>(stream); }

std::string day_of(Instant at) { return format_instant(at).substr(0, 10); }

/// When a run was made, out of its number.
Instant made_at(RunId run) { return Instant{Millis{run.value >> 20}}; }

bool has_file(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

/// "12.3" → step 12, attempt 3.
std::optional<AttemptId> parse_attempt(RunId run, std::string_view name) {
  AttemptId id{.step = {.run = run}};
  const char* end = name.data() + name.size();
  const auto number = std::from_chars(name.data(), end, id.step.number);
  if (number.ec != std::errc{} || number.ptr == end || *number.ptr != '.') return std::nullopt;
  const auto attempt = std::from_chars(number.ptr + 1, end, id.attempt);
  if (attempt.ec != std::errc{} || attempt.ptr != end) return std::nullopt;
  return id;
}

/// The names in a folder, in order; none where there is no such folder.
Result<std::vector<std::string>> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it{folder, error}, end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error && error != std::errc::no_such_file_or_directory &&
      error != std::errc::not_a_directory) {
    return Error{Errc::io, "read folder " + folder + ": " + error.message()};
  }
  std::ranges::sort(names);
  return names;
}

/// A log that is not there, or that somebody put something else in the place of, is none.
Result<UniqueFd> open_part(const std::string& path) {
  UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  struct stat status{};
  if (fd && ::fstat(fd.get(), &status) == 0) {
    return S_ISREG(status.st_mode) && status.st_size > 0 ? std::move(fd) : UniqueFd{};
  }
  if (errno == ENOENT || errno == ELOOP || errno == ENXIO) return UniqueFd{};
  return Error{Errc::io, "open " + path + ": " + std::generic_category().message(errno)};
}

bool is_supervised(const std::string& folder) {
  const UniqueFd fd{
      ::open((folder + '/' + claim::kClaimFile).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  return fd && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

/// Away with it in one step, and then in as many as it takes.
void remove_folder(const std::string& folder) {
  const std::string away = folder + std::string{packed_suffix};
  std::error_code error;
  fs::rename(folder, away, error);
  failpoint("after_log_rename");
  if (!error) fs::remove_all(away, error);
  if (error) log("exec").warn("remove folder directory={} error={}", folder, error.message());
  ::rmdir(folder.substr(0, folder.rfind('/')).c_str());  // of the run, if that was its last one
}

}  // namespace

Result<std::vector<std::string>> LogArchive::days() const {
  FRESHET_TRY(std::vector<std::string> days, names_in(state_ + "/logs"));
  std::erase_if(days, [](std::string& name) {
    if (!name.ends_with(segment_suffix)) return true;
    name.resize(name.size() - segment_suffix.size());
    return name.size() != 10 || !parse_instant(name);
  });
  return days;
}

Result<LogPart> LogArchive::find(const AttemptId& attempt, LogStream stream) const {
  if (attempt.attempt == 0) return LogPart{};
  const std::string folder = attempt_folder(state_, attempt) + '/';
  const std::string file = folder + file_of(stream);
  if (has_file(file)) return LogPart{.path = file};
  // Both logs are there from the beginning, the times only once something was written.
  if (stream == LogStream::times && has_file(folder + claim::kStdoutFile)) return LogPart{};
  // From the day on which its run was made; the clock may have been set back since.
  FRESHET_TRY(std::vector<std::string> all, days());
  std::ranges::rotate(all, std::ranges::lower_bound(all, day_of(made_at(attempt.step.run))));
  for (const std::string& day : all) {
    FRESHET_TRY(const auto head, find_record(stem(day) + ".index", attempt));
    if (!head) continue;
    LogPart part{.path = stem(day).append(segment_suffix),
                 .offset = head->offset + sizeof(RecordHead)};
    for (std::size_t i = 0; i < part_of(stream); ++i) part.offset += head->sizes.at(i);
    part.size = head->sizes.at(part_of(stream));
    return part;
  }
  return has_file(file) ? LogPart{.path = file} : LogPart{};
}

LogArchive::Packed LogArchive::pack(std::span<const AttemptId> attempts, Instant now) {
  Packed out;
  const auto leave = [&](const AttemptId& attempt, Error error) {
    out.left.push_back(attempt);
    out.error = std::move(error);
  };
  std::optional<SegmentWriter> writer;
  std::vector<AttemptId> done;
  const auto append = [&](const AttemptId& attempt, const std::string& folder) -> Result<void> {
    std::array<UniqueFd, 3> parts;
    FRESHET_TRY(parts[0], open_part(folder + '/' + claim::kStdoutFile));
    FRESHET_TRY(parts[1], open_part(folder + '/' + claim::kStderrFile));
    FRESHET_TRY(parts[2], open_part(folder + '/' + claim::kIndexFile));
    if (!parts[0] && !parts[1]) return {};
    if (!writer) {
      if (auto made = make_directories(state_ + "/logs", 0700); !made) return made;
      FRESHET_TRY(writer, SegmentWriter::open(stem(day_of(now))));
    }
    return writer->append(attempt, parts);
  };
  for (const AttemptId& attempt : attempts) {
    const std::string folder = attempt_folder(state_, attempt);
    if (!has_file(folder)) continue;
    if (is_supervised(folder)) {
      out.left.push_back(attempt);
    } else if (auto appended = append(attempt, folder); !appended) {
      leave(attempt, std::move(appended).error());
    } else {
      done.push_back(attempt);
    }
  }
  if (writer) {
    if (auto committed = writer->commit(); !committed) {
      for (const AttemptId& attempt : std::exchange(done, {})) leave(attempt, committed.error());
    }
  }
  for (const AttemptId& attempt : done) remove_folder(attempt_folder(state_, attempt));
  return out;
}

Result<std::vector<AttemptId>> LogArchive::recover() {
  FRESHET_TRY(const auto all, days());
  for (const std::string& day : all) {
    if (const auto writer = SegmentWriter::open(stem(day)); !writer)
      log("exec").warn("logs not mended: {}", writer.error().message);
  }
  const std::string runs = state_ + "/runs";
  std::vector<AttemptId> found;
  FRESHET_TRY(const auto run_names, names_in(runs));
  for (const std::string& run_name : run_names) {
    const auto run = parse_run_id(run_name);
    if (!run) continue;
    const std::string folder = runs + '/' + run_name;
    FRESHET_TRY(const auto names, names_in(folder));
    for (const std::string& name : names) {
      const auto attempt = parse_attempt(*run, name);
      if (attempt) found.push_back(*attempt);
      std::error_code ignored;
      if (name.ends_with(packed_suffix)) fs::remove_all(folder + '/' + name, ignored);
    }
    ::rmdir(folder.c_str());
  }
  return found;
}

Result<void> LogArchive::delete_old(Instant now) {
  FRESHET_TRY(const auto all, days());
  for (const std::string& day : all) {
    const Instant end = *parse_instant(day) + std::chrono::days{1};
    if (end + options_.logs_kept > now) continue;
    // The index first: what it does not name, nobody looks for.
    ::unlink((stem(day) + ".index").c_str());
    ::unlink(stem(day).append(segment_suffix).c_str());
    log("exec").info("logs deleted day={} kept_days={}", day, options_.logs_kept.count());
  }
  return {};
}

}  // namespace freshet
