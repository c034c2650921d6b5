// A state folder that is written without a daemon: what a simulation came to, so that `freshet
// serve` can go on from there.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "freshet/result.hpp"
#include "freshet/rows.hpp"
#include "freshet/time.hpp"

namespace freshet {
class Store;
}

namespace freshet::runtime {

/// One thread; blocks.
class Recorder {
 public:
  /// Errc::conflict: there is a store in the folder already, which is left as it is.
  [[nodiscard]] static Result<Recorder> open(const std::string& state_directory);

  ~Recorder();
  Recorder(Recorder&&) noexcept;
  Recorder& operator=(Recorder&&) noexcept;

  /// Commits it together with others, or later.
  [[nodiscard]] Result<void> add(Batch batch);
  /// Commits the rest.
  [[nodiscard]] Result<void> finish();
  /// Removes the store again, and what else was written here.
  void discard();

 private:
  Recorder(std::string state_directory, std::unique_ptr<Store> store);
  [[nodiscard]] Result<void> commit();

  std::string state_;
  std::unique_ptr<Store> store_;
  std::vector<Batch> batches_;
  std::size_t facts_{};  ///< In batches_.
  Instant at_{};
};

}  // namespace freshet::runtime
