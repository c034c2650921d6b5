#include "http/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "http/handler.hpp"
#include "http/session.hpp"
#include "http/spawn.hpp"

namespace freshet::http {
namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

constexpr Millis kAcceptPause{100};  ///< After an error such as "too many open files".

void begin_session(const std::shared_ptr<Core>& core, tcp::socket socket) {
  error_code ec;
  const auto peer = socket.remote_endpoint(ec);
  if (ec) {
    log("http").debug("connection gone before it began reason={}", ec.message());
    return;
  }
  std::string remote = peer.address().to_string();
  const auto same_ip = core->per_ip.find(remote);
  const std::size_t of_ip = same_ip == core->per_ip.end() ? 0 : same_ip->second;
  if (core->sessions.size() >= core->options.connections_max ||
      of_ip >= core->options.connections_per_ip_max) {
    ++core->stats.connections_refused;
    log("http").debug("connection refused remote={} of_ip={} all={}", remote, of_ip,
                      core->sessions.size());
    return;
  }
  auto session = std::make_shared<Session>(core, std::move(socket), std::move(remote));
  spawn(core->io.get_executor(), Session::run(std::move(session)));
}

asio::awaitable<void> accept_all(std::shared_ptr<Core> core,
                                 std::shared_ptr<tcp::acceptor> acceptor) {
  asio::steady_timer pause{core->io};
  while (acceptor->is_open()) {
    auto [ec, socket] = co_await acceptor->async_accept(asio::as_tuple(asio::use_awaitable));
    if (!acceptor->is_open()) break;
    if (ec) {
      log("http").warn("accept failed reason={}", ec.message());
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    } else {
      begin_session(core, std::move(socket));
    }
  }
}

error_code open_acceptor(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address{true}, ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  return ec;
}

}  // namespace

struct Server::Impl {
  std::shared_ptr<Core> core;
  std::shared_ptr<asio::steady_timer> stop_timer{};
  std::vector<std::shared_ptr<tcp::acceptor>> acceptors{};
};

Server::Server(asio::io_context& io, asio::thread_pool& pool, const Options& options,
               Handler& handler)
    : impl_{std::make_unique<Impl>()} {
  impl_->core = std::make_shared<Core>(io, pool, options, &handler);
}

Server::~Server() {
  stop_accepting();
  impl_->core->stopping = true;
  impl_->core->stopped = nullptr;
  impl_->core->each(&Session::abort);
  impl_->core->handler = nullptr;
}

Result<std::uint16_t> Server::listen(const std::string& address, std::uint16_t port) {
  const std::string what = "listen " + address + ":" + std::to_string(port) + ": ";
  error_code ec;
  const auto ip = asio::ip::make_address(address, ec);
  if (ec) return Error{Errc::invalid, what + "want an IP address"};
  auto acceptor = std::make_shared<tcp::acceptor>(impl_->core->io);
  ec = open_acceptor(*acceptor, tcp::endpoint{ip, port});
  if (ec) return Error{Errc::io, what + ec.message()};
  const auto bound = acceptor->local_endpoint(ec);
  if (ec) return Error{Errc::io, what + ec.message()};
  impl_->acceptors.push_back(acceptor);
  spawn(impl_->core->io.get_executor(), accept_all(impl_->core, std::move(acceptor)));
  return bound.port();
}

void Server::stop_accepting() {
  error_code ignored;
  for (const auto& acceptor : impl_->acceptors) acceptor->close(ignored);
  impl_->acceptors.clear();
}

void Server::stop(std::function<void()> stopped) {
  stop_accepting();
  Core& core = *impl_->core;
  core.stopping = true;
  const auto timer = impl_->stop_timer = std::make_shared<asio::steady_timer>(core.io);
  core.stopped = [timer, stopped = std::move(stopped)] {
    timer->cancel();
    if (stopped) stopped();
  };
  if (core.sessions.empty()) {
    core.post_stopped();
    return;
  }
  timer->expires_after(core.options.stop_timeout);
  timer->async_wait([weak = std::weak_ptr{impl_->core}](const error_code& ec) {
    const auto self = weak.lock();
    if (ec || !self) return;
    log("http").warn("stop took too long connections_cut={}", self->sessions.size());
    self->each(&Session::abort);
  });
  core.each(&Session::drain);
}

const Stats& Server::stats() const { return impl_->core->stats; }

}  // namespace freshet::http
