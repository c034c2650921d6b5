#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "api/line_index.hpp"
#include "api/log_file.hpp"
#include "api/log_reader.hpp"
#include "api_logs.hpp"

namespace freshet::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LinesTest : public LogsTest {
 protected:
  Json found(const std::string& query) {
    const Answer answer = get(logs + "/search?" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.json();
  }
  /// out: "a\nb\n", then err "oops\n", then out "c\n".
  void talk() {
    write("a\nb\nc\n");
    write("ERROR oops\n", 1, "stderr");
    note(1'000, 4, 0);
    note(2'000, 4, 11);
    note(3'000, 6, 11);
  }
};

TEST_F(LinesTest, OfBothStreamsStandInTheOrderOfTime) {
  talk();
  const Json page = lines();
  EXPECT_THAT(texts(page), ElementsAre("a", "b", "ERROR oops", "c"));
  const Json& third = page["items"][2];
  EXPECT_EQ(third["line"], 3);
  EXPECT_EQ(third["at"], "1970-01-01T00:00:02.000000Z");
  EXPECT_EQ(third["stream"], "err");
  EXPECT_EQ(third["level"], "error");
  EXPECT_EQ(page["items"][3]["at"], "1970-01-01T00:00:03.000000Z");
  EXPECT_EQ(page["items"][3]["stream"], "out");
  EXPECT_EQ(page["items"][3]["level"], nullptr);
  EXPECT_EQ(page["from"], 1);
  EXPECT_EQ(page["next"], 5);
  EXPECT_EQ(page["total"], 4);
  EXPECT_EQ(page["complete"], false);
  EXPECT_EQ(page["attempt"], 1);
}

TEST_F(LinesTest, OfOneStreamHaveNumbersOfTheirOwn) {
  talk();
  const Json out = lines("?stream=stdout&from_line=3");
  EXPECT_THAT(texts(out), ElementsAre("c"));
  EXPECT_EQ(out["items"][0]["at"], "1970-01-01T00:00:03.000000Z");
  EXPECT_EQ(out["total"], 3);
  const Json err = lines("?stream=stderr");
  EXPECT_THAT(texts(err), ElementsAre("ERROR oops"));
  EXPECT_EQ(err["items"][0]["line"], 1);
}

TEST_F(LinesTest, ArePagedFromEitherEnd) {
  talk();
  const Json first = lines("?limit=2");
  EXPECT_THAT(texts(first), ElementsAre("a", "b"));
  EXPECT_EQ(first["next"], 3);
  EXPECT_THAT(texts(lines("?limit=2&from_line=3")), ElementsAre("ERROR oops", "c"));
  const Json last = lines("?from_line=-2");
  EXPECT_EQ(last["from"], 3);
  EXPECT_THAT(texts(last), ElementsAre("ERROR oops", "c"));
  EXPECT_EQ(lines("?from_line=-99")["from"], 1);
  const Json beyond = lines("?from_line=9");
  EXPECT_THAT(texts(beyond), ElementsAre());
  EXPECT_EQ(beyond["next"], 9);
  for (const char* bad : {"from_line=0", "from_line=x", "from_line=1.5", "from_line=-", "limit=0",
                          "limit=5001", "level=loud", "stream=all"}) {
    EXPECT_EQ(get(logs + "/lines?" + bad).status, 400) << bad;
  }
}

TEST_F(LinesTest, WithoutAnEndOrATimeMayStillChange) {
  write("done\n10%");
  note(1'000, 8, 0);
  write("..20%\nnot seen yet\n");
  const Json running = lines();
  EXPECT_THAT(texts(running), ElementsAre("done", "10%")) << "as far as the order is known";
  EXPECT_EQ(running["items"][1]["partial"], true);
  EXPECT_FALSE(running["items"][0].contains("partial"));
  EXPECT_EQ(running["next"], 2);
  EXPECT_EQ(running["total"], 2);
  const Json one = lines("?stream=stdout");
  EXPECT_THAT(texts(one), ElementsAre("done", "10%..20%", "not seen yet"));
  EXPECT_EQ(one["items"][2]["at"], nullptr);
  service.end_step();
  const Json ended = lines();
  EXPECT_THAT(texts(ended), ElementsAre("done", "10%..20%", "not seen yet"));
  EXPECT_EQ(ended["complete"], true);
  EXPECT_EQ(ended["next"], 4);
}

TEST_F(LinesTest, ThatHaveNoEndStandLast) {
  write("a\nb");
  write("x\ny", 1, "stderr");
  note(1'000, 3, 3);
  service.end_step();
  const Json page = lines();
  EXPECT_THAT(texts(page), ElementsAre("a", "x", "b", "y"));
  EXPECT_EQ(page["items"][3]["at"], "1970-01-01T00:00:01.000000Z");
  for (int i = 1; i <= 4; ++i) {
    const Json rest = lines("?from_line=" + std::to_string(i) + "&limit=1");
    ASSERT_EQ(rest["items"].size(), 1U) << i;
    EXPECT_EQ(rest["items"][0], page["items"][static_cast<std::size_t>(i) - 1]);
  }
}

TEST_F(LinesTest, WithoutAnyTimesAreThereAllTheSame) {
  write("a\nb");
  write("x\ny\n", 1, "stderr");
  EXPECT_THAT(texts(lines()), ElementsAre()) << "their order will be known soon";
  service.end_step();
  EXPECT_THAT(texts(lines()), ElementsAre("a", "b", "x", "y"));
  EXPECT_THAT(texts(lines("?from_line=4")), ElementsAre("y"));
  EXPECT_EQ(lines()["items"][0]["at"], nullptr);
}

TEST_F(LinesTest, OfAProgressBarShowItsLastState) {
  const std::string bar = "0%\r" + std::string(100'000, '.') + "\r50%\r\r100%";
  write(bar + "\r\nwindows\r\n" + bar + "\n\r\rx\r\n");
  const Json page = lines("?stream=stdout");
  EXPECT_THAT(texts(page), ElementsAre("100%", "windows", "100%", "x"));
  EXPECT_EQ(page["items"][0]["collapsed"], true);
  EXPECT_FALSE(page["items"][1].contains("collapsed"));
  EXPECT_EQ(page["truncated_lines"], 0);
  EXPECT_THAT(texts(found("q=%25")), ElementsAre("100%", "100%"));
  EXPECT_EQ(found("q=50%25")["items"].size(), 0U) << "nobody sees that";
}

TEST_F(LinesTest, ThatAreTooLongAreCut) {
  write("start" + std::string(200'000, 'x') + "end\nnext\n");
  const Json page = lines("?stream=stdout");
  EXPECT_EQ(page["items"][0]["text"].get<std::string>().size(), api::line_max);
  EXPECT_EQ(page["items"][0]["truncated"], true);
  EXPECT_EQ(page["truncated_lines"], 1);
  EXPECT_EQ(page["items"][1]["text"], "next");
}

TEST_F(LinesTest, AreUtf8) {
  write("t\xffwo\n");
  EXPECT_THAT(texts(lines("?stream=stdout")), ElementsAre("t\xEF\xBF\xBDwo"));
}

TEST_F(LinesTest, AreChosenByLevel) {
  write("INFO a\nWARN b\nplain\nERROR c\nDEBUG d\n");
  const Json page = lines("?stream=stdout&level=warning");
  EXPECT_THAT(texts(page), ElementsAre("WARN b", "ERROR c"));
  EXPECT_EQ(page["items"][1]["line"], 4);
  EXPECT_EQ(page["next"], 6);
  EXPECT_EQ(page["total"], 5);
  const Json first = found("level=error&limit=1");
  EXPECT_EQ(first["items"][0]["line"], 4);
  EXPECT_EQ(first["next_line"], nullptr);
}

TEST_F(LinesTest, AreNotCountedByWhomTheFirstIsEnough) {
  write("x 1\ny\nx 2\nx 3\n");
  const Json first = found("q=x&limit=1&count=0");
  EXPECT_THAT(texts(first), ElementsAre("x 1"));
  EXPECT_EQ(first["next_line"], 2);
  EXPECT_EQ(first["total"], (Json{{"value", 1}, {"relation", "gte"}}));
  const Json next = found("q=x&limit=1&count=0&from_line=2");
  EXPECT_THAT(texts(next), ElementsAre("x 2"));
  EXPECT_EQ(found("q=x&limit=1&count=0&from_line=5")["total"],
            (Json{{"value", 0}, {"relation", "eq"}}));
}

TEST_F(LinesTest, AreFoundByARegularExpressionInAnyCase) {
  talk();
  const Json both = found("q=%5E(ERROR%7Cc)&regex=1&stream=both");
  EXPECT_THAT(texts(both), ElementsAre("ERROR oops", "c"));
  EXPECT_EQ(both["items"][0]["line"], 3);
  EXPECT_EQ(both["total"], (Json{{"value", 2}, {"relation", "eq"}}));
  EXPECT_EQ(found("q=OOPS&stream=both")["items"].size(), 0U);
  EXPECT_EQ(found("q=OOPS&stream=both&case=0")["items"].size(), 1U);
  EXPECT_EQ(found("q=oops&stream=both&case=1")["items"].size(), 1U);
  EXPECT_EQ(found("q=o.ps&stream=both")["items"].size(), 0U);
  EXPECT_EQ(found("q=oops&stream=both&level=error")["items"].size(), 1U);
  EXPECT_EQ(found("q=a&stream=both&level=error")["items"].size(), 0U);
  const Answer bad = get(logs + "/search?q=a(b&regex=1");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.code(), "query_invalid");
  EXPECT_THAT(bad.json()["detail"].get<std::string>(), HasSubstr("position 2"));
}

TEST_F(LinesTest, ThatAreFoundAreCountedUpToALimit) {
  std::string text;
  for (int i = 0; i < 10'001; ++i) text += "hit\n";
  write(text);
  const Json many = found("q=hit&limit=2");
  EXPECT_EQ(many["items"].size(), 2U);
  EXPECT_EQ(many["next_line"], 3);
  EXPECT_EQ(many["total"], (Json{{"value", 10'000}, {"relation", "gte"}}));
  const Json rest = found("q=hit&from_line=3&limit=1000");
  EXPECT_EQ(rest["total"], (Json{{"value", 9'999}, {"relation", "eq"}}));
}

TEST_F(LinesTest, ThatAreGoneAreSaidToBe) {
  service.end_step();
  clock.advance(std::chrono::days{14});
  EXPECT_EQ(get(logs + "/lines").status, 410);
}

TEST_F(LinesTest, OfATruncatedLogAreReadAnew) {
  write("one\ntwo\nthree\n");
  EXPECT_EQ(lines("?stream=stdout")["total"], 3);
  std::filesystem::resize_file(service.memory_logs.folder({step, 1}) + "/stdout", 0);
  write("new\n");
  const Json page = lines("?stream=stdout");
  EXPECT_THAT(texts(page), ElementsAre("new"));
  EXPECT_EQ(page["total"], 1);
}

/// Whatever was written and noted: the reader's lines are those of a model that sorts them.
TEST_F(LinesTest, AreInOrderWhateverWasWritten) {
  std::mt19937 random{7};
  const auto below = [&](std::uint32_t n) { return random() % n; };
  std::array<std::string, 2> text;
  std::vector<LogTime> notes;
  for (int i = 0; i < 400; ++i) {
    std::string& to = text[below(2)];
    const auto size = below(20) == 0 ? below(100'000) : below(60);
    for (std::uint32_t c = 0; c < size; ++c)
      to += below(30) == 0 ? '\n' : 'a' + static_cast<char>(below(26));
    if (below(3) == 0) notes.push_back({i, text[0].size(), text[1].size()});
  }
  struct Expected {
    std::string text;
    std::uint64_t note;  ///< By which it had ended.
    std::size_t stream;
    std::size_t begin;
  };
  std::vector<Expected> expected;
  for (std::size_t s = 0; s < 2; ++s) {
    for (std::size_t at = 0; at < text[s].size();) {
      const std::size_t newline = text[s].find('\n', at);
      const bool is_complete = newline != std::string::npos;
      const std::size_t end = is_complete ? newline + 1 : text[s].size();
      std::uint64_t by = 0;
      while (by < notes.size() && (s == 0 ? notes[by].out_bytes : notes[by].err_bytes) < end) ++by;
      if (!is_complete) by = notes.size();
      expected.push_back({text[s].substr(at, end - at - (is_complete ? 1 : 0)), by, s, at});
      at = end;
    }
  }
  std::ranges::sort(expected, {},
                    [](const Expected& e) { return std::tuple{e.note, e.stream, e.begin}; });
  write(text[0]);
  write(text[1], 1, "stderr");
  for (const LogTime& time : notes) note(time.at_us, time.out_bytes, time.err_bytes);

  api::LineIndexes indexes;
  auto reader =
      api::LogReader::open(service.memory_logs, indexes, {step, 1}, api::LogStreams::both, true);
  ASSERT_TRUE(reader);
  ASSERT_EQ(reader->total(), expected.size());
  std::vector<std::uint64_t> starts{1, expected.size(), expected.size() + 1};
  for (int i = 0; i < 30; ++i)
    starts.push_back(1 + below(static_cast<std::uint32_t>(expected.size())));
  for (const std::uint64_t from : starts) {
    std::uint64_t number = from;
    const auto read = reader->read(from, [&](const api::ReadLine& line) {
      const Expected& want = expected[number - 1];
      EXPECT_EQ(line.number, number);
      EXPECT_EQ(line.text, want.text.substr(0, api::line_max));
      EXPECT_EQ(line.stream, want.stream == 0 ? LogStream::out : LogStream::err);
      ++number;
      return !HasFailure() && (from == 1 || number < from + 50);
    });
    ASSERT_TRUE(read);
    if (from == 1) EXPECT_EQ(number, expected.size() + 1);
    ASSERT_FALSE(HasFailure()) << "from " << from;
  }
}

class IndexTest : public LogsTest {
 protected:
  api::LogFile open() {
    auto file = api::open_log(service.memory_logs, {step, 1}, LogStream::out);
    EXPECT_TRUE(file);
    return std::move(*file);
  }
};

TEST_F(IndexTest, GrowsWithItsLog) {
  std::mt19937 random{11};
  std::string text;
  std::vector<std::uint64_t> begins{0};
  api::LineIndexes indexes;
  std::shared_ptr<const api::LineIndex> index;
  for (int round = 0; round < 12; ++round) {
    std::string more;
    const std::size_t size = round % 3 == 0 ? 700'000 : random() % 5'000;
    while (more.size() < size) {
      // Now and then one that is longer than the space between two places.
      more += std::string(random() % 500 == 0 ? 600'000 : random() % 150, 'x');
      more += '\n';
      begins.push_back(text.size() + more.size());
    }
    more += "no end";
    write(more);
    text += more;
    const api::LogFile file = open();
    const auto got = indexes.of({step, 1}, LogStream::out, file);
    ASSERT_TRUE(got);
    EXPECT_TRUE(round == 0 || *got == index) << "it is kept";
    index = *got;
    EXPECT_LE(index->size(), text.size() / api::LineIndex::spacing);
    for (int i = 0; i < 40; ++i) {
      const std::uint64_t line = 1 + random() % begins.size();
      const auto place = index->place_of(file, line);
      ASSERT_TRUE(place);
      EXPECT_EQ(place->line, line);
      EXPECT_EQ(place->offset, begins[line - 1]);
      const std::uint64_t offset = random() % (text.size() + 1);
      const auto ended = std::ranges::upper_bound(begins, offset) - begins.begin() - 1;
      EXPECT_EQ(*index->lines_before(file, offset), static_cast<std::uint64_t>(ended));
    }
    ASSERT_LT(index->place_of(file, begins.size() + 5)->line, begins.size() + 5);
  }
}

TEST_F(IndexTest, IsForgottenWhenManyOthersWereLookedAt) {
  write("a\n");
  const api::LogFile file = open();
  api::LineIndexes indexes;
  const auto first = indexes.of({step, 1}, LogStream::out, file);
  for (std::uint32_t i = 2; i <= api::LineIndexes::logs_max + 10; ++i)
    ASSERT_TRUE(indexes.of({step, i}, LogStream::out, file));
  EXPECT_EQ(indexes.size(), api::LineIndexes::logs_max);
  EXPECT_NE(*indexes.of({step, 1}, LogStream::out, file), *first);
}

}  // namespace
}  // namespace freshet::test
