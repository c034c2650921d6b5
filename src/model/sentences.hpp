// What can be said, in English.  The page has the same table in other languages
// (web/src/words/sentences.ts); a test holds the two against each other.
//
// `{name}` is a value, `[…]` is left out where a value within it is.  Of a list `{name/or}` has
// that word before the last one ("and" where there is none), `{name/}` a comma, `{name/;}`
// semicolons throughout, and `more` is how many of it were left out.  `{name:one|many}` chooses by
// a number, or by the length of a list.
#pragma once
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/sentence.hpp"
#include "freshet/time.hpp"

namespace freshet {

struct SentenceTemplate {
  std::string_view code;
  std::string_view text;
};

inline constexpr auto sentence_templates = std::to_array<SentenceTemplate>({
    // Why a step is in the state it is in: as to_text(Reason) has them.
    {"inputs_unchanged", "nothing that it reads has changed"},
    {"upstream_failed", "an upstream step of its run failed or was canceled"},
    {"upstream_wrote_nothing", "an upstream step ended without writing"},
    {"check_failed", "a blocking check of an upstream asset failed"},
    {"wrote_nothing", "it ended without writing"},
    {"exit_code", "its process ended with a non-zero exit code"},
    {"signal", "its process was ended by a signal"},
    {"exec_error", "its process could not be started"},
    {"timeout", "it ran longer than its timeout"},
    {"lost", "its process was lost: how it ended cannot be known"},
    {"canceled_by_person", "somebody canceled it"},
    {"run_canceled", "its run was canceled"},
    {"definition_removed", "its asset is not defined any more"},
    {"reported", "it ended as was reported from outside"},

    // Why something was requested, or was not.
    {"requested_updated", "requested, because {assets} {assets:was|were} updated"},
    {"requested_schedule", "requested, because its schedule's time came"},
    {"requested_missing", "requested, because {asset} is missing"},
    {"requested_upstream", "requested, because {assets} will be made anew in the same run"},
    {"requested_condition", "requested, because its condition holds: {condition}"},
    {"not_requested", "not requested, because {because}"},
    {"step_failed", "[{partition}: ]its latest step failed[ ({error})][ ({because})]"},
    {"failed_and", "{failed}; {rest}"},
    {"nothing_new_since", "its condition holds; nothing has changed since it was last handled"},
    {"nothing_to_check", "its condition holds, but there is nothing yet that could be checked"},
    {"withheld", "would be requested, but automation is paused[: {reason}]"},
    {"handed_back", "left unstarted; waits for {blockers} to be repaired"},
    {"external", "external: only observed"},
    {"no_automation", "no automation: it runs when somebody asks for it"},
    {"no_partition", "no partition exists yet"},
    {"member_is", "{member} is {step}"},
    {"check_is", "check {check} of {asset} is {step}"},
    {"of_check", "check {check} of {asset}: {said}"},
    {"waits_in_backfill",
     "{member} waits in backfill {backfill}: {pending} of {wanted} partitions are in no run yet, "
     "{runs} runs at a time"},
    {"waits_in_paused_backfill",
     "{member} waits in backfill {backfill}, which is paused: {pending} of {wanted} partitions are "
     "in no run yet, {runs} runs at a time"},
    {"member", "{member}"},
    {"check", "check {check} of {member}"},

    // What holds it back.
    {"it_is_missing", "it is missing"},
    {"is_missing", "{asset} is missing"},
    {"it_is_in_progress", "it is in progress already"},
    {"is_in_progress", "{asset} is in progress"},
    {"blocking_check_failed", "[{asset} ]failed a blocking check"},
    {"blocking_checks_not_passed", "[{asset} ]has not passed its blocking checks"},
    {"nothing_new", "nothing that it reads has changed since it was last made or asked for"},
    {"not_due", "its schedule's time has not come yet"},
    {"nothing_new_of", "nothing has changed for {asset}"},
    {"holds", "[{asset} ]{condition} holds[ ({detail})]"},
    {"does_not_hold", "[{asset} ]{condition} does not hold[ ({detail})]"},

    // Values of a condition's parts.
    {"undefined_asset", "no asset \"{asset}\" is defined"},
    {"partitions_holding", "{held} of {needed} partitions[; {detail}]"},
    {"partitions_holding_of_some",
     "{held} of {needed} partitions, and some do not exist yet[; {detail}]"},
    {"of_the_check", "check {check}"},
    {"in_run", "run {run}"},
    {"in_backfill", "backfill {backfill}"},
    {"inputs_too_old", "{inputs/;}"},
    {"input_too_old", "{asset}: last update {age} ago, max_age {limit}[, waits until {until}]"},
    {"upstream_not_ready", "{asset} is stale, missing or in progress"},
    {"must_start_by", "must start by {at}"},

    // What a step does, or waits for.
    {"step_starting", "starting in run {run}, attempt {attempt}"},
    {"step_running", "running in run {run}, attempt {attempt}"},
    {"step_queued", "queued in run {run}"},
    {"step_waits_for_step",
     "queued in run {run}, waits for {member}[ (check {check})][ of run {other}]"},
    {"step_waits_for_check",
     "queued in run {run}, waits for a result of check {check} of {member}"},
    {"step_waits_for_run", "queued in run {run}, waits for run {other}, which is making it"},
    {"step_waits_for_attempt", "queued in run {run}, next attempt at {at}"},
    {"step_waits_for_pool", "queued in run {run}, waits for room in pool {pool} ({limit} in use)"},
    {"step_waits_for_slot", "queued in run {run}, waits for one of {slots} slots"},

    // What a forecast is made of.
    {"by_own_step", "by the step that is under way: {grounds}"},
    {"by_upstream", "by what is under way upstream: {grounds}"},
    {"some_assumed", "some of it never ran before, and counts as what others take"},
    {"as_earlier_ones", "each step as in at least {samples} {samples:earlier one|earlier ones}"},
    {"ready_on_days", "it was ready on {ready} of the last {days} {days:day|days}"},
    {"ready_on_too_few_days",
     "it was ready on {ready} of the last {days} {days:day|days}, which says too little"},
    {"ready_mostly_earlier",
     "it was ready on {ready} of the last {days} {days:day|days}, mostly earlier than this"},
    {"ready_later_on_some_days",
     "it was ready on {ready} of the last {days} {days:day|days}, later than this on {later}"},
    {"ready_today", "it was ready today already"},
    {"at_schedule", "at its schedule's next tick, {at}, if all else holds; {grounds}"},
    {"at_window", "when its next time window has ended, {at}, if all else holds; {grounds}"},
    {"at_freshness", "when its freshness changes, {at}, if all else holds; {grounds}"},
    {"at_edge", "when the age of an input passes its limit, {at}, if all else holds; {grounds}"},
    {"at_retry", "when it is tried again, {at}, if all else holds; {grounds}"},
    {"when_reported", "when somebody outside reports it; {history}"},
    {"when_asked_for", "when somebody asks for it; {history}"},
    {"when_defined", "when its definition changes, or somebody asks for it; {history}"},
    {"when_updated", "when {assets/or} is updated; {history}"},
    {"when_one_updated", "when {assets/} or another of its {count} inputs is updated; {history}"},

    // Why a plan has something.
    {"asked_for", "it is asked for"},
    {"condition_holds", "its condition holds"},
    {"upstream_new", "because {asset} is new[ (and {others} more)]"},

    // What is wrong.
    {"failed", "{asset} failed[: {error}][: {because}]"},
    {"partitions_failed",
     "{partitions} {partitions:partition|partitions} of {asset} failed[: {error}][: {because}]"},
    {"check_fails",
     "check {check} of {asset} fails[ for {partitions} {partitions:partition|partitions}]"},
    {"check_warns",
     "check {check} of {asset} fails (a warning)[ for {partitions} "
     "{partitions:partition|partitions}]"},
    {"check_without_result",
     "check {check} of {asset} gave no result[ for {partitions} "
     "{partitions:partition|partitions}]"},
    {"older_than", "{asset} is older than {limit}"},
    {"deadline_missed", "{asset} was not updated by its deadline[, {at}]"},
    {"source_error", "the source of {asset} is in trouble: {detail}"},
    {"source_paused", "the source of {asset} is paused[ by {actor}][: {reason}]"},
    {"said_while", "{said}; {outside}"},
    {"outside", "{troubles/;}"},
    {"definitions_invalid",
     "project {project} is not valid, what was read before is in force: {detail}"},
});

/// One that the table has: any other does not compile.
class SentenceCode {
 public:
  consteval SentenceCode(const char* code) : code_{code} {  // NOLINT: meant to be implicit
    if (std::ranges::find(sentence_templates, code_, &SentenceTemplate::code) ==
        sentence_templates.end())
      throw "no such sentence";
  }
  [[nodiscard]] std::string_view get() const { return code_; }

 private:
  std::string_view code_;
};

/// Values that are empty are left out; the number 0 is not.
[[nodiscard]] Sentence say(SentenceCode code, std::vector<Sentence::Param> params = {});

/// A time as a sentence has it: RFC 3339, with a fraction of a second only where there is one.
[[nodiscard]] std::string time_text(Instant at);

/// The first few of a list, and `more`.
[[nodiscard]] std::vector<Sentence::Param> some_of(std::string name, std::vector<std::string> list);
[[nodiscard]] std::vector<Sentence::Param> some_of(std::string name, Sentence::Param::Parts list);

}  // namespace freshet
