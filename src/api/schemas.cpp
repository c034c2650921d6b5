#include <nlohmann/json.hpp>
#include <string_view>

#include "api/json_text.hpp"
#include "api/openapi.hpp"
#include "api/schema_texts.hpp"
#include "freshet/result.hpp"

namespace freshet::api {
namespace {

constexpr std::string_view basics = R"json({
"Problem": {"type": "object", "required": ["type", "title", "status", "code", "detail"], "properties": {
  "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
  "code": {"type": "string"}, "detail": {"type": "string"},
  "errors": {"type": "array", "items": {"type": "object", "required": ["pointer", "detail"], "properties": {
    "pointer": {"type": "string"}, "detail": {"type": "string"}}}}}},
"Instant": {"type": ["string", "null"], "format": "date-time"},
"Key": {"type": ["string", "null"], "description": "An asset's key; null where history does not know it any more."},
"RunId": {"type": ["string", "null"], "pattern": "^[0-9A-HJKMNP-TV-Z]{13}$"},
"Texts": {"type": "array", "items": {"type": "string"}},
"Cursor": {"type": ["string", "null"]},
"Reason": {"type": ["object", "null"], "required": ["code", "text"], "properties": {
  "code": {"type": "string"}, "text": {"type": "string"}}},
"Sentence": {"type": ["object", "null"], "description": "What is said to people.", "required": ["code", "params", "text"],
  "properties": {
  "code": {"type": "string", "description": "What is said: never renamed."},
  "params": {"$ref": "#/components/schemas/Params"}, "text": {"type": "string", "description": "In English."}}},
"Params": {"type": "object", "description": "What the text is made of, by name: texts, numbers, lists of texts, or lists of sentences."},
"DataState": {"type": "string", "enum": ["missing", "fresh", "stale"]},
"WorkState": {"type": "string", "enum": ["idle", "waiting", "running", "failed", "paused"]},
"Freshness": {"type": "string", "enum": ["none", "unknown", "pass", "warn", "fail"]},
"StaleCauses": {"type": "array", "items": {"type": "string", "enum": ["data", "code", "dependencies"]}},
"RunStatus": {"type": "string", "enum": ["queued", "starting", "running", "succeeded", "failed", "canceled"]},
"StepStatus": {"type": "string",
  "enum": ["queued", "starting", "running", "succeeded", "failed", "canceled", "skipped", "lost"]},
"OpenApi": {"type": "object", "required": ["openapi", "info", "paths", "components"]},
"Readiness": {"type": "object", "required": ["ready", "checks"], "properties": {
  "ready": {"type": "boolean"}, "checks": {"type": "object", "additionalProperties": {"type": "string"}}}},
"Ticket": {"type": "object", "required": ["ticket", "path", "expires_in"], "properties": {
  "ticket": {"type": "string"}, "path": {"type": "string"}, "expires_in": {"type": "number"}}}
})json";

constexpr std::string_view assets = R"json({
"AssetNode": {"type": "object",
  "required": ["key", "external", "group", "kinds", "owners", "tags", "deps", "partitions"], "properties": {
  "key": {"type": "string"}, "external": {"type": "boolean"}, "group": {"type": "string"},
  "kinds": {"$ref": "#/components/schemas/Texts"}, "owners": {"$ref": "#/components/schemas/Texts"},
  "tags": {"type": "object", "additionalProperties": {"type": "string"}},
  "deps": {"$ref": "#/components/schemas/Texts"}, "partitions": {"type": ["string", "null"]},
  "project": {"type": "string"}, "source": {"type": ["string", "null"]}}},
"AssetState": {"type": "object",
  "required": ["data", "work", "stale_causes", "freshness", "paused", "withheld", "latest", "revision"], "properties": {
  "data": {"$ref": "#/components/schemas/DataState"}, "work": {"$ref": "#/components/schemas/WorkState"},
  "stale_causes": {"$ref": "#/components/schemas/StaleCauses"}, "freshness": {"$ref": "#/components/schemas/Freshness"},
  "paused": {"type": "boolean"}, "withheld": {"type": "boolean"}, "provisional": {"type": "boolean"},
  "failed": {"type": "boolean", "description": "Its latest step that ran failed, whatever it does now."},
  "alerts": {"type": "integer", "description": "That are open."}, "muted": {"type": "boolean"},
  "partition_counts": {"$ref": "#/components/schemas/PartitionCounts"},
  "checks_passed": {"type": "integer"}, "checks_failed": {"type": "integer"},
  "latest": {"type": ["object", "null"], "required": ["id", "at"], "properties": {
    "id": {"type": "string"}, "at": {"$ref": "#/components/schemas/Instant"}, "run": {"$ref": "#/components/schemas/RunId"}}},
  "active": {"type": ["object", "null"], "required": ["run", "step"], "properties": {
    "run": {"$ref": "#/components/schemas/RunId"}, "step": {"type": "integer"}}},
  "revision": {"type": "integer"}}},
"Asset": {"allOf": [{"$ref": "#/components/schemas/AssetNode"}, {"$ref": "#/components/schemas/AssetState"}]},
"PartitionCounts": {"type": "object",
  "required": ["existing", "materialized", "missing", "stale", "failed", "in_progress"], "properties": {
  "existing": {"type": "integer"}, "materialized": {"type": "integer"}, "missing": {"type": "integer"},
  "stale": {"type": "integer"}, "failed": {"type": "integer"}, "in_progress": {"type": "integer"}}},
