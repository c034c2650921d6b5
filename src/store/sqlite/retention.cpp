#include "store/sqlite/retention.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "freshet/facts.hpp"
#include "freshet/result.hpp"
#include "freshet/time.hpp"
#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

namespace freshet::sqlite {
namespace {

constexpr std::int64_t slice = 4'000;  // rows looked at: some milliseconds

std::int64_t micros(Instant at) { return at.time_since_epoch().count(); }

}  // namespace

Result<void> Retention::run_slice(Connection& writer, const OpenOptions& options, Instant now) {
  if (auto begun = writer.run("BEGIN IMMEDIATE"); !begun) return begun;
  if (auto done = delete_decisions(writer, now - options.decisions_kept); !done) return done;
  if (auto done = delete_event_ids(writer, now - options.event_ids_kept); !done) return done;
  if (auto done = delete_answers(writer, now - options.answers_kept); !done) return done;
  return writer.run("COMMIT");  // writes nothing where nothing was deleted
}

Result<void> Retention::delete_decisions(Connection& writer, Instant older_than) {
  if (scanned_ < 0) {
    FRESHET_TRY(scanned_, writer.number("SELECT value FROM meta WHERE name = 'decisions_scanned'"));
  }
  // Answers are given from their rows, which are kept for less time than that.
  static const KindSet kinds = kinds_of<fact::Decided, fact::Answered>();
  FRESHET_TRY(Statement select,
              writer.prepare("SELECT sequence, at, kind FROM facts WHERE sequence > ?1 "
                             "ORDER BY sequence LIMIT ?2"));
  select.bind(1, scanned_);
  select.bind(2, slice);
  std::int64_t scanned = scanned_;
  std::vector<std::int64_t> old;
  while (true) {
    FRESHET_TRY(const bool row, select.step());
    if (!row || select.number(1) >= micros(older_than)) break;
    scanned = select.number(0);
    const auto kind = static_cast<std::size_t>(select.number(2));
    if (kind < kinds.size() && kinds[kind]) old.push_back(scanned);
  }
  select.reset();
  if (scanned == scanned_) return {};

  FRESHET_TRY(Statement remove, writer.prepare("DELETE FROM facts WHERE sequence = ?1"));
  for (const std::int64_t sequence : old) {
    remove.bind(1, sequence);
    if (auto done = remove.run(); !done) return done;
  }
  FRESHET_TRY(Statement note,
              writer.prepare("UPDATE meta SET value = ?1 WHERE name = 'decisions_scanned'"));
  note.bind(1, scanned);
  if (auto done = note.run(); !done) return done;
  scanned_ = scanned;
  return {};
}

Result<void> Retention::delete_event_ids(Connection& writer, Instant older_than) {
  FRESHET_TRY(Statement select,
              writer.prepare("SELECT source, event_id, at FROM event_ids WHERE (source, event_id) "
                             ">= (?1, ?2) ORDER BY source, event_id LIMIT ?3"));
  select.bind_text(1, event_source_);
  select.bind_text(2, event_id_);
  select.bind(3, slice);
  std::string source;
  std::string id;
  std::int64_t seen{};
  std::vector<std::pair<std::string, std::string>> old;
  while (true) {
    FRESHET_TRY(const bool row, select.step());
    if (!row) break;
    ++seen;
    source.assign(select.bytes(0));
    id.assign(select.bytes(1));
    if (select.number(2) < micros(older_than)) old.emplace_back(source, id);
  }
  FRESHET_TRY(Statement remove,
              writer.prepare("DELETE FROM event_ids WHERE source = ?1 AND event_id = ?2"));
  for (const auto& [old_source, old_id] : old) {
    remove.bind_text(1, old_source);
    remove.bind_text(2, old_id);
    if (auto done = remove.run(); !done) return done;
  }
  const bool at_end = seen < slice;
  event_source_ = at_end ? std::string{} : std::move(source);
  event_id_ = at_end ? std::string{} : std::move(id);
  return {};
}

Result<void> Retention::delete_answers(Connection& writer, Instant older_than) {
  FRESHET_TRY(Statement select, writer.prepare("SELECT key, at FROM answers WHERE key >= ?1 "
                                               "ORDER BY key LIMIT ?2"));
  select.bind_text(1, answer_key_);
  select.bind(2, slice);
  std::string key;
  std::int64_t seen{};
  std::vector<std::string> old;
  while (true) {
    FRESHET_TRY(const bool row, select.step());
    if (!row) break;
    ++seen;
    key.assign(select.bytes(0));
    if (select.number(1) < micros(older_than)) old.push_back(key);
  }
  FRESHET_TRY(Statement remove, writer.prepare("DELETE FROM answers WHERE key = ?1"));
  for (const std::string& old_key : old) {
    remove.bind_text(1, old_key);
    if (auto done = remove.run(); !done) return done;
  }
  answer_key_ = seen < slice ? std::string{} : std::move(key);
  return {};
}

}  // namespace freshet::sqlite
