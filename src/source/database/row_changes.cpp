#include "source/database/row_changes.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

namespace freshet::database {
namespace {

constexpr std::size_t errors_max = 20;  ///< Of one transaction, kept one by one.

template <class... F>
struct Overload : F... {
  using F::operator()...;
};

std::string name_of(const pgoutput::Relation& relation) {
  return relation.schema + '.' + relation.name;
}

std::string full_identity(const pgoutput::Relation& relation) {
  return "ALTER TABLE " + name_of(relation) + " REPLICA IDENTITY FULL";
}

bool is_equal(const pgoutput::Value& a, const pgoutput::Value& b) {
  return b.kind == 'u' || (a.kind == b.kind && a.text == b.text);
}

}  // namespace

RowChanges::RowChanges(const DatabaseSource& source, PartitionKeys keys)
    : columns_{source.columns.begin(), source.columns.end()},
      partition_{source.partition},
      keys_{std::move(keys)} {
  // Of a publication of our own all counts, also tables that inherit from those that are named.
  if (!source.publication.empty()) tables_ = {source.tables.begin(), source.tables.end()};
}

const pgoutput::Relation* RowChanges::find(std::uint32_t id) const {
  const auto found = relations_.find(id);
  if (found == relations_.end()) return nullptr;
  const bool is_followed = tables_.empty() || tables_.contains(name_of(found->second));
  return is_followed ? &found->second : nullptr;
}

std::optional<CommittedChanges> RowChanges::take(const pgoutput::Message& message) {
  std::optional<CommittedChanges> out;
  std::visit(
      Overload{[&](const pgoutput::Begin&) { open_.emplace(); },
               [&](const pgoutput::Commit& commit) {
                 if (!open_) return;
                 out = std::exchange(open_, std::nullopt);
                 out->commit = commit.commit;
                 out->end = commit.end;
               },
               [&](const pgoutput::Relation& relation) { relations_[relation.id] = relation; },
               [&](const pgoutput::Change& change) { take_change(change); },
               [&](const pgoutput::Truncate& truncate) { take_truncate(truncate); },
               [](const pgoutput::Other&) {}},
      message);
  return out;
}

bool RowChanges::counts(const pgoutput::Relation& relation, const pgoutput::Change& change) {
  if (columns_.empty() || change.kind != 'U') return true;
  if (change.old_kind != 'O') {
    notes_.insert("each update of " + name_of(relation) +
                  " counts, whatever its columns: what was there before is not sent without " +
                  full_identity(relation));
    return true;
  }
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    if (!columns_.contains(relation.columns[i].name)) continue;
    if (i >= change.old_row.size() || i >= change.new_row.size() ||
        !is_equal(change.old_row[i], change.new_row[i]))
      return true;
  }
  return false;
}

void RowChanges::take_change(const pgoutput::Change& change) {
  const pgoutput::Relation* const relation = find(change.relation);
  if (relation == nullptr || !open_ || !counts(*relation, change)) return;
  if (partition_.empty()) {
    ++open_->partitions[""].rows;
    return;
  }
  std::map<std::string, std::optional<Instant>> touched;
  if (change.kind != 'I') {
    // An update without its old row has left its key as it was; what else it was is not known.
    const pgoutput::Row& before = change.old_kind == 0 ? change.new_row : change.old_row;
    touch(*relation, before, change.old_kind != 'O', change.kind == 'U' ? "an update" : "a delete",
          touched);
  }
  if (change.kind != 'D') touch(*relation, change.new_row, false, "a row", touched);
  for (const auto& [key, from] : touched) {
    auto& partition = open_->partitions[key];
    partition.from = from;
    ++partition.rows;
  }
}

void RowChanges::touch(const pgoutput::Relation& relation, const pgoutput::Row& row,
                       bool is_key_only, const char* doing,
                       std::map<std::string, std::optional<Instant>>& touched) {
  const std::string of = doing + std::string{" of "} + name_of(relation);
  for (std::size_t i = 0; i < relation.columns.size() && i < row.size(); ++i) {
    const pgoutput::Relation::Column& column = relation.columns[i];
    if (column.name != partition_) continue;
    if (is_key_only && !column.is_key)
      return refuse(of + " does not say which partition it was in: " + full_identity(relation));
    if (row[i].kind == 'u') return;  // as it was, which has been counted
    if (row[i].kind != 't') return refuse(of + " has NULL as \"" + partition_ + '"');
    const auto key = keys_.of(row[i].text);
    if (!key) {
      Misfit misfit{.value = row[i].text,
                    .reason = name_of(relation) + ": partition " + key.error().message};
      auto& misfits = open_->misfits;
      if (misfits.size() < errors_max && std::ranges::find(misfits, misfit) == misfits.end())
        misfits.push_back(std::move(misfit));
      return;
    }
    touched[key->text] = key->from;
    return;
  }
  refuse(name_of(relation) + " has no column \"" + partition_ + '"');
}

void RowChanges::take_truncate(const pgoutput::Truncate& truncate) {
  for (const std::uint32_t id : truncate.relations) {
    const pgoutput::Relation* const relation = find(id);
    if (relation == nullptr || !open_) continue;
    if (partition_.empty()) {
      ++open_->partitions[""].rows;
    } else {
      open_->emptied += (open_->emptied.empty() ? "" : ", ") + name_of(*relation);
    }
  }
}

void RowChanges::refuse(std::string why) {
  if (open_->errors.size() < errors_max) open_->errors.push_back(std::move(why));
}

}  // namespace freshet::database