"Partition": {"type": "object",
  "required": ["key", "data", "stale_causes", "failed", "in_progress", "begin", "end"], "properties": {
  "key": {"type": "string"}, "data": {"$ref": "#/components/schemas/DataState"},
  "stale_causes": {"$ref": "#/components/schemas/StaleCauses"}, "failed": {"type": "boolean"},
  "in_progress": {"type": "boolean"},
  "begin": {"description": "Bounds in time, where it has any.", "$ref": "#/components/schemas/Instant"},
  "end": {"$ref": "#/components/schemas/Instant"}}},
"PartitionPage": {"type": "object", "required": ["items", "next_cursor", "total", "counts"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Partition"}},
  "next_cursor": {"$ref": "#/components/schemas/Cursor"}, "total": {"type": "integer"},
  "counts": {"$ref": "#/components/schemas/PartitionCounts"}}},
"PartitionsRequest": {"type": "object", "required": ["set"], "properties": {
  "set": {"type": "string"}, "add": {"$ref": "#/components/schemas/Texts"},
  "remove": {"$ref": "#/components/schemas/Texts"}}},
"AssetPage": {"type": "object", "required": ["items", "next_cursor", "total"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Asset"}},
  "next_cursor": {"$ref": "#/components/schemas/Cursor"}, "total": {"type": "integer"}}},
"AssetDetail": {"allOf": [{"$ref": "#/components/schemas/Asset"}, {"type": "object",
  "required": ["dependents", "dependencies", "checks", "columns", "description", "automation", "command", "check_results", "open_alerts", "pause"],
  "properties": {
  "dependents": {"$ref": "#/components/schemas/Texts"},
  "dependencies": {"type": "array", "items": {"type": "object", "required": ["key"], "properties": {
    "key": {"type": "string"}, "max_age": {"type": ["number", "null"]},
    "wait_until": {"type": ["string", "null"]}, "mapping": {"type": ["string", "null"]}}}},
  "checks": {"type": "array", "items": {"type": "object", "required": ["name", "severity", "blocking"], "properties": {
    "name": {"type": "string"}, "severity": {"type": "string", "enum": ["warn", "error"]},
    "blocking": {"type": "boolean"}, "command": {"$ref": "#/components/schemas/Texts"},
    "automation": {"type": ["string", "null"], "description": "When it runs by itself, alone."},
    "description": {"type": "string"}}}},
  "columns": {"type": "array", "items": {"type": "object", "required": ["name", "type", "from"], "properties": {
    "name": {"type": "string"}, "type": {"type": ["string", "null"]}, "description": {"type": "string"},
    "tags": {"type": "object", "additionalProperties": {"type": "string"}},
    "from": {"description": "Columns of dependencies that it is made from.", "type": "array",
      "items": {"type": "object", "required": ["asset", "column"], "properties": {
        "asset": {"type": "string"}, "column": {"type": "string"}}}}}}},
  "check_results": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Event"}},
  "open_alerts": {"type": "array", "items": {"$ref": "#/components/schemas/OpenAlert"},
    "description": "What is wrong with it now, at most 200."},
  "description": {"type": "string"}, "automation": {"type": ["string", "null"]},
  "command": {"$ref": "#/components/schemas/Texts"}, "code_version": {"type": ["string", "null"]},
  "executor": {"type": "string"}, "pool": {"type": ["string", "null"]}, "priority": {"type": "integer"},
  "timeout": {"type": ["number", "null"]}, "retries": {"type": "object"},
  "freshness_policy": {"type": ["object", "null"]}, "place": {"type": ["object", "null"]},
  "pause": {"type": ["object", "null"], "properties": {"at": {"$ref": "#/components/schemas/Instant"},
    "actor": {"type": ["string", "null"]}, "reason": {"type": ["string", "null"]}}}}}]},
"Graph": {"type": "object", "required": ["assets", "projects"], "properties": {
  "assets": {"type": "array", "items": {"$ref": "#/components/schemas/AssetNode"}},
  "projects": {"$ref": "#/components/schemas/Texts"}}},
"Status": {"type": "object", "required": ["sequence", "key", "data", "work", "stale_causes"], "properties": {
  "sequence": {"type": "integer"}, "at": {"$ref": "#/components/schemas/Instant"},
  "key": {"$ref": "#/components/schemas/Texts"},
  "data": {"type": "array", "items": {"$ref": "#/components/schemas/DataState"}},
  "work": {"type": "array", "items": {"$ref": "#/components/schemas/WorkState"}},
  "stale_causes": {"type": "array", "items": {"$ref": "#/components/schemas/StaleCauses"}},
  "freshness": {"type": "array", "items": {"$ref": "#/components/schemas/Freshness"}},
  "updated_at": {"type": "array", "items": {"$ref": "#/components/schemas/Instant"}},
  "revision": {"type": "array", "items": {"type": "integer"}},
  "paused": {"type": "array", "items": {"type": "boolean"}},
  "checks_failed": {"type": "array", "items": {"type": "integer"}},
  "pools": {"type": "object", "additionalProperties": {"type": "object", "required": ["limit", "used", "waiting"]}},
  "runs_active": {"type": "integer"}}},
