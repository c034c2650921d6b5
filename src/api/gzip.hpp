// Large JSON answers are compressed for who takes that, and bodies may come compressed.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "freshet/result.hpp"
#include "http/message.hpp"

namespace freshet::api {

/// A smaller body is sent as it is; in bytes.
inline constexpr std::size_t gzip_min = std::size_t{16} << 10;

/// Whether an Accept-Encoding header (RFC 9110, 12.5.3) allows gzip.
[[nodiscard]] bool accepts_gzip(std::string_view header);

/// Whether a response would be compressed if its asker takes gzip.
[[nodiscard]] bool is_worth_gzip(const http::Response& response);

/// In gzip's format (RFC 1952), fast rather than small.  Any thread; for large texts, the pool.
[[nodiscard]] std::string gzip(std::string_view text);
/// Errc::invalid: damaged, or more than `size_max` bytes.  Any thread.
[[nodiscard]] Result<std::string> gunzip(std::string_view bytes, std::size_t size_max);

}  // namespace freshet::api
