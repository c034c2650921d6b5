#include "source/offers.hpp"

#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace freshet {

struct Offers::Wait {
  boost::asio::steady_timer timer;
  std::function<void()> again;
  bool is_waiting{false};
  bool is_stopped{false};
};

Offers::Offers(boost::asio::io_context& io, Sources::Emit emit, Millis after,
               std::function<void()> again)
    : emit_{std::move(emit)},
      after_{after},
      wait_{std::make_shared<Wait>(boost::asio::steady_timer{io}, std::move(again))} {}

Offers::~Offers() { stop(); }

bool Offers::offer(std::vector<input::Event> events,
                   std::vector<std::pair<std::string, std::string>> cursors) {
  if (emit_(std::move(events), std::move(cursors))) return true;
  if (wait_->is_stopped || std::exchange(wait_->is_waiting, true)) return false;
  wait_->timer.expires_after(after_);
  wait_->timer.async_wait([weak = std::weak_ptr{wait_}](boost::system::error_code error) {
    const auto wait = weak.lock();
    if (!wait || error || wait->is_stopped) return;
    wait->is_waiting = false;
    wait->again();
  });
  return false;
}

void Offers::stop() {
  wait_->is_stopped = true;
  wait_->timer.cancel();
}

}  // namespace freshet