"Tree": {"type": ["object", "null"], "required": ["label", "held", "detail", "said", "children"], "properties": {
  "label": {"type": "string"}, "asset": {"type": ["string", "null"]}, "held": {"type": "boolean"},
  "detail": {"type": "string", "description": "Values: the text of `said`."}, "said": {"$ref": "#/components/schemas/Sentence"},
  "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}},
"RecordedTree": {"type": ["object", "null"], "required": ["label", "held", "since", "children"], "properties": {
  "label": {"type": "string"}, "asset": {"type": ["string", "null"]}, "held": {"type": "boolean"},
  "since": {"$ref": "#/components/schemas/Instant"},
  "candidates": {"$ref": "#/components/schemas/Members"}, "holding": {"$ref": "#/components/schemas/Members"},
  "children": {"type": "array", "items": {"$ref": "#/components/schemas/RecordedTree"}}}},
"Members": {"type": ["object", "null"], "required": ["count", "keys"], "properties": {"count": {"type": "integer"},
  "keys": {"description": "The first and the last of them.", "$ref": "#/components/schemas/Texts"}}},
"DecisionDetail": {"allOf": [{"$ref": "#/components/schemas/Fact"}, {"type": "object",
  "required": ["asset", "text", "expression", "requested", "members", "tree"], "properties": {
  "asset": {"$ref": "#/components/schemas/Key"}, "expression": {"type": "string"},
  "code": {"type": "string", "description": "Absent from what an older version recorded, as are `params`."},
  "params": {"$ref": "#/components/schemas/Params"}, "text": {"type": "string"},
  "requested": {"type": "boolean"}, "withheld": {"type": "boolean"}, "run": {"$ref": "#/components/schemas/RunId"},
  "check": {"type": "string"},
  "backfill": {"$ref": "#/components/schemas/RunId"}, "members": {"$ref": "#/components/schemas/Members"},
  "tree": {"$ref": "#/components/schemas/RecordedTree"}}}]},
"Forecast": {"type": ["object", "null"],
  "required": ["p10", "p50", "p90", "basis", "samples", "assumed", "code", "params", "text"],
  "description": "One time in ten earlier than p10, one in ten later than p90; all null where `basis` is `none`.",
  "properties": {
  "p10": {"$ref": "#/components/schemas/Instant"}, "p50": {"$ref": "#/components/schemas/Instant"},
  "p90": {"$ref": "#/components/schemas/Instant"},
  "basis": {"type": "string", "enum": ["none", "step", "upstream", "clock", "history"]},
  "samples": {"type": "integer"},
  "assumed": {"type": "boolean", "description": "Some step never succeeded before: it counts as what others take."},
  "code": {"type": "string"}, "params": {"$ref": "#/components/schemas/Params"}, "text": {"type": "string"}}},
"AssetReadiness": {"type": "object",
  "required": ["asset", "day", "begin", "state", "inputs", "inputs_arrived", "arrived_at", "parts", "parts_complete",
    "complete_at", "checked_at", "ready_at", "deadline", "forecast", "truncated"],
  "properties": {
  "asset": {"type": "string"}, "day": {"type": "string", "format": "date"},
  "begin": {"$ref": "#/components/schemas/Instant"},
  "state": {"type": "string",
    "enum": ["waiting", "arriving", "arrived", "queued", "running", "failed", "complete", "ready"]},
  "inputs": {"type": "integer", "description": "Direct dependencies."},
  "inputs_arrived": {"type": "integer", "description": "Of those: something new came on the day."},
  "first_input_at": {"$ref": "#/components/schemas/Instant"}, "last_input_at": {"$ref": "#/components/schemas/Instant"},
  "arrived_at": {"$ref": "#/components/schemas/Instant"},
  "parts": {"type": "integer", "description": "Partitions that the day is judged by; 1 for an asset without."},
  "parts_complete": {"type": "integer"},
  "complete_at": {"description": "First made after the last input that arrived.", "$ref": "#/components/schemas/Instant"},
  "checked_at": {"description": "Every blocking check has passed since; null where there is none.",
    "$ref": "#/components/schemas/Instant"},
  "ready_at": {"$ref": "#/components/schemas/Instant"},
  "deadline": {"description": "By which its freshness policy asks for it.", "$ref": "#/components/schemas/Instant"},
  "forecast": {"description": "Of ready_at, on a day that goes on.", "$ref": "#/components/schemas/Forecast"},
  "truncated": {"type": "boolean", "description": "More happened than was looked at."}}},
"ReadinessPage": {"type": "object", "required": ["day", "timezone", "begin", "end", "items", "next_cursor", "total"],
  "properties": {
  "day": {"type": "string", "format": "date"}, "timezone": {"type": "string"},
  "begin": {"$ref": "#/components/schemas/Instant"}, "end": {"$ref": "#/components/schemas/Instant"},
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/AssetReadiness"}},
  "next_cursor": {"$ref": "#/components/schemas/Cursor"}, "total": {"type": "integer"}}},
"ReadinessHistory": {"type": "object", "required": ["asset", "timezone", "items", "next_cursor"], "properties": {
  "asset": {"type": "string"}, "timezone": {"type": "string"},
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/AssetReadiness"}},
  "next_cursor": {"$ref": "#/components/schemas/Cursor"}}},
"Explanation": {"type": "object", "required": ["code", "params", "text", "tree", "expected", "checks", "failed", "latest"], "properties": {
  "code": {"type": "string"}, "params": {"$ref": "#/components/schemas/Params"}, "text": {"type": "string"},
  "tree": {"$ref": "#/components/schemas/Tree"},
  "expected": {"description": "When it will be made or seen next.", "$ref": "#/components/schemas/Forecast"},
  "failed": {"description": "Its latest step, where that failed and is still known; of the newest partition that failed where none was asked about.",
    "oneOf": [{"type": "null"}, {"allOf": [{"$ref": "#/components/schemas/Step"}, {"type": "object", "required": ["run"],
      "properties": {"run": {"$ref": "#/components/schemas/RunId"}}}]}]},
  "latest": {"description": "Its latest news.", "oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Fact"}]},
  "checks": {"description": "Those with an automation of their own.", "type": "array",
    "items": {"type": "object", "required": ["name", "code", "params", "text", "tree"], "properties": {
      "name": {"type": "string"}, "code": {"type": "string"}, "params": {"$ref": "#/components/schemas/Params"},
      "text": {"type": "string"}, "tree": {"$ref": "#/components/schemas/Tree"}}}}}},
