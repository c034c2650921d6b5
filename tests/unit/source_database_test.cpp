// What databases say, and what it comes to: without a database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "source/database/commit_intake.hpp"
#include "source/database/continuity.hpp"
#include "source/database/partition_keys.hpp"
#include "source/database/pgoutput.hpp"
#include "source/database/reading.hpp"
#include "source/database/replication_setup.hpp"
#include "source/database/row_changes.hpp"

namespace freshet::database {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

AssetDefinition asset(DatabaseSource source = {}) {
  AssetDefinition out;
  out.key = "crm/customers";
  out.external = true;
  out.source.kind = SourceKind::database;
  out.source.database = std::move(source);
  return out;
}

AssetDefinition daily(DatabaseSource source = {}) {
  AssetDefinition out = asset(std::move(source));
  out.partitions.emplace();
  out.partitions->dimensions.push_back(
      {.name = "",
       .of = WindowsDefinition{.cadence = Cadence::daily, .timezone = "Europe/Vienna"}});
  return out;
}

PartitionKeys keys_of(const AssetDefinition& of) { return PartitionKeys::make(of).value(); }

// --- Bytes.

std::string number(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(value >> static_cast<unsigned>(shift) & 0xFFU);
  return out;
}
std::string text(std::string_view value) { return std::string{value} + '\0'; }
std::string row(const std::vector<std::string>& values) {
  std::string out = number(values.size(), 2);
  for (const std::string& value : values) {
    if (value == "NULL") {
      out += 'n';
    } else if (value == "UNCHANGED") {
      out += 'u';
    } else {
      out += 't' + number(value.size(), 4) + value;
    }
  }
  return out;
}
std::string begin(std::uint64_t lsn) { return 'B' + number(lsn, 8) + number(0, 8) + number(7, 4); }
std::string commit(std::uint64_t lsn) {
  return 'C' + number(0, 1) + number(lsn, 8) + number(lsn + 0x30, 8) + number(0, 8);
}
/// id (the key), name, day.
std::string relation(char identity, std::uint32_t id = 1, const char* name = "customers") {
  std::string out = 'R' + number(id, 4) + text("public") + text(name) + identity + number(3, 2);
  for (const char* column : {"id", "name", "day"}) {
    const bool is_key = identity == 'f' || std::string_view{column} == "id";
    out += number(is_key ? 1 : 0, 1) + text(column) + number(23, 4) + number(0, 4);
  }
  return out;
}
std::string insert(const std::vector<std::string>& values, std::uint32_t id = 1) {
  return 'I' + number(id, 4) + 'N' + row(values);
}
std::string update(const std::vector<std::string>& values) {
  return 'U' + number(1, 4) + 'N' + row(values);
}
std::string update(const std::vector<std::string>& old, const std::vector<std::string>& values,
                   char kind = 'O') {
  return 'U' + number(1, 4) + kind + row(old) + 'N' + row(values);
}
std::string remove(const std::vector<std::string>& old, char kind = 'O') {
  return 'D' + number(1, 4) + kind + row(old);
}

/// What these messages, as one transaction, come to.
CommittedChanges changes(RowChanges& of, const std::vector<std::string>& messages) {
  std::vector<std::string> all{begin(0x100)};
  all.insert(all.end(), messages.begin(), messages.end());
  all.push_back(commit(0x100));
  std::optional<CommittedChanges> out;
  for (const std::string& bytes : all) {
    const auto message = pgoutput::parse(bytes);
    EXPECT_TRUE(message) << message.error().message;
    if (message) out = of.take(*message);
  }
  EXPECT_TRUE(out.has_value());
  return out.value_or(CommittedChanges{});
}

std::vector<std::pair<std::string, std::uint64_t>> rows_of(const CommittedChanges& of) {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  for (const auto& [key, partition] : of.partitions) out.emplace_back(key, partition.rows);
  return out;
}

TEST(Lsns, AreWrittenAsTheDatabaseDoes) {
  EXPECT_EQ(to_text(Lsn{0x16B374D848}), "16/B374D848");
  EXPECT_EQ(to_text(Lsn{0xF}), "0/F");
  EXPECT_EQ(parse_lsn("16/B374D848"), Lsn{0x16B374D848});
  for (const char* bad : {"", "16", "16/", "/1", "1/G", "1/2/3"})
    EXPECT_FALSE(parse_lsn(bad)) << bad;
}

TEST(Messages, ThatAreCutOffAnywhereAreRefused) {
  for (const std::string& whole :
       {begin(1), commit(1), relation('d'), insert({"1", "a", "NULL"}),
        update({"1", "a", "b"}, {"1", "b", "UNCHANGED"}), remove({"1", "a", "b"})}) {
    EXPECT_TRUE(pgoutput::parse(whole));
    // What a tuple or a row lacks at its end, but for the values, is not always to be seen.
    for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
      const auto cut = pgoutput::parse(whole.substr(0, size));
      if (cut)
        EXPECT_TRUE(whole[0] == 'U' || whole[0] == 'B' || whole[0] == 'C') << whole[0] << size;
    }
  }
  EXPECT_FALSE(pgoutput::parse("?"));
}

