// What the tests of the store share: a directory of their own, a store that must open, facts to
// write.
#pragma once
#include <gtest/gtest.h>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/ids.hpp"
#include "freshet/rows.hpp"
#include "freshet/time.hpp"
#include "store/store.hpp"

namespace freshet::testing_support {

/// Is there for a test's life.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_{testing::TempDir() + "freshet_store_XXXXXX"} {
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] std::string state() const { return path_ + "/state"; }
  [[nodiscard]] std::string database() const { return state() + "/freshet.db"; }

 private:
  std::string path_;
};

/// Opens it or fails the test.
inline std::unique_ptr<Store> open_store(const TemporaryDirectory& directory,
                                         const OpenOptions& options = {}) {
  auto store = open_sqlite(directory.state(), options);
  EXPECT_TRUE(store) << store.error().message;
  return store ? std::move(store).value() : nullptr;
}

inline Instant at_seconds(std::int64_t seconds) { return Instant{Seconds{seconds}}; }

/// One update of an asset, as a fact and as the row it leads to.
inline Batch update_batch(std::uint64_t sequence, std::uint32_t asset, Instant at = at_seconds(1)) {
  const MemberId member{AssetId{asset}, PartitionId{}};
  Batch batch;
  batch.facts.push_back(
      {.sequence = Sequence{sequence}, .at = at, .fact = fact::Updated{.member = member}});
  batch.rows.of<MemberRow>().push_back(
      {.asset = member.asset, .updated = Sequence{sequence}, .updated_at = at});
  batch.rows.sequence = Sequence{sequence};
  batch.rows.at = at;
  return batch;
}

inline Result<void> commit_one(Store& store, const Batch& batch) {
  return store.commit({&batch, 1});
}

}  // namespace freshet::testing_support