"WhyRequest": {"type": "object", "required": ["automation"], "properties": {
  "automation": {"type": "string", "description": "A condition, as in a definition."},
  "partition": {"type": "string", "description": "Of an asset that has them; else the newest."}}},
"Decision": {"allOf": [{"$ref": "#/components/schemas/Fact"}, {"type": "object",
  "required": ["asset", "requested", "withheld", "run", "expression", "text"], "properties": {
  "asset": {"$ref": "#/components/schemas/Key"}, "requested": {"type": "boolean"}, "withheld": {"type": "boolean"},
  "run": {"$ref": "#/components/schemas/RunId"}, "expression": {"type": "string"}, "text": {"type": "string"},
  "code": {"type": "string", "description": "Absent from what an older version recorded, as are `params`."},
  "params": {"$ref": "#/components/schemas/Params"},
  "check": {"type": "string", "description": "Of the asset, whose condition it is; empty: the asset's own."},
  "members": {"type": "integer", "description": "How many; which, and why: /decisions/{id}."},
  "backfill": {"$ref": "#/components/schemas/RunId"}}}]},
"DecisionPage": {"type": "object", "required": ["items", "next_cursor"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Decision"}},
  "next_cursor": {"$ref": "#/components/schemas/Cursor"}}}
})json";

constexpr std::string_view runs = R"json({
"Step": {"type": "object",
  "required": ["step", "asset", "partition", "check", "status", "reason", "attempt", "started_at", "ended_at", "text"],
  "properties": {
  "step": {"type": "integer"}, "asset": {"$ref": "#/components/schemas/Key"}, "partition": {"type": ["string", "null"]},
  "check": {"type": ["string", "null"]}, "status": {"$ref": "#/components/schemas/StepStatus"},
  "reason": {"$ref": "#/components/schemas/Reason"}, "attempt": {"type": "integer"},
  "queued_at": {"$ref": "#/components/schemas/Instant"}, "started_at": {"$ref": "#/components/schemas/Instant"},
  "ended_at": {"$ref": "#/components/schemas/Instant"}, "not_before": {"$ref": "#/components/schemas/Instant"},
  "waits": {"type": "array", "description": "Steps that have to end before it begins, at most 20.",
    "items": {"type": "object", "required": ["run", "step"], "properties": {
      "run": {"$ref": "#/components/schemas/RunId"}, "step": {"type": "integer"}}}},
  "pool": {"type": ["string", "null"], "description": "In which it needs a place, beside one of the daemon's slots."},
  "code_version": {"type": ["string", "null"], "description": "That it was started with: as it is written where it is the present one, else its hash."},
  "usual": {"type": ["number", "null"], "description": "Seconds that such a step takes when it succeeds; null where none has, of a check, and of a step for several partitions."},
  "exit_code": {"type": ["integer", "null"]}, "provisional": {"type": "boolean"}, "text": {"type": "string"}}},
"Run": {"type": "object",
  "required": ["id", "status", "cause", "steps", "actor", "reason", "tags", "created_at", "started_at", "ended_at"],
  "properties": {
  "id": {"$ref": "#/components/schemas/RunId"}, "status": {"$ref": "#/components/schemas/RunStatus"},
  "cause": {"type": "string", "enum": ["automation", "person", "retry"]}, "actor": {"type": ["string", "null"]},
  "reason": {"type": ["string", "null"]}, "tags": {"$ref": "#/components/schemas/Texts"},
  "retry_of": {"$ref": "#/components/schemas/RunId"}, "created_at": {"$ref": "#/components/schemas/Instant"},
  "started_at": {"$ref": "#/components/schemas/Instant"}, "ended_at": {"$ref": "#/components/schemas/Instant"},
  "step_count": {"type": "integer"}, "steps": {"type": "array", "items": {"$ref": "#/components/schemas/Step"}},
  "steps_truncated": {"type": "boolean"}, "revision": {"type": "integer"}}},
"RunPage": {"type": "object", "required": ["items", "next_cursor"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Run"}},
  "next_cursor": {"$ref": "#/components/schemas/Cursor"}}},
"RunRequest": {"type": "object", "properties": {
  "select": {"type": "string"}, "assets": {"$ref": "#/components/schemas/Texts"}, "reason": {"type": "string"},
  "tags": {"oneOf": [{"$ref": "#/components/schemas/Texts"}, {"type": "object"}]},
  "partitions": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Texts"}],
    "description": "Of assets that have them: a key, FIRST...LAST, or * for all."},
  "checks_only": {"type": "boolean", "description": "Only the checks of what is there; nothing is made."},
  "expect_count": {"type": "integer", "minimum": 0,
    "description": "409 unless the selection has just as many assets that can be run."}}},
"RetryRequest": {"type": "object", "properties": {"from": {"type": "string", "enum": ["failure", "failed", "all"],
  "description": "failure: what failed and what that left unstarted; failed: only what failed."}}},
"BackfillCounts": {"type": "object", "required": ["wanted", "pending", "in_progress", "succeeded", "failed"],
  "properties": {"wanted": {"type": "integer"}, "pending": {"type": "integer"}, "in_progress": {"type": "integer"},
  "succeeded": {"type": "integer"}, "failed": {"type": "integer"}}},
