// How a coroutine is started: so that an exception which escapes it is not lost.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <utility>

namespace freshet {

/// Starts `task` on `executor`; what it throws comes out of the `run()` that executes it.
template <class Executor>
void spawn(const Executor& executor, boost::asio::awaitable<void> task) {
  boost::asio::co_spawn(executor, std::move(task), [](const std::exception_ptr& escaped) {
    if (escaped) std::rethrow_exception(escaped);
  });
}

}  // namespace freshet
