// When what the engine did not take is offered again.
#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "freshet/engine.hpp"
#include "freshet/time.hpp"
#include "source/sources.hpp"

namespace freshet {

/// Of all sources of one kind.  On the io thread.
class Offers {
 public:
  /// `again` is called `after` a batch was not taken, once for all that were not; it may offer.
  /// What it refers to must live as long as this.
  Offers(boost::asio::io_context& io, Sources::Emit emit, Millis after,
         std::function<void()> again);
  ~Offers();
  Offers(const Offers&) = delete;
  Offers& operator=(const Offers&) = delete;

  /// Whether it was taken.
  bool offer(std::vector<input::Event> events,
             std::vector<std::pair<std::string, std::string>> cursors = {});
  /// Nothing is called any more.
  void stop();

 private:
  struct Wait;
  const Sources::Emit emit_;
  const Millis after_;
  const std::shared_ptr<Wait> wait_;  ///< Weakly held by its timer.
};

}  // namespace freshet
