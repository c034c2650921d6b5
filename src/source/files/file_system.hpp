// Whether one hears of what others change in a folder.
#pragma once
#include <cstdint>
#include <string>

namespace freshet::files {

/// By the number that statfs(2) has for a file system: one that other machines, or processes behind
/// the kernel's back, write to unheard: NFS, SMB, FUSE and their like.
[[nodiscard]] bool is_remote_type(std::uint32_t type);
/// Whether `path` is on such a file system; false where it is not there.  Any thread; blocks where
/// a mount hangs.
[[nodiscard]] bool is_remote(const std::string& path);

}  // namespace freshet::files
