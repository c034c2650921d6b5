#include "freshet/facts.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "freshet/ids.hpp"
#include "freshet/result.hpp"
#include "freshet/sources.hpp"
#include "model/codec.hpp"

namespace freshet {
namespace {

constexpr std::size_t kinds = std::variant_size_v<Fact>;

constexpr std::array<std::string_view, kinds> kind_names{
    "asset_known",        "definitions_loaded", "dependency_added", "updated",
    "check_recorded",     "event_rejected",     "source_cursor",    "wiped",
    "run_queued",         "request_joined",     "step_started",     "step_running",
    "stop_requested",     "attempt_ended",      "step_ended",       "run_ended",
    "step_logged",        "messages_read",      "condition_memory", "decided",
    "tick_passed",        "freshness_changed",  "alerted",          "pause_changed",
    "answered",           "clock_jumped",       "handed_back",      "partition_named",
    "partitions_changed", "backfill_queued",    "backfill_changed", "backfill_skipped",
    "backfill_joined",    "alerts_muted",       "route_known",      "delivered",
    "columns_reported",
};
static_assert(!kind_names.back().empty(), "a kind of fact has no name");

template <class E>
using Texts = std::array<std::string_view, codec::enum_count<E>>;

constexpr Texts<Reason> reason_texts{
    "none",
    "inputs_unchanged",
    "upstream_failed",
    "upstream_wrote_nothing",
    "check_failed",
    "wrote_nothing",
    "exit_code",
    "signal",
    "exec_error",
    "timeout",
    "lost",
    "canceled_by_person",
    "run_canceled",
    "definition_removed",
    "reported",
};
constexpr Texts<RunStatus> run_status_texts{"queued",    "starting", "running",
                                            "succeeded", "failed",   "canceled"};
constexpr Texts<BackfillStatus> backfill_status_texts{"running", "paused", "succeeded", "failed",
                                                      "canceled"};
constexpr Texts<StepStatus> step_status_texts{"queued", "starting", "running", "succeeded",
                                              "failed", "canceled", "skipped", "lost"};
constexpr Texts<FreshnessState> freshness_texts{"none", "unknown", "pass", "warn", "fail"};
constexpr Texts<RunCause> cause_texts{"automation", "person", "retry"};
constexpr Texts<UpdateKind> update_kind_texts{"materialization", "observation"};
constexpr Texts<AlertKind> alert_kind_texts{"failure", "freshness", "recovery", "check", "test"};
constexpr std::array<std::string_view, 6> source_kind_texts{"",      "webhook",  "file",
                                                            "kafka", "database", "table"};
static_assert(!reason_texts.back().empty() && !backfill_status_texts.back().empty() &&
              !run_status_texts.back().empty() && !step_status_texts.back().empty() &&
              !freshness_texts.back().empty() && !cause_texts.back().empty() &&
              !update_kind_texts.back().empty() && !alert_kind_texts.back().empty());

template <class E>
std::string_view text_of(const Texts<E>& texts, E value) {
  const auto index = static_cast<std::size_t>(value);
  FRESHET_ASSERT(index < texts.size());
  return texts[index];
}

/// Keeps the first field that names an asset, and the first that names a run.
struct Subjects {
  AssetId asset;
  RunId run;
  bool has_asset{false};
  bool has_run{false};

  void operator()(std::string_view /*name*/, AssetId id) {
    if (!std::exchange(has_asset, true)) asset = id;
  }
  void operator()(std::string_view name, MemberId member) { (*this)(name, member.asset); }
  void operator()(std::string_view /*name*/, RunId id) {
    if (!std::exchange(has_run, true)) run = id;
  }
  void operator()(std::string_view name, StepId step) { (*this)(name, step.run); }
  /// Runs and backfills share their numbers.
  void operator()(std::string_view name, BackfillId id) { (*this)(name, RunId{id.value}); }
  template <class Other>
  void operator()(std::string_view /*name*/, const Other& /*value*/) {}
};

Subjects subjects_of(const Fact& fact) {
  Subjects subjects;
  std::visit([&]<class F>(const F& f) { F::describe(f, subjects); }, fact);
  return subjects;
}

/// Reads the alternative `Kind`; false where the bytes are damaged, with the place.
template <std::size_t Kind>
bool decode_as(std::string_view bytes, Fact& fact, std::size_t& offset) {
  codec::Decoder decoder{bytes};
  auto& alternative = fact.emplace<Kind>();
  std::variant_alternative_t<Kind, Fact>::describe(alternative, decoder);
  offset = decoder.offset();
  return decoder.complete();
}

using DecodeOne = bool (*)(std::string_view, Fact&, std::size_t&);
constexpr std::array<DecodeOne, kinds> decoders =
    []<std::size_t... Kind>(std::index_sequence<Kind...>) {
      return std::array<DecodeOne, kinds>{&decode_as<Kind>...};
    }(std::make_index_sequence<kinds>{});

}  // namespace

std::string_view to_text(Reason reason) { return text_of(reason_texts, reason); }
std::string_view to_text(RunStatus status) { return text_of(run_status_texts, status); }
std::string_view to_text(BackfillStatus status) { return text_of(backfill_status_texts, status); }
std::string_view to_text(StepStatus status) { return text_of(step_status_texts, status); }
std::string_view to_text(FreshnessState state) { return text_of(freshness_texts, state); }
std::string_view to_text(RunCause cause) { return text_of(cause_texts, cause); }
std::string_view to_text(UpdateKind kind) { return text_of(update_kind_texts, kind); }
std::string_view to_text(SourceKind kind) {
  return source_kind_texts.at(static_cast<std::size_t>(kind));
}
std::string_view to_text(AlertKind kind) { return text_of(alert_kind_texts, kind); }

std::string_view kind_name(const Fact& fact) { return kind_names[fact.index()]; }
AssetId asset_of(const Fact& fact) { return subjects_of(fact).asset; }
RunId run_of(const Fact& fact) { return subjects_of(fact).run; }

std::string encode(const Fact& fact) {
  std::string bytes;
  codec::Encoder encoder{bytes};
  std::visit([&]<class F>(const F& f) { F::describe(f, encoder); }, fact);
  return bytes;
}

Result<Fact> decode(std::size_t kind, std::string_view bytes) {
  if (kind >= kinds) {
    return Error{Errc::invalid, "decode fact of kind " + std::to_string(kind) +
                                    ": unknown kind, want 0-" + std::to_string(kinds - 1)};
  }
  Fact fact;
  std::size_t offset{};
  if (!decoders[kind](bytes, fact, offset)) {
    return Error{Errc::invalid, "decode fact " + std::string{kind_names[kind]} +
                                    ": damaged at byte " + std::to_string(offset) + " of " +
                                    std::to_string(bytes.size())};
  }
  return fact;
}

}  // namespace freshet