"Backfill": {"type": "object",
  "required": ["id", "status", "cause", "concurrency", "order", "runs", "counts", "assets", "created_at", "ended_at"],
  "properties": {
  "id": {"$ref": "#/components/schemas/RunId"},
  "status": {"type": "string", "enum": ["running", "paused", "succeeded", "failed", "canceled"]},
  "cause": {"type": "string"}, "actor": {"type": ["string", "null"]}, "reason": {"type": ["string", "null"]},
  "tags": {"$ref": "#/components/schemas/Texts"}, "retry_of": {"$ref": "#/components/schemas/RunId"},
  "per_run": {"type": ["integer", "string", "null"],
    "description": "Partitions in one run, or all; null: as each asset's backfill_policy says."},
  "concurrency": {"type": "integer"}, "order": {"type": "string", "enum": ["forward", "newest_first"]},
  "created_at": {"$ref": "#/components/schemas/Instant"}, "ended_at": {"$ref": "#/components/schemas/Instant"},
  "expected_end": {"$ref": "#/components/schemas/Instant"}, "runs": {"type": "integer"},
  "counts": {"$ref": "#/components/schemas/BackfillCounts"}, "revision": {"type": "integer"},
  "assets": {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/BackfillCounts"},
    {"type": "object", "required": ["asset", "first", "last"], "properties": {
    "asset": {"type": "string"}, "first": {"type": ["string", "null"]}, "last": {"type": ["string", "null"]}}}]}}}},
"BackfillPage": {"type": "object", "required": ["items", "next_cursor"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Backfill"}},
  "next_cursor": {"$ref": "#/components/schemas/Cursor"}}},
"BackfillRequest": {"type": "object", "properties": {
  "select": {"type": "string"}, "assets": {"$ref": "#/components/schemas/Texts"},
  "partitions": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Texts"}],
    "description": "A key, FIRST...LAST, or *; all that exist by default."},
  "only": {"type": "string", "enum": ["all", "missing", "failed", "stale"]},
  "per_run": {"oneOf": [{"type": "integer", "minimum": 1}, {"type": "string", "enum": ["all"]}]},
  "concurrency": {"type": "integer", "minimum": 1},
  "order": {"type": "string", "enum": ["forward", "newest_first"]}, "reason": {"type": "string"},
  "tags": {"oneOf": [{"$ref": "#/components/schemas/Texts"}, {"type": "object"}]},
  "expect_count": {"type": "integer", "minimum": 0}, "dry_run": {"type": "boolean",
    "description": "200 with count, runs and assets, and nothing is made."}}},
"BackfillChanged": {"type": "object", "required": ["id", "count"], "properties": {
  "id": {"$ref": "#/components/schemas/RunId"},
  "count": {"type": "integer", "description": "Partitions that it had not made yet."}}},
"ReasonGiven": {"type": "object", "properties": {"reason": {"type": "string"}}},
"RunsCreated": {"type": "object", "required": ["id", "runs", "count"], "properties": {
  "id": {"$ref": "#/components/schemas/RunId"}, "runs": {"$ref": "#/components/schemas/Texts"},
  "backfill": {"$ref": "#/components/schemas/RunId"}, "count": {"type": "integer"}}},
"RunCanceled": {"type": "object", "required": ["id", "count"], "properties": {
  "id": {"$ref": "#/components/schemas/RunId"}, "count": {"type": "integer"}}},
"PauseRequest": {"type": "object", "properties": {
  "select": {"type": "string"}, "assets": {"$ref": "#/components/schemas/Texts"}, "reason": {"type": "string"}}},
"Counted": {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer"}}},
"PauseResult": {"type": "object", "required": ["paused", "count"], "properties": {
  "paused": {"type": "boolean"}, "count": {"type": "integer"}}}
})json";

constexpr std::string_view alerts = R"json({
"AlertKind": {"type": "string", "enum": ["failure", "freshness", "recovery", "check", "test"]},
"OpenAlert": {"type": "object",
  "required": ["id", "at", "kind", "asset", "partition", "check", "text", "run", "step", "muted"], "properties": {
  "id": {"type": "string"}, "at": {"$ref": "#/components/schemas/Instant"},
  "kind": {"$ref": "#/components/schemas/AlertKind"}, "asset": {"$ref": "#/components/schemas/Key"},
  "partition": {"type": ["string", "null"]}, "check": {"type": ["string", "null"]}, "text": {"type": "string"},
  "run": {"$ref": "#/components/schemas/RunId"}, "step": {"type": ["integer", "null"]},
  "muted": {"type": "boolean", "description": "Nobody was told."}}},
"AlertDelivery": {"type": "object",
  "required": ["route", "project", "at", "ok", "gave_up", "repeated", "attempts", "text"], "properties": {
  "route": {"type": "string"}, "project": {"type": "string"}, "at": {"$ref": "#/components/schemas/Instant"},
  "ok": {"type": "boolean"}, "gave_up": {"type": "boolean"}, "repeated": {"type": "boolean"},
  "attempts": {"type": "integer"}, "text": {"type": "string"}}},
"Alert": {"allOf": [{"$ref": "#/components/schemas/OpenAlert"}, {"type": "object",
  "required": ["over", "since", "deliveries"], "properties": {
  "over": {"type": ["string", "null"], "description": "Of a recovery: the kind of alert that is over."},
  "since": {"type": ["string", "null"], "description": "Of a recovery: the id of that alert."},
  "project": {"type": "string"}, "route": {"type": "string", "description": "Of a test: what is tried."},
  "deliveries": {"type": "array", "items": {"$ref": "#/components/schemas/AlertDelivery"}}}}]},
"AlertRoute": {"type": "object",
  "required": ["name", "project", "to", "on", "select", "repeat", "failures", "told_at", "tried_at", "text"], "properties": {
  "name": {"type": "string"}, "project": {"type": "string"}, "to": {"type": "string"},
  "on": {"type": "array", "items": {"$ref": "#/components/schemas/AlertKind"}},
  "select": {"type": ["string", "null"]}, "repeat": {"type": ["number", "null"]},
  "failures": {"type": "integer", "description": "Since it was last told."},
  "told_at": {"$ref": "#/components/schemas/Instant"}, "tried_at": {"$ref": "#/components/schemas/Instant"},
  "text": {"type": "string", "description": "Of the latest attempt."}}},
