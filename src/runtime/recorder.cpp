#include "runtime/recorder.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "project/files.hpp"
#include "store/store.hpp"

namespace freshet::runtime {
namespace {

constexpr std::size_t facts_together = 20'000;
constexpr const char* store_files[] = {"freshet.db", "freshet.db-wal", "freshet.db-shm", "lock"};

}  // namespace

Recorder::Recorder(std::string state_directory, std::unique_ptr<Store> store)
    : state_{std::move(state_directory)}, store_{std::move(store)} {}
Recorder::~Recorder() = default;
Recorder::Recorder(Recorder&&) noexcept = default;
Recorder& Recorder::operator=(Recorder&&) noexcept = default;

Result<Recorder> Recorder::open(const std::string& state_directory) {
  std::string state = project::real_files().absolute(state_directory);
  if (project::real_files().exists(state + "/" + store_files[0])) {
    return Error{Errc::conflict, "state " + state +
                                     ": there is history in it already, which is never added to; "
                                     "name another folder, or remove this one"};
  }
  OpenOptions options;
  options.holder = "freshet simulate";
  FRESHET_TRY(auto store, open_sqlite(state, options));
  return Recorder{std::move(state), std::move(store)};
}

Result<void> Recorder::add(Batch batch) {
  facts_ += batch.facts.size();
  if (batch.rows.at != Instant{}) at_ = batch.rows.at;
  batches_.push_back(std::move(batch));
  return facts_ < facts_together ? Result<void>{} : commit();
}

Result<void> Recorder::commit() {
  facts_ = 0;
  const auto batches = std::exchange(batches_, {});
  if (auto done = store_->commit(batches); !done) return done;
  return store_->maintain(at_);
}

Result<void> Recorder::finish() { return commit(); }

void Recorder::discard() {
  store_.reset();
  std::error_code ignored;
  for (const char* file : store_files) std::filesystem::remove(state_ + "/" + file, ignored);
}

}  // namespace freshet::runtime
