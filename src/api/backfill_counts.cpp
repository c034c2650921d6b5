#include "api/backfill_counts.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "api/json_text.hpp"
#include "freshet/rows.hpp"

namespace freshet::api {

void BackfillCounts::add(const BackfillTargetRow& target) {
  wanted += target.wanted.size(), pending += target.pending.size();
  succeeded += target.succeeded.size(), failed += target.failed.size();
}

Json BackfillCounts::json(bool ended) const {
  const std::uint64_t open = wanted - pending - succeeded - failed;
  return {{"wanted", wanted},
          {"pending", pending},
          {"in_progress", ended ? 0 : open},
          {"succeeded", succeeded},
          {"failed", failed}};
}

}  // namespace freshet::api