TEST(Frames, AreDataOrKeepalives) {
  const std::string bytes = 'w' + number(1, 8) + number(2, 8) + number(3, 8) + "rest";
  const auto data = pgoutput::parse_frame(bytes);  // borrows from them
  ASSERT_TRUE(data);
  EXPECT_EQ(std::get<pgoutput::Data>(*data).message, "rest");
  const auto alive = pgoutput::parse_frame('k' + number(0x20, 8) + number(0, 8) + '\1');
  ASSERT_TRUE(alive);
  EXPECT_EQ(std::get<pgoutput::Keepalive>(*alive).end, Lsn{0x20});
  EXPECT_TRUE(std::get<pgoutput::Keepalive>(*alive).wants_answer);
  EXPECT_FALSE(pgoutput::parse_frame("w1234"));
  EXPECT_FALSE(pgoutput::parse_frame(""));
  const std::string status =
      pgoutput::status_update(Lsn{0x30}, Lsn{0x20}, Instant{std::chrono::seconds{946'684'801}});
  EXPECT_EQ(status, 'r' + number(0x30, 8) + number(0x20, 8) + number(0x20, 8) +
                        number(1'000'000, 8) + '\0');
}

// --- Rows.

TEST(Changes, AreCountedPerTransaction) {
  RowChanges of{{.tables = {"public.customers"}}, keys_of(asset())};
  const auto found =
      changes(of, {relation('d'), insert({"1", "a", "NULL"}), update({"1", "b", "NULL"}),
                   remove({"1", "NULL", "NULL"}, 'K'), 'T' + number(1, 4) + '\0' + number(1, 4)});
  EXPECT_THAT(rows_of(found), ElementsAre(std::pair{"", 4U}));
  EXPECT_EQ(found.commit, Lsn{0x100});
  EXPECT_EQ(found.end, Lsn{0x130});
}

TEST(Changes, OfOtherTablesOfThePublicationDoNotCount) {
  RowChanges of{{.tables = {"public.customers"}, .publication = "everything"}, keys_of(asset())};
  EXPECT_THAT(rows_of(changes(of, {relation('d', 2, "orders"), insert({"1", "a", "NULL"}, 2)})),
              IsEmpty());
  RowChanges all{{.publication = "everything"}, keys_of(asset())};
  EXPECT_THAT(rows_of(changes(all, {relation('d', 2, "orders"), insert({"1", "a", "NULL"}, 2)})),
              ElementsAre(std::pair{"", 1U}));
}

TEST(Changes, OfOtherColumnsDoNotCount) {
  RowChanges of{{.tables = {"public.customers"}, .columns = {"name"}}, keys_of(asset())};
  EXPECT_THAT(rows_of(changes(of, {relation('f'), update({"1", "a", "x"}, {"1", "a", "y"}),
                                   update({"1", "a", "x"}, {"1", "UNCHANGED", "y"})})),
              IsEmpty());
  EXPECT_THAT(rows_of(changes(of, {update({"1", "a", "x"}, {"1", "NULL", "x"})})),
              ElementsAre(std::pair{"", 1U}));
  EXPECT_THAT(of.notes(), IsEmpty());
  EXPECT_THAT(rows_of(changes(of, {relation('d'), update({"1", "a", "y"})})),
              ElementsAre(std::pair{"", 1U}));
  EXPECT_THAT(of.notes(), ElementsAre(HasSubstr("REPLICA IDENTITY FULL")));
}

