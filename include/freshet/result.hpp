// How a call says that it did not work: Result<T>, an Error with a kind and a sentence.
#pragma once
#include <boost/system/result.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace freshet {

enum class Errc : std::uint8_t {
  invalid,  ///< The input is wrong; the message says where and what would be right.
  not_found,
  conflict,     ///< Right in itself, but not now (a terminal run, a changed graph).
  unsupported,  ///< Understood, but not built.
  busy,         ///< Try again later.
  io,           ///< The outside failed: disk, socket, process.
};

/// A message reads "operation object: reason" and names the input.
struct Error {
  Errc code{Errc::invalid};
  std::string message;
};

[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
  throw std::runtime_error(error.message);
}

template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

}  // namespace freshet

#define FRESHET_CONCAT_(a, b) a##b
#define FRESHET_CONCAT(a, b) FRESHET_CONCAT_(a, b)
#define FRESHET_TRY_(tmp, decl, expr)      \
  auto tmp = (expr);                       \
  if (!tmp) return std::move(tmp).error(); \
  decl = std::move(tmp).value()
/// FRESHET_TRY(const int port, parse_port(text)): declares `port`, or returns the error.
#define FRESHET_TRY(decl, expr) FRESHET_TRY_(FRESHET_CONCAT(freshet_try_, __LINE__), decl, expr)

namespace freshet::detail {
[[noreturn]] void assert_failed(const char* expression, const char* file, int line);
}
/// For our own mistakes; stays on in release.  Prints the place and a backtrace, then aborts.
#define FRESHET_ASSERT(expr) \
  ((expr) ? static_cast<void>(0) : ::freshet::detail::assert_failed(#expr, __FILE__, __LINE__))