"AlertPage": {"type": "object", "required": ["items", "next_cursor", "open", "open_count", "muted", "routes"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Alert"}},
  "next_cursor": {"$ref": "#/components/schemas/Cursor"},
  "open": {"type": "array", "items": {"$ref": "#/components/schemas/OpenAlert"}, "description": "At most 1,000."},
  "open_count": {"type": "integer"},
  "muted": {"type": "array", "items": {"type": "object", "required": ["asset", "until", "actor", "reason", "at"],
    "properties": {"asset": {"$ref": "#/components/schemas/Key"}, "until": {"$ref": "#/components/schemas/Instant"},
    "actor": {"type": "string"}, "reason": {"type": "string"}, "at": {"$ref": "#/components/schemas/Instant"}}}},
  "routes": {"type": "array", "items": {"$ref": "#/components/schemas/AlertRoute"}}}},
"MuteRequest": {"type": "object", "properties": {
  "select": {"type": "string"}, "assets": {"$ref": "#/components/schemas/Texts"}, "reason": {"type": "string"},
  "until": {"type": "string", "format": "date-time"}, "for": {"type": "string", "description": "A duration such as 2h."}}},
"UnmuteRequest": {"type": "object", "properties": {
  "select": {"type": "string"}, "assets": {"$ref": "#/components/schemas/Texts"}, "reason": {"type": "string"}}},
"MuteResult": {"type": "object", "required": ["muted", "count"], "properties": {
  "muted": {"type": "boolean"}, "count": {"type": "integer"}}},
"TestAlertRequest": {"type": "object", "required": ["route"], "properties": {
  "route": {"type": "string"},
  "project": {"type": "string", "description": "Where several projects have a route of that name."}}},
"TestAlert": {"type": "object", "required": ["route", "id"], "properties": {
  "route": {"type": "string"}, "id": {"type": "string", "description": "Of the alert."}}}
})json";

constexpr std::string_view news = R"json({
"Fact": {"type": "object", "required": ["id", "at", "type"], "properties": {
  "id": {"type": "string"}, "at": {"$ref": "#/components/schemas/Instant"}, "type": {"type": "string"}}},
"FactPage": {"type": "object", "required": ["items", "next_cursor"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Fact"}},
  "next_cursor": {"$ref": "#/components/schemas/Cursor"}}},
"Event": {"allOf": [{"$ref": "#/components/schemas/Fact"}, {"type": "object", "required": ["kind", "asset", "source"],
  "properties": {
  "kind": {"type": "string", "enum": ["materialization", "observation", "check", "rejected"]},
  "asset": {"$ref": "#/components/schemas/Key"}, "partition": {"type": ["string", "null"]},
  "source": {"type": "string"}, "event_id": {"type": "string"}, "data_version": {"type": "string"},
  "changed": {"type": "boolean"}, "metadata": {"type": ["object", "null"]},
  "run": {"$ref": "#/components/schemas/RunId"}, "step": {"type": ["integer", "null"]},
  "name": {"type": "string"}, "passed": {"type": "boolean"}, "severity": {"type": "string", "enum": ["warn", "error"]},
  "reason": {"type": "string"}, "body": {"type": "string"},
  "replayed_at": {"type": ["string", "null"], "format": "date-time",
    "description": "When what was rejected was taken in after all; kept for as long as answers are."},
  "effects": {"type": "array", "items": {"$ref": "#/components/schemas/EventEffect"},
    "description": "Where they were asked for: what was requested in the moment in which it was taken in."}}}]},
"EventEffect": {"type": "object", "required": ["run", "backfill", "assets", "count", "withheld", "later"], "properties": {
  "run": {"$ref": "#/components/schemas/RunId"}, "backfill": {"type": ["string", "null"]},
  "assets": {"$ref": "#/components/schemas/Texts"}, "count": {"type": "integer", "description": "Of assets; the first are named."},
  "withheld": {"type": "boolean", "description": "Automation is paused: it would have been requested."},
  "later": {"type": "boolean", "description": "Not at once: the first that read it afterwards."}}},
"EventPage": {"type": "object", "required": ["items", "next_cursor"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}},
  "next_cursor": {"$ref": "#/components/schemas/Cursor"}}},
"EventReport": {"type": "object", "required": ["asset"], "properties": {
  "kind": {"type": "string", "enum": ["materialization", "observation", "check"]}, "asset": {"type": "string"},
  "data_version": {"type": ["string", "integer"]}, "metadata": {"type": "object"}, "id": {"type": "string"},
  "columns": {"type": "object", "additionalProperties": {"type": ["string", "integer"]},
    "description": "Versions of its columns: what reads none that changed is not concerned."},
  "name": {"type": "string"}, "passed": {"type": "boolean"}, "severity": {"type": "string", "enum": ["warn", "error"]},
  "partition": {"type": "string", "description": "Its key, where the asset has partitions."}}},
"EventReports": {"oneOf": [{"$ref": "#/components/schemas/EventReport"},
  {"type": "array", "items": {"$ref": "#/components/schemas/EventReport"}}]},
"CloudEvent": {"type": "object", "required": ["specversion", "id", "source", "type"], "properties": {
  "specversion": {"type": "string", "enum": ["1.0"]}, "id": {"type": "string", "minLength": 1},
  "source": {"type": "string", "minLength": 1}, "type": {"type": "string", "minLength": 1},
  "subject": {"type": "string", "description": "The asset's key."},
  "time": {"type": "string", "format": "date-time"},
  "data": {"description": "data_version and metadata are read."}}},