TEST(Changes, SayWhichPartitionsTheyConcern) {
  RowChanges of{{.tables = {"public.customers"}, .partition = "day"}, keys_of(daily())};
  const auto found =
      changes(of, {relation('f'), insert({"1", "a", "2026-01-05"}),
                   update({"1", "a", "2026-01-05"}, {"1", "a", "2026-01-06"}),
                   update({"1", "a", "2026-01-06"}, {"1", "b", "2026-01-06"}),
                   remove({"2", "a", "2026-01-04 23:30:00+00"}), insert({"3", "a", "NULL"}),
                   insert({"3", "a", "soon"}), insert({"4", "a", "soon"}),
                   insert({"4", "a", "1969-12-30"}), 'T' + number(1, 4) + '\0' + number(1, 4)});
  EXPECT_THAT(rows_of(found),
              ElementsAre(std::pair{"2026-01-05", 3U}, std::pair{"2026-01-06", 2U}));
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("has NULL as \"day\"")));
  ASSERT_EQ(found.misfits.size(), 2U) << "each value once";
  EXPECT_THAT(found.misfits[0].reason, HasSubstr("\"soon\""));
  EXPECT_THAT(found.misfits[1].reason, HasSubstr("\"1969-12-30\" lies before the start"));
  EXPECT_EQ(found.emptied, "public.customers");
  EXPECT_THAT(changes(of, {relation('d'), update({"1", "a", "2026-01-05"}),
                           remove({"1", "NULL", "NULL"}, 'K')})
                  .errors,
              ElementsAre(HasSubstr("an update of public.customers does not say which partition"),
                          HasSubstr("a delete of public.customers does not say")));
}

// --- When it is told.

constexpr Millis kSettle{100};
SteadyTime at(int ms) { return SteadyTime{Millis{ms}}; }
CommittedChanges one(std::uint64_t lsn, const std::string& partition = "",
                     std::optional<Instant> from = {}) {
  CommittedChanges out{.commit = Lsn{lsn}, .end = Lsn{lsn + 1}, .partitions = {}, .errors = {}};
  out.partitions[partition] = {.from = from, .rows = 1};
  return out;
}
CommitIntake intake(Micros settle = kSettle, Position position = {}) {
  return {"crm/customers", {.tables = {"public.customers"}, .settle = settle}, std::move(position)};
}
std::vector<std::string> versions(const Batch& batch) {
  std::vector<std::string> out;
  for (const auto& event : batch.events) out.push_back(event.partition + '@' + event.data_version);
  return out;
}

TEST(Intake, TellsOfATruncateInItsPlace) {
  CommitIntake of = intake();
  of.take(one(10, "a"), at(0));
  CommittedChanges truncate{.commit = Lsn{20}, .end = Lsn{21}, .partitions = {}, .errors = {}};
  truncate.emptied = "public.customers";
  truncate.partitions["b"] = {.from = {}, .rows = 1};  // of the same transaction
  of.take(truncate, at(1));
  of.take(one(30, "a"), at(2));
  of.take(one(40, "b"), at(3));
  const Batch batch = of.make_batch({});
  EXPECT_THAT(versions(batch), ElementsAre("a@0/A", "@0/14", "b@0/28", "a@0/1E"));
  EXPECT_TRUE(batch.events[1].every);
  EXPECT_THAT(batch.events[1].metadata, HasSubstr("truncate of public.customers"));
  EXPECT_FALSE(batch.events[0].every);
}

