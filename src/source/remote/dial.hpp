// A TCP connection that can be broken off while it is being made.
#pragma once
#include <cstdint>
#include <string>

#include "base/unique_fd.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "source/remote/halt.hpp"

namespace freshet::remote {

/// Tries one address of the host after the other, each for `timeout` at most.  Blocks; any thread.
[[nodiscard]] Result<UniqueFd> dial(const std::string& host, std::uint32_t port, Millis timeout,
                                    const Halt& halt);

}  // namespace freshet::remote
