// What all requests share.
#pragma once
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/api.hpp"
#include "api/call.hpp"
#include "api/follow.hpp"
#include "api/gate.hpp"
#include "api/layouts.hpp"
#include "api/line_index.hpp"
#include "api/lineage_memory.hpp"
#include "api/run_log.hpp"
#include "api/stream.hpp"
#include "api/text_cache.hpp"
#include "api/view.hpp"
#include "api/waits.hpp"

namespace freshet::api {

/// What was sent to a webhook.
struct HookCounts {
  std::uint64_t messages{};  ///< Parts of what was sent.
  std::uint64_t ignored{};   ///< Of those: did not match.
};

/// io thread, except for what is marked.
struct Context : std::enable_shared_from_this<Context> {
  Context(Service& service_in, const Clock& clock_in, ApiOptions options_in)
      : service{service_in},
        clock{clock_in},
        options{std::move(options_in)},
        gate{clock_in, options} {}

  Service& service;
  const Clock& clock;
  ApiOptions options;
  Gate gate;
  Streams streams{};
  Follows follows{};
  Waits waits{};
  LineIndexes line_indexes{};                               ///< Any thread.
  LogExtents log_extents{};                                 ///< Any thread.
  std::deque<std::pair<std::string, std::string>> plans{};  ///< Id and JSON, the oldest first.
  std::function<http::Stats()> http_stats{};
  std::pair<std::string, std::string> incidents{};  ///< The latest answer, with its ETag.
  Layouts layouts{};                                ///< Any thread.
  TextCache texts{};                                ///< Any thread.
  LineageMemory lineage{};                          ///< Any thread.
  std::map<std::string, HookCounts> hooks{};        ///< Since the start, by asset key.

  /// The state now.
  [[nodiscard]] View view();

 private:
  std::shared_ptr<const Catalog> catalog_{};
};

// Here because they need what Context has.

/// What work in the pool came to, or threw.
template <class T>
struct Outcome {
  std::optional<T> value;
  std::exception_ptr thrown;

  template <class Work>
  void run(const Work& work) {
    try {
      value.emplace(work());
    } catch (...) {
      thrown = std::current_exception();
    }
  }
  T take() && {
    if (thrown) std::rethrow_exception(thrown);
    return std::move(value).value();
  }
};

template <class T>
void offload(const CallPtr& call, std::function<T()> work, std::function<void(T)> then) {
  auto outcome = std::make_shared<Outcome<T>>();
  call->context->service.offload([work = std::move(work), outcome] { outcome->run(work); },
                                 [then = std::move(then), outcome, call] {
                                   guard(call, [&] { then(std::move(*outcome).take()); });
                                 });
}

template <class T>
void read(const CallPtr& call, std::function<T(Reader&)> work, std::function<void(T)> then) {
  auto outcome = std::make_shared<Outcome<T>>();
  call->context->service.read([work = std::move(work), outcome](
                                  Reader& reader) { outcome->run([&] { return work(reader); }); },
                              [then = std::move(then), outcome, call] {
                                guard(call, [&] { then(std::move(*outcome).take()); });
                              });
}

}  // namespace freshet::api
