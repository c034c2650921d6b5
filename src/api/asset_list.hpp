// A page of assets by key: which of all are meant, and which come next.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "api/call.hpp"
#include "freshet/ids.hpp"
#include "freshet/result.hpp"

namespace freshet::api {

struct AssetList {
  std::vector<Rank> ranks;
  std::string next_cursor;  ///< "" on the last page.
  std::size_t total{};      ///< On all pages.
};

/// As the query's `select`, `status` and `cursor` ask.  Errc::invalid and Errc::not_found are the
/// asker's mistakes.  For the pool: it may look at all assets.
[[nodiscard]] Result<AssetList> list_of_assets(const Call& call, std::size_t limit);

/// Answers with what is wrong with a query.
void fail_list(Call& call, const Error& error);

}  // namespace freshet::api
