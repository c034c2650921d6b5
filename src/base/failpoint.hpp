// Where the process dies on purpose, so that a test can see what a crash at that very place leaves
// behind.
#pragma once
#include <string_view>

namespace freshet {

/// Kills the process (SIGKILL) the n-th time that it comes by, if FRESHET_FAILPOINT is "name:n";
/// else costs a comparison.  Any thread.
void failpoint(std::string_view name);

}  // namespace freshet
