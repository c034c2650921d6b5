// Text that comes from outside, as a terminal may show it.
#pragma once
#include <string>
#include <string_view>

namespace freshet::cli {

/// `text` with what a terminal would obey written out: control characters, also those above ASCII
/// (U+0080 to U+009F), as \n, \t or \x1b; bytes that are not UTF-8 likewise.  Pure.
[[nodiscard]] std::string visible(std::string_view text);

}  // namespace freshet::cli
