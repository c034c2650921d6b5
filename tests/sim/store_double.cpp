#include "world.hpp"

namespace freshet::sim {

namespace {

template <class F>
void each_table(F&& each) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (each(std::integral_constant<std::size_t, I>{}), ...);
  }(std::make_index_sequence<std::tuple_size_v<decltype(Rows::tables)>>{});
}

}  // namespace

void StoreDouble::commit(const Batch& batch) {
  facts_.insert(facts_.end(), batch.facts.begin(), batch.facts.end());
  each_table([&](auto table) {
    for (const auto& row : std::get<table>(batch.rows.tables)) {
      std::get<table>(tables_)[key_of(row)] = row;
    }
  });
  sequence_ = batch.rows.sequence, at_ = batch.rows.at, last_run_ = batch.rows.last_run;
}

Rows StoreDouble::load() const {
  Rows rows;
  std::set<RunId> open;
  for (const auto& [key, run] : std::get<std::map<std::string, RunRow>>(tables_)) {
    if (!is_terminal(run.status)) open.insert(run.run);
  }
  std::set<BackfillId> open_backfills;
  for (const auto& [key, backfill] : std::get<std::map<std::string, BackfillRow>>(tables_)) {
    if (!is_terminal(backfill.status)) open_backfills.insert(backfill.backfill);
  }
  each_table([&](auto table) {
    for (const auto& [key, row] : std::get<table>(tables_)) {
      using Row = std::decay_t<decltype(row)>;
      if constexpr (std::is_same_v<Row, RunRow>) {
        if (!open.contains(row.run)) continue;
      }
      if constexpr (std::is_same_v<Row, StepRow>) {
        if (!open.contains(row.step.run)) continue;
      }
      if constexpr (std::is_same_v<Row, BackfillRow> || std::is_same_v<Row, BackfillTargetRow>) {
        if (!open_backfills.contains(row.backfill)) continue;
      }
      std::get<table>(rows.tables).push_back(row);
    }
  });
  rows.sequence = sequence_, rows.at = at_, rows.last_run = last_run_;
  return rows;
}

}  // namespace freshet::sim
