#include "source/files/file_system.hpp"

#include <sys/statfs.h>

#include <algorithm>
#include <array>

namespace freshet::files {

bool is_remote_type(std::uint32_t type) {
  // NFS, SMB, CIFS, SMB2, FUSE, 9p, Ceph, Lustre, GPFS, AFS.
  constexpr std::array<std::uint32_t, 10> remote{0x6969,     0x517B,     0xFF534D42, 0xFE534D42,
                                                 0x65735546, 0x01021997, 0x00C36400, 0x0BD00BD0,
                                                 0x47504653, 0x5346414F};
  return std::ranges::find(remote, type) != remote.end();
}

bool is_remote(const std::string& path) {
  struct statfs status{};
  return ::statfs(path.c_str(), &status) == 0 &&
         is_remote_type(static_cast<std::uint32_t>(status.f_type));
}

}  // namespace freshet::files
