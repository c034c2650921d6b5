// Whole files: read at once, replaced at once and for good; folders made.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "freshet/result.hpp"

namespace freshet {

/// Reads a regular file of at most `size_max` bytes.  not_found where there is none; invalid where
/// it is larger, a folder, a pipe or a device; else io.  Blocks.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t size_max);

/// Puts `content` in the place of the file, so that it is there whole or not at all, also after a
/// power cut: a temporary file beside it, fsync, rename, fsync of the folder.  Its mode is exactly
/// `mode`, whatever the umask.  On an error the old file stands, unless the message says that only
/// its folder could not be synced.  Blocks.
[[nodiscard]] Result<void> write_file(const std::string& path, std::string_view content,
                                      mode_t mode);

/// Makes the folder and those above it where they lack, with `mode` less the umask.
[[nodiscard]] Result<void> make_directories(const std::string& path, mode_t mode);

}  // namespace freshet