TEST(Intake, WaitsUntilItIsQuietButNotForEver) {
  CommitIntake of = intake();
  EXPECT_FALSE(of.due(at(0), {}));
  of.take(one(10), at(0));
  EXPECT_EQ(of.due(at(0), {}), at(100));
  for (int ms = 50; ms <= 950; ms += 50) of.take(one(static_cast<std::uint64_t>(10 + ms)), at(ms));
  EXPECT_EQ(of.due(at(960), {}), at(1'000));
  const Batch batch = of.make_batch({});
  EXPECT_THAT(versions(batch), ElementsAre("@0/3C0"));
  EXPECT_THAT(batch.events[0].metadata, HasSubstr("\"commits\":20"));
  of.told({});
  EXPECT_TRUE(of.is_empty());
  EXPECT_EQ(Position::parse(*batch.cursor)->lsn, Lsn{961});
}

TEST(Intake, TellsEachCommitWithoutASettleTime) {
  CommitIntake of = intake(Micros{0});
  of.take(one(10), at(5));
  of.take(one(20), at(6));
  EXPECT_EQ(of.due(at(7), {}), at(5));
  EXPECT_THAT(versions(of.make_batch({})), ElementsAre("@0/A", "@0/14"));
}

TEST(Intake, IgnoresWhatItHasHadAndWhatDoesNotCount) {
  CommitIntake of = intake(kSettle, {.lsn = Lsn{100}});
  of.take(one(50), at(0));
  of.take(one(99), at(0));
  EXPECT_EQ(of.commits(), 0U);
  of.take({.commit = Lsn{100}, .end = Lsn{101}, .partitions = {}, .errors = {}}, at(0));
  EXPECT_EQ(of.ignored(), 1U);
  EXPECT_TRUE(of.is_empty());
  of.take(one(101), at(0));
  EXPECT_EQ(of.commits(), 2U);
  EXPECT_FALSE(of.is_empty());
}

TEST(Intake, KeepsWindowsThatDoNotExistYetInItsPosition) {
  CommitIntake of = intake(Micros{0});
  const Instant noon{Seconds{1'000}};
  of.take(one(10, "2026-01-05", noon), at(0));
  const Batch before = of.make_batch({});
  EXPECT_THAT(before.events, IsEmpty());
  CommitIntake again = intake(Micros{0}, *Position::parse(*before.cursor));
  EXPECT_EQ(again.due(at(0), Instant{Seconds{999}}), at(1'000));
  EXPECT_THAT(versions(again.make_batch(noon)), ElementsAre("2026-01-05@0/A"));
  again.told(noon);
  EXPECT_FALSE(again.due(at(0), noon));
}

TEST(Intake, StoresAPositionEvenIfNothingIsThere) {
  CommitIntake of = intake();
  of.take_all({.system = "7", .slot = "s", .follows = "t", .lsn = Lsn{5}, .open = {}}, {}, Lsn{7},
              "first look", at(0));
  EXPECT_FALSE(of.is_empty());
  const Batch batch = of.make_batch({});
  EXPECT_THAT(batch.events, IsEmpty());
  EXPECT_EQ(Position::parse(*batch.cursor)->slot, "s");
}

TEST(Intake, KeepsRowsThatCannotBeReadWithTheirReason) {
  CommitIntake of = intake();
  CommittedChanges bad = one(10);
  bad.errors = {"a row of public.customers has NULL as \"day\""};
  of.take(std::move(bad), at(0));
  const Batch batch = of.make_batch({});
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_EQ(batch.events[1].error, "0/A: a row of public.customers has NULL as \"day\"");
}

TEST(Intake, RefusesAValueThatIsNoPartitionOnceInHoweverManyCommits) {
  CommitIntake of{"crm/customers", {.partition = "day", .settle = kSettle}, {}};
  for (const std::uint64_t lsn : {10U, 20U}) {
    of.take({.commit = Lsn{lsn},
             .end = Lsn{lsn + 1},
             .partitions = {},
             .misfits = {{.value = "1969-12-30", .reason = "before the start"}}},
            at(0));
  }
  const Batch batch = of.make_batch({});
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_EQ(batch.events[0].error, "before the start");
  EXPECT_FALSE(batch.events[0].id.empty());
  EXPECT_EQ(batch.events[1].id, batch.events[0].id) << "so the engine knows it";
  EXPECT_EQ(of.ignored(), 0U);
}

TEST(Intake, KeepsTheNextThousandWindowsThatDoNotExistYetAndRefusesTheOthers) {
  CommitIntake of{"crm/customers", {.partition = "due", .settle = Micros{0}}, {}};
  const auto take = [&](int first, int last) {
    for (int day = first; day <= last; ++day)
      of.take(one(static_cast<std::uint64_t>(10 * (of.commits() + 1)), std::to_string(day),
                  Instant{std::chrono::hours{24 * day}}),
              at(0));
  };
  take(1'001, 2'000);
  EXPECT_THAT(of.make_batch({}).events, IsEmpty());
  of.told({});
  take(1'000, 1'000);
  const Batch batch = of.make_batch({});
  ASSERT_EQ(batch.events.size(), 1U);
  EXPECT_THAT(batch.events[0].error, HasSubstr("2000: changes of more than 1000 windows"));
  EXPECT_THAT(batch.events[0].error, HasSubstr("\"due\""));
  of.told({});
  EXPECT_EQ(of.position().open.size(), 1'000U);
  EXPECT_EQ(Position::parse(*batch.cursor), of.position());
}

TEST(Intake, SaysThatItsPositionIsLostUntilAllCountsAsChanged) {
  CommitIntake of = intake(Seconds{10}, {.slot = "s", .lsn = Lsn{5}});
  of.lose("slot s was dropped", at(3));
  EXPECT_LE(*of.due(at(3), {}), at(3)) << "it settles no more";
  const Batch batch = of.make_batch({});
  EXPECT_THAT(batch.events, IsEmpty());
  of.told({});
  const Position lost = *Position::parse(*batch.cursor);
  EXPECT_EQ(lost.lost, "slot s was dropped");
  EXPECT_EQ(lost, of.position());
  of.take_all({.slot = "s", .lsn = Lsn{7}}, {}, Lsn{9}, lost.lost, at(4));
  EXPECT_EQ(of.position().lost, "");
}

// --- Whether it goes on.

struct JudgeCase {
  const char* name;
  void (*change)(Position&, Found&);
  const char* reason;
  bool needs_slot;
};
class Judge : public testing::TestWithParam<JudgeCase> {};
TEST_P(Judge, SaysWhyAllCountsAsChangedAndWhetherTheSlotWillDo) {
  Position position{.system = "7",
                    .slot = "s",
                    .follows = "t|",
                    .publication = "1",
                    .tables = "2",
                    .lost = {},
                    .lsn = Lsn{100},
                    .open = {}};
  Found found{.system = {.id = "7", .end = Lsn{200}},
              .slot_name = "s",
              .slot = {.is_there = true, .confirmed = Lsn{90}},
              .publication = "1",
              .tables = "2",
              .follows = "t|"};
  GetParam().change(position, found);
  const Verdict verdict = judge(position, found);
  EXPECT_EQ(verdict.reason, GetParam().reason);
  EXPECT_EQ(verdict.needs_slot, GetParam().needs_slot);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Judge,
    testing::Values(
        JudgeCase{"same", [](Position&, Found&) {}, "", false},
        JudgeCase{"first", [](Position& p, Found&) { p = {}; }, "first look", false},
        JudgeCase{"first_without_slot", [](Position& p, Found& f) { p = {}, f.slot = {}; },
                  "first look", true},
        JudgeCase{"first_with_an_older_slot",
                  [](Position& p, Found& f) { p = {}, f.is_younger = true; }, "first look", true},
        JudgeCase{"dropped", [](Position&, Found& f) { f.slot = {}; }, "slot s was dropped", true},
        JudgeCase{"made_anew_by_a_try_that_failed",
                  [](Position& p, Found&) { p.lost = "slot s was dropped"; }, "slot s was dropped",
                  false},
        JudgeCase{"behind",
                  [](Position&, Found& f) { f.slot.is_lost = true, f.slot.why_lost = "it is old"; },
                  "slot s was lost: it is old", true},
        JudgeCase{"log_ends_before_slot",
                  [](Position& p, Found& f) { p.lsn = Lsn{10}, f.slot.confirmed = Lsn{201}; },
                  "slot s was lost: the database's log ends before it", true},
        JudgeCase{"log_ends_before", [](Position& p, Found&) { p.lsn = Lsn{201}; },
                  "the database is another one than it was", false},
        JudgeCase{"another_cluster", [](Position& p, Found&) { p.system = "8"; },
                  "the database is another one than it was", false},
        JudgeCase{"another_slot", [](Position& p, Found&) { p.slot = "r"; }, "another slot is read",
                  false},
        JudgeCase{"other_tables", [](Position& p, Found&) { p.follows = "u|"; },
                  "other tables are followed", false},
        JudgeCase{"another_publication",
                  [](Position& p, Found&) { p.follows = "t pub|", p.publication = "9"; },
                  "other tables are followed", true},
        JudgeCase{"publication_dropped",
                  [](Position&, Found& f) { f.publication = "", f.is_complete = false; },
                  "slot s was lost: its publication was dropped", true},
        JudgeCase{"publication_made_anew", [](Position&, Found& f) { f.publication = "9"; },
                  "slot s was lost: its publication was made anew", true},
        JudgeCase{"publication_younger", [](Position&, Found& f) { f.is_younger = true; },
                  "slot s was lost: its publication was made anew", true},
        JudgeCase{"table_replaced", [](Position&, Found& f) { f.tables = "3"; },
                  "a table was replaced by another one of its name", false},
        JudgeCase{"publication_changed", [](Position&, Found& f) { f.is_complete = false; },
                  "its publication was changed", false}),
    [](const auto& c) { return std::string{c.param.name}; });

// --- Answers.

TEST(Answers, AreVersionsOfTheData) {
  const PartitionKeys keys = keys_of(asset());
  const auto version = [&](const Answer& answer, const DatabaseSource& source = {}) {
    return read_answer(answer, source, keys).value().all.at(0).version;
  };
  EXPECT_EQ(version({.columns = {"n"}, .rows = {{"5"}}}), "5");
  EXPECT_EQ(version({.columns = {"n"}, .rows = {{std::nullopt}}}), "null");
  EXPECT_EQ(version({.columns = {"n"}, .rows = {{""}}}), "[\"\"]");
  EXPECT_EQ(version({.columns = {"n"}, .rows = {}}), "no rows");
  EXPECT_EQ(version({.columns = {"n", "m"}, .rows = {{"5", std::nullopt}}}), "[\"5\",null]");
  EXPECT_EQ(version({.columns = {"n"}, .rows = {{"5"}, {"6"}}}), "[[\"5\"],[\"6\"]]");
  EXPECT_EQ(version({.columns = {"n", "m"}, .rows = {{"5", "6"}}}, {.data_version = "m"}), "6");
  const std::string large(1'000, 'x');
  EXPECT_EQ(version({.columns = {"n"}, .rows = {{large}}}).size(), 32U);
  EXPECT_NE(version({.columns = {"n"}, .rows = {{large}}}),
            version({.columns = {"n"}, .rows = {{large + 'y'}}}));
}

TEST(Answers, SayWhichPartitionARowIs) {
  const DatabaseSource source{.partition = "day"};
  const PartitionKeys keys = keys_of(daily());
  const auto found = read_answer(
      {.columns = {"day", "n"},
       .rows = {{"2026-01-05", "1"}, {"2026-01-05 23:30:00", "2"}, {"2026-01-05", "3"}}},
      source, keys);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(found->misfits, IsEmpty());
  ASSERT_EQ(found->all.size(), 2U);
  EXPECT_EQ(found->all[0].partition, "2026-01-05");
  EXPECT_EQ(found->all[0].version, "[[\"1\"],[\"3\"]]");
  EXPECT_EQ(found->all[1].partition, "2026-01-06") << "23:30 UTC is the next day there";
  EXPECT_EQ(found->all[1].version, "2");
  const auto bad = read_answer({.columns = {"dya"}, .rows = {}}, source, keys);
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().message, HasSubstr("did you mean \"dya\"?"));
}

TEST(Answers, RowsThatAreInNoPartitionDoNotSpoilTheOthers) {
  const auto found = read_answer({.columns = {"day", "n"},
                                  .rows = {{std::nullopt, "1"},
                                           {"soon", "2"},
                                           {"2026-01-05", "3"},
                                           {"soon", "4"},
                                           {"", "5"},
                                           {"1969-12-30", "6"}}},
                                 {.partition = "day"}, keys_of(daily()));
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->all.size(), 1U);
  EXPECT_EQ(found->all[0].version, "3");
  std::vector<std::string> reasons;
  for (const Misfit& misfit : found->misfits) reasons.push_back(misfit.reason);
  EXPECT_THAT(reasons, ElementsAre(HasSubstr("\"day\" is NULL"), HasSubstr("\"soon\": want a time"),
                                   HasSubstr("\"day\" is empty"),
                                   HasSubstr("\"1969-12-30\" lies before the start")));
}

TEST(Times, AreReadAsDatabasesWriteThem) {
  const Instant want = parse_instant("2026-01-05T12:30:00.5Z").value();
  for (const char* text :
       {"2026-01-05 12:30:00.5", "2026-01-05 12:30:00.5+00", "2026-01-05 14:30:00.5+02",
        "2026-01-05T12:30:00.5Z", "2026-01-05 18:00:00.5+05:30"})
    EXPECT_EQ(parse_database_time(text), want) << text;
  EXPECT_FALSE(parse_database_time("soon"));
}

TEST(Names, OfSlotsAreMadeFromKeysAndDiffer) {
  const std::string name = name_from_key("CRM/customers");
  EXPECT_THAT(name, testing::MatchesRegex("freshet_crm_customers_[0-9a-f]+"));
  EXPECT_NE(name, name_from_key("crm_customers"));
  EXPECT_LE(name_from_key(std::string(200, 'x')).size(), 63U);
}

}  // namespace
}  // namespace freshet::database
