#include "exec/logs/segment.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/failpoint.hpp"
#include "base/hash.hpp"
#include "base/unique_fd.hpp"
#include "freshet/ids.hpp"
#include "freshet/logs.hpp"
#include "freshet/result.hpp"

namespace freshet {
namespace {

constexpr std::uint64_t record_magic = 0x31474f4c48535246;  // "FRSHLOG1"
constexpr std::uint64_t head_size = sizeof(RecordHead);
constexpr std::size_t block_size = std::size_t{128} << 10;

Error failure(std::string_view operation, const std::string& path, int error = errno) {
  return {error == ENOENT ? Errc::not_found : Errc::io,
          std::string{operation} + ' ' + path + ": " + std::generic_category().message(error)};
}

/// Reads until `size` bytes are there, or the file ends; nullopt and errno where it cannot be read.
std::optional<std::size_t> read_at(int fd, void* to, std::size_t size, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got =
        ::pread(fd, static_cast<char*>(to) + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

bool write_at(int fd, const void* from, std::size_t size, std::uint64_t offset) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t put = ::pwrite(fd, static_cast<const char*>(from) + done, size - done,
                                 static_cast<off_t>(offset + done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    done += static_cast<std::size_t>(put);
  }
  return true;
}

std::optional<std::uint64_t> size_of(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

std::uint64_t check_of(const RecordHead& head) {
  std::array<char, offsetof(RecordHead, check)> bytes{};
  std::memcpy(bytes.data(), &head, bytes.size());
  return content_hash({bytes.data(), bytes.size()}).low;
}

bool is_whole(const RecordHead& head) {
  return head.magic == record_magic && head.check == check_of(head);
}

/// The head at `offset`, if there is one.
std::optional<RecordHead> head_at(int fd, std::uint64_t offset) {
  RecordHead head;
  if (read_at(fd, &head, head_size, offset) != head_size || !is_whole(head)) return std::nullopt;
  return head;
}

/// Whether what a head promises is there.
bool has_content(int segment, const RecordHead& head) {
  ContentHash hash;
  std::vector<char> block(block_size);
  for (std::uint64_t at = head.offset + head_size; at < head.end();) {
    const std::size_t wanted = std::min<std::uint64_t>(block.size(), head.end() - at);
    if (read_at(segment, block.data(), wanted, at) != wanted) return false;
    hash.update({block.data(), wanted});
    at += wanted;
  }
  return hash.digest() == head.content;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

UniqueFd open_or_make(const std::string& path) {
  return UniqueFd{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
}

}  // namespace

std::uint64_t RecordHead::end() const {
  return offset + head_size + sizes[0] + sizes[1] + sizes[2];
}

Result<std::optional<RecordHead>> find_record(const std::string& index_path,
                                              const AttemptId& attempt) {
  const UniqueFd index{::open(index_path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!index && errno == ENOENT) return std::nullopt;
  if (!index) return failure("open", index_path);
  std::vector<RecordHead> heads(block_size / head_size);
  for (std::uint64_t offset = 0;;) {
    const auto got = read_at(index.get(), heads.data(), heads.size() * head_size, offset);
    if (!got) return failure("read", index_path);
    const std::size_t count = *got / head_size;
    for (std::size_t i = 0; i < count; ++i) {
      if (heads[i].attempt_id() == attempt && is_whole(heads[i])) return heads[i];
    }
    if (count < heads.size()) return std::nullopt;
    offset += *got;
  }
}

Result<SegmentWriter> SegmentWriter::open(const std::string& stem) {
  SegmentWriter writer;
  writer.stem_ = stem;
  writer.segment_ = open_or_make(stem + ".segment");
  if (!writer.segment_) return failure("open", stem + ".segment");
  writer.index_ = open_or_make(stem + ".index");
  if (!writer.index_) return failure("open", stem + ".index");
  if (const auto mended = writer.mend(); !mended) return mended.error();
  return writer;
}

Result<void> SegmentWriter::mend() {
  const auto segment_size = size_of(segment_.get());
  const auto index_size = size_of(index_.get());
  if (!segment_size || !index_size) return failure("stat", stem_);
  for (indexed_ = *index_size / head_size; indexed_ > 0; --indexed_) {
    const auto last = head_at(index_.get(), (indexed_ - 1) * head_size);
    if (!last || last->end() > *segment_size) continue;
    end_ = last->end();
    break;
  }
  for (auto next = head_at(segment_.get(), end_);
       next && next->offset == end_ && has_content(segment_.get(), *next);
       next = head_at(segment_.get(), end_)) {
    pending_.push_back(*next);
    end_ = next->end();
  }
  if ((*index_size != indexed_ * head_size &&
       ::ftruncate(index_.get(), static_cast<off_t>(indexed_ * head_size)) != 0) ||
      (*segment_size != end_ && ::ftruncate(segment_.get(), static_cast<off_t>(end_)) != 0)) {
    return failure("cut", stem_);
  }
  return commit();
}

Result<void> SegmentWriter::append(const AttemptId& attempt, const std::array<UniqueFd, 3>& parts) {
  auto copied = copy(attempt, parts);
  // What stays behind all the same is written over by the next record, or cut off when mended.
  if (!copied) static_cast<void>(::ftruncate(segment_.get(), static_cast<off_t>(end_)) == 0);
  return copied;
}

Result<void> SegmentWriter::copy(const AttemptId& attempt, const std::array<UniqueFd, 3>& parts) {
  RecordHead head{.magic = record_magic,
                  .run = attempt.step.run.value,
                  .number = attempt.step.number,
                  .attempt = attempt.attempt,
                  .offset = end_};
  ContentHash hash;
  std::vector<char> block(block_size);
  std::uint64_t at = end_ + head_size;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    while (parts[i]) {
      const auto got = read_at(parts[i].get(), block.data(), block.size(), head.sizes[i]);
      if (!got) return failure("read", "log of " + to_text(attempt.step.run));
      if (*got == 0) break;
      if (!write_at(segment_.get(), block.data(), *got, at)) return failure("write", stem_);
      hash.update({block.data(), *got});
      head.sizes[i] += *got;
      at += *got;
    }
  }
  head.content = hash.digest();
  head.check = check_of(head);
  // The head comes last, so that it never stands before half a record.
  if (!write_at(segment_.get(), &head, head_size, end_)) return failure("write", stem_);
  pending_.push_back(head);
  end_ = head.end();
  return {};
}

Result<void> SegmentWriter::commit() {
  if (pending_.empty()) return {};
  failpoint("before_log_commit");
  if (::fdatasync(segment_.get()) != 0) return failure("sync", stem_ + ".segment");
  if (!write_at(index_.get(), pending_.data(), pending_.size() * head_size, indexed_ * head_size) ||
      ::fdatasync(index_.get()) != 0) {
    return failure("write", stem_ + ".index");
  }
  // The files may be new, and so may be their folder.
  for (const std::string& folder : {folder_of(stem_), folder_of(folder_of(stem_))}) {
    const UniqueFd fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd || ::fsync(fd.get()) != 0) return failure("sync folder", folder);
  }
  indexed_ += pending_.size();
  pending_.clear();
  failpoint("after_log_commit");
  return {};
}

}  // namespace freshet
