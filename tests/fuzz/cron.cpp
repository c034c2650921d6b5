// A cron line's ticks: next and previous are each other's inverse around any instant in any zone.
// An input is a zone's number, four bytes of seconds since 1900, and the line.
#include "base/cron.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/text.hpp"
#include "base/timezone.hpp"
#include "fuzz.hpp"

namespace freshet {
namespace {

using fuzz::require;

constexpr std::string_view zones[] = {"UTC",          "Europe/Vienna",       "America/New_York",
                                      "Pacific/Apia", "Australia/Lord_Howe", "Africa/Casablanca",
                                      "Asia/Tehran",  "America/Santiago"};
constexpr Instant base{std::chrono::sys_days{std::chrono::year{1900} / 1 / 1}};
constexpr Micros instant_step{1};

void judge_ticks(const Cron& cron, const TimeZone& zone, Instant at) {
  const std::string about = cron.text() + " of " + zone.name() + " at " + format_instant(at);
  const auto next = cron.next(at, zone);
  const auto previous = cron.previous(at, zone);
  require(next && previous, "there is a next and a previous tick", about);
  require(*previous <= at && at < *next, "an instant lies between its ticks", about);
  require(cron.previous(*next, zone) == next, "the last tick up to the next is the next", about);
  require(cron.previous(*next - instant_step, zone) == previous, "none lies before the next",
          about);
  require(cron.next(*previous, zone) == next, "none lies after the previous", about);
  require(cron.next(*previous - instant_step, zone) == previous,
          "the first tick from the previous on is the previous", about);
  if (!cron.fields().real_hours) return;
  const auto local = std::chrono::floor<std::chrono::minutes>(zone.to_local(*next));
  const auto midnight = std::chrono::floor<std::chrono::days>(local);
  const auto time = local - midnight;
  require((cron.fields().minutes >> (time % std::chrono::hours{1}).count() & 1U) != 0 &&
              (cron.fields().hours >> (time / std::chrono::hours{1}) & 1U) != 0,
          "clocks show a matching time at a tick", about);
}

void judge(fuzz::Input input) {
  const TimeZone* zone = find_time_zone(zones[input.byte() % std::size(zones)]).value();
  const Instant at = base + Seconds{input.number(4)} + Micros{input.byte() % 2};
  const std::string& text = input.rest();
  const auto read = Cron::read(text);
  const auto parsed = Cron::parse(text);
  if (const auto* fault = std::get_if<CronFault>(&read)) {
    require(!parsed, "parse refuses what read refuses", text);
    require(!fault->reason.empty() && !parsed.error().message.empty(), "a fault has a reason",
            text);
    require(is_utf8(parsed.error().message) || !is_utf8(text), "a message is UTF-8", text);
    require(fault->offset <= text.size(), "a fault lies in the text", text);
    return;
  }
  require(parsed.has_value() && *parsed == std::get<Cron>(read), "parse is read", text);
  const auto again = Cron::parse(parsed->text());
  require(again.has_value() && *again == *parsed, "a line's text is the same line", text);
  judge_ticks(*parsed, *zone, at);
}

}  // namespace
}  // namespace freshet

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::judge({data, size});
  return 0;
}