"EventReceipts": {"type": "object", "required": ["events"], "properties": {
  "events": {"type": "array", "items": {"type": "object", "required": ["id", "asset", "duplicate"], "properties": {
    "id": {"type": ["string", "null"]}, "asset": {"type": "string"}, "duplicate": {"type": "boolean"},
    "error": {"type": "string"}}}}}},
"Hook": {"description": "As the sender has it: JSON, a CloudEvent, or a notification of S3, GitHub or Alertmanager."},
"HookReceipt": {"type": "object", "required": ["events", "ignored"], "properties": {
  "events": {"type": "array", "items": {"type": "object", "required": ["id", "asset", "duplicate"], "properties": {
    "id": {"type": ["string", "null"]}, "asset": {"type": "string"}, "duplicate": {"type": "boolean"},
    "error": {"type": "string", "description": "Why it is not used; it is kept among the rejected ones."}}}},
  "ignored": {"type": "integer", "description": "Parts that do not match, or are no news of data."},
  "looks": {"type": "boolean", "description": "The source is of another kind, and is looked at now."}}},
"LineageEvent": {"type": "object", "description": "OpenLineage 2-0-2: a RunEvent, JobEvent or DatasetEvent."},
"LineageEvents": {"type": "array", "items": {"$ref": "#/components/schemas/LineageEvent"}},
"LineageTaken": {"type": "object", "required": ["updates"], "properties": {
  "updates": {"type": "integer", "description": "Updates and results of checks that it came to."}}},
"LineageBatch": {"type": "object", "required": ["status", "summary", "failed_events"], "properties": {
  "status": {"type": "string", "enum": ["success", "partial_success"]},
  "summary": {"type": "object", "required": ["received", "successful", "failed", "retriable", "non_retriable"], "properties": {
    "received": {"type": "integer"}, "successful": {"type": "integer"}, "failed": {"type": "integer"},
    "retriable": {"type": "integer"}, "non_retriable": {"type": "integer"}}},
  "failed_events": {"type": "array", "items": {"type": "object", "required": ["index", "reason", "retriable"], "properties": {
    "index": {"type": "integer"}, "reason": {"type": "string"}, "retriable": {"type": "boolean"}}}}}},
"UnmappedDatasets": {"type": "object", "required": ["items", "topics", "dropped", "events", "updates", "ours", "other"], "properties": {
  "items": {"type": "array", "items": {"type": "object", "required": ["namespace", "name", "job", "count", "last"], "properties": {
    "namespace": {"type": "string"}, "name": {"type": "string"},
    "job": {"type": "string", "description": "That wrote it last: NAMESPACE/NAME."},
    "count": {"type": "integer"}, "last": {"$ref": "#/components/schemas/Instant"}}}},
  "topics": {"type": "array", "description": "That events are read from.", "items": {"type": "object", "properties": {
    "project": {"type": "string"}, "state": {"type": "string", "enum": ["waiting", "reading", "error"]},
    "detail": {"type": "string", "description": "The topic, or what is wrong."},
    "messages": {"type": "integer", "description": "Since the start."},
    "dead": {"type": "integer", "description": "Of those: no events of OpenLineage."}}}},
  "dropped": {"type": "integer", "description": "Older ones that are not listed any more."},
  "events": {"type": "integer", "description": "Of OpenLineage, since the start."},
  "updates": {"type": "integer", "description": "Of assets, that these came to."},
  "ours": {"type": "integer", "description": "Outputs of which our own steps tell."},
  "other": {"type": "integer", "description": "Events that neither begin nor end a run."}}},
"Publication": {"type": "object", "required": ["project", "name", "format", "target", "state"], "properties": {
  "project": {"type": "string"}, "name": {"type": "string"},
  "format": {"type": "string", "enum": ["openlineage", "cloudevents"]}, "target": {"type": "string"},
  "state": {"type": "string", "enum": ["idle", "sending", "retrying"]},
  "upto": {"type": "integer", "description": "All that happened up to this sequence has been told."},
  "waiting": {"type": "integer", "description": "Events that are to be told next."},
  "more": {"type": "boolean", "description": "There are more than those."},
  "behind": {"type": "number", "description": "Seconds since the oldest of them happened."},
  "delivered": {"type": "integer", "description": "Since the start."},
  "given_up": {"type": "integer", "description": "Since the start: the receiver refused them again and again."},
  "attempts": {"type": "integer", "description": "That failed since the latest that did not."},
  "last_delivered": {"$ref": "#/components/schemas/Instant"},
  "error": {"type": ["string", "null"]}}},
"PublicationPage": {"type": "object", "required": ["items", "next_cursor"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Publication"}},
  "next_cursor": {"$ref": "#/components/schemas/Cursor"}}},
"Source": {"type": "object", "required": ["asset", "kind", "state", "detail"], "properties": {
  "asset": {"type": "string"}, "kind": {"type": "string"}, "state": {"type": "string"}, "detail": {"type": "string"},
  "events": {"type": "integer", "description": "Updates of the asset from outside, since the start of the daemon."},
  "unchanged": {"type": "integer", "description": "Of those: with the data version that was there."},
  "last_event": {"$ref": "#/components/schemas/Instant", "description": "Of its latest update, also from before the start."},
  "rate": {"type": "number", "description": "Messages, or else events, a second in the last minute."},
  "position": {"type": ["string", "null"], "description": "What is read next; of a topic, the offset in each of its partitions."},
  "lag": {"type": ["integer", "null"],
    "description": "What is there and not read yet: messages of a topic; bytes of a database's log that are not durable here."},
  "lag_unit": {"type": ["string", "null"], "enum": ["messages", "bytes", null]},
  "messages": {"type": "integer",
    "description": "What came, since the start, whatever it led to: messages of a topic, parts of what was sent to a webhook, commits or looks of a database, changes that were seen of files and tables."},
  "ignored": {"type": "integer", "description": "Of those: did not match, or nothing counted."},
  "dead": {"type": "integer", "description": "What was rejected since the start, see `rejected` of events."},
  "watches": {"type": "object", "description": "What its definition says, but for secrets; durations in seconds."},
  "expected_by": {"$ref": "#/components/schemas/Instant",
    "description": "When its freshness policy asks for something new, which may be past; null without one."}}},
