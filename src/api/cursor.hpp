// Where the next page begins, as a text that nobody needs to understand.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "freshet/result.hpp"

namespace freshet::api {

/// `query` is what the list was asked for (path and filters): a cursor is good for that one only.
/// base64url without padding.
[[nodiscard]] std::string encode_cursor(std::string_view query, std::string_view position);

/// The position; invalid for what encode_cursor did not write, and for another query's cursor.
[[nodiscard]] Result<std::string> decode_cursor(std::string_view query, std::string_view cursor);

/// As above, for positions that are numbers.
[[nodiscard]] std::string encode_cursor(std::string_view query, std::uint64_t position);
[[nodiscard]] Result<std::uint64_t> decode_number_cursor(std::string_view query,
                                                         std::string_view cursor);

}  // namespace freshet::api