"SourceTest": {"type": "object", "required": ["asset", "error", "findings", "events"], "properties": {
  "asset": {"type": "string"},
  "error": {"type": ["string", "null"], "description": "Why it cannot be read, and what to do."},
  "findings": {"type": "array", "items": {"type": "object", "required": ["name", "value"], "properties": {
    "name": {"type": "string"}, "value": {"type": "string"}}}},
  "events": {"type": "array", "description": "The latest that it would tell, or would have told.",
    "items": {"type": "object", "properties": {
      "partition": {"type": ["string", "null"]}, "data_version": {"type": ["string", "null"]},
      "metadata": {}, "error": {"type": ["string", "null"]}}}}}},
"SourcePage": {"type": "object", "required": ["items", "next_cursor"], "properties": {
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/Source"}},
  "next_cursor": {"$ref": "#/components/schemas/Cursor"}}},
"PlanRequest": {"type": "object", "properties": {
  "changed": {"$ref": "#/components/schemas/Texts"},
  "select": {"type": "string", "description": "A selection of what changed, beside `changed`."},
  "request": {"type": "string", "description": "A selection of what is asked for."},
  "partitions": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Texts"}],
    "description": "Of assets that have them: a key, FIRST...LAST, or *; else the newest of what changed."}}},
"Estimate": {"type": "object", "required": ["p10", "p50", "p90", "samples", "assumed"], "properties": {
  "p10": {"type": "number", "description": "Seconds; one time in ten it is less."}, "p50": {"type": "number"},
  "p90": {"type": "number", "description": "One time in ten it is more."},
  "samples": {"type": "integer", "description": "How often it was seen."},
  "assumed": {"type": "boolean", "description": "Something never ran before: it counts as what others take."}}},
"Plan": {"type": "object",
  "required": ["id", "changed", "requested", "items", "total", "critical_path", "working", "waiting", "work", "truncated"],
  "properties": {
  "id": {"type": "string"}, "changed": {"$ref": "#/components/schemas/Texts"},
  "requested": {"$ref": "#/components/schemas/Texts"},
  "total": {"description": "From the plan's time until all is ready.", "$ref": "#/components/schemas/Estimate"},
  "critical_path": {"$ref": "#/components/schemas/Texts"},
  "working": {"type": "number", "description": "Seconds of the total in which the critical path works."},
  "waiting": {"type": "number", "description": "Seconds of the total in which it waits for slots and pools."},
  "work": {"type": "number", "description": "Seconds of all steps together."},
  "truncated": {"type": "boolean", "description": "It did not come to rest."},
  "items": {"type": "array", "items": {"type": "object",
    "required": ["asset", "reason", "said", "because", "steps", "start_after", "ready_after", "ready", "worked", "critical"],
    "properties": {
    "asset": {"type": "string"}, "reason": {"type": "string", "description": "The text of `said`."},
    "said": {"$ref": "#/components/schemas/Sentence"}, "because": {"$ref": "#/components/schemas/Texts"},
    "steps": {"type": "integer", "description": "More than one where several partitions would be made."},
    "start_after": {"type": "number", "description": "Seconds from the plan's time."},
    "ready_after": {"type": "number"}, "ready": {"$ref": "#/components/schemas/Estimate"},
    "worked": {"description": "Of one step.", "$ref": "#/components/schemas/Estimate"},
    "critical": {"type": "boolean"}}}}}},
"ValidateRequest": {"type": "object", "properties": {
  "files": {"type": "array", "items": {"type": "object", "required": ["path"], "properties": {
    "path": {"type": "string"}, "text": {"type": "string"}}}}}},
"Diagnostics": {"type": "object", "required": ["valid", "diagnostics"], "properties": {
  "valid": {"type": "boolean"},
  "diagnostics": {"type": "array", "items": {"$ref": "#/components/schemas/Diagnostic"}}}},
"StreamAsset": {"allOf": [{"$ref": "#/components/schemas/AssetState"}, {"type": "object", "required": ["asset"],
  "properties": {"asset": {"type": "string"}}}]},
"StreamRun": {"type": "object", "required": ["run", "revision"], "properties": {
  "run": {"$ref": "#/components/schemas/RunId"}, "revision": {"type": "integer"},
  "status": {"$ref": "#/components/schemas/RunStatus"}, "cause": {"type": "string"}}},
"StreamStep": {"type": "object", "required": ["run", "step", "revision", "status"], "properties": {
  "run": {"$ref": "#/components/schemas/RunId"}, "step": {"type": "integer"}, "revision": {"type": "integer"},
  "asset": {"$ref": "#/components/schemas/Key"}, "check": {"type": ["string", "null"]},
  "status": {"$ref": "#/components/schemas/StepStatus"}, "attempt": {"type": "integer"},
  "reason": {"$ref": "#/components/schemas/Reason"}}}
})json";

}  // namespace

Json schemas() {
  Json out = Json::object();
  for (const std::string_view part :
       {basics, assets, runs, alerts, news, graph_schemas, operation_schemas, history_schemas}) {
    const Json some = Json::parse(part, nullptr, false);
    FRESHET_ASSERT(some.is_object());
    out.update(some);
  }
  return out;
}

}  // namespace freshet::api
