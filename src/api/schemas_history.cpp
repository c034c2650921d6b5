#include <string_view>

#include "api/schema_texts.hpp"

namespace freshet::api {

const std::string_view history_schemas = R"json({
"Timeline": {"type": "object",
  "required": ["from", "to", "columns", "succeeded", "failed", "canceled", "running", "total", "truncated"], "properties": {
  "from": {"$ref": "#/components/schemas/Instant"}, "to": {"$ref": "#/components/schemas/Instant"},
  "columns": {"type": "integer", "description": "Equal stretches of that time."},
  "succeeded": {"description": "Runs that ended so, by column.", "$ref": "#/components/schemas/Numbers"},
  "failed": {"$ref": "#/components/schemas/Numbers"}, "canceled": {"$ref": "#/components/schemas/Numbers"},
  "running": {"description": "Runs that were at work in some part of it.", "$ref": "#/components/schemas/Numbers"},
  "total": {"type": "object", "required": ["succeeded", "failed", "canceled", "running"],
    "properties": {"running": {"type": "integer", "description": "Those that have not ended."}},
    "additionalProperties": {"type": "integer"}},
  "truncated": {"type": "boolean", "description": "More runs ended than were looked at: the latest lack."}}},
"Failures": {"type": "object", "required": ["from", "to", "count", "items", "truncated"], "properties": {
  "from": {"$ref": "#/components/schemas/Instant"}, "to": {"$ref": "#/components/schemas/Instant"},
  "count": {"type": "integer", "description": "Failed steps that were looked at."},
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/FailureGroup"}},
  "truncated": {"type": "boolean", "description": "There are more."}}},
"FailureGroup": {"type": "object", "description": "Steps that failed and said the same, the most frequent first.",
  "required": ["fingerprint", "text", "reason", "count", "runs", "assets", "asset_count", "owners", "first_at", "last_at",
    "latest", "differences"], "properties": {
  "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16}$", "description": "Of the reason and the last line of what was said, without numbers, ids, instants and paths."},
  "text": {"type": "string"}, "reason": {"$ref": "#/components/schemas/Reason"},
  "count": {"type": "integer"}, "runs": {"type": "integer"},
  "assets": {"description": "The most frequent ones.", "$ref": "#/components/schemas/Texts"},
  "asset_count": {"type": "integer"}, "owners": {"$ref": "#/components/schemas/Texts"},
  "first_at": {"$ref": "#/components/schemas/Instant"}, "last_at": {"$ref": "#/components/schemas/Instant"},
  "latest": {"type": "object", "required": ["run", "step", "asset", "partition", "check"], "properties": {
    "run": {"$ref": "#/components/schemas/RunId"}, "step": {"type": "integer"},
    "asset": {"$ref": "#/components/schemas/Key"}, "partition": {"type": ["string", "null"]},
    "check": {"type": ["string", "null"]}}},
  "differences": {"type": "array", "description": "What is more frequent among these steps than among others of that time.",
    "items": {"type": "object", "required": ["attribute", "value", "share", "others"], "properties": {
      "attribute": {"type": "string", "description": "asset, cause, attempt, hour, definitions, code_version, partition, or tag:NAME of the run."},
      "value": {"type": "string"}, "share": {"type": "number"}, "others": {"type": "number"}}}}}},
"Incidents": {"type": "object", "required": ["at", "sentence", "totals", "count", "items", "next"], "properties": {
  "at": {"$ref": "#/components/schemas/Instant"}, "sentence": {"type": "string"},
  "totals": {"type": "object", "description": "Assets; `fresh`, `stale` and `missing` are all of them.",
    "required": ["assets", "fresh", "stale", "missing", "failed", "running", "waiting", "late"],
    "additionalProperties": {"type": "integer"}},
  "count": {"type": "integer", "description": "Of all, listed or not."},
  "items": {"type": "array", "description": "The worst first, at most 100 and what is wrong with definitions.",
    "items": {"$ref": "#/components/schemas/Incident"}},
  "next": {"type": "array", "description": "What is expected today, the soonest first.", "items": {"type": "object",
    "required": ["asset", "at", "p10", "p90", "code", "params", "text", "deadline", "at_risk"], "properties": {
    "asset": {"type": "string"}, "at": {"$ref": "#/components/schemas/Instant"},
    "p10": {"$ref": "#/components/schemas/Instant"}, "p90": {"$ref": "#/components/schemas/Instant"},
    "code": {"type": "string"}, "params": {"$ref": "#/components/schemas/Params"}, "text": {"type": "string"}, "deadline": {"$ref": "#/components/schemas/Instant"}, "at_risk": {"type": "boolean"}}}}}},
"Incident": {"type": "object", "description": "A problem that no problem upstream explains.",
  "required": ["id", "kind", "code", "params", "text", "asset", "partition_count", "since", "run", "step", "check", "owners",
    "warning", "affects", "affected", "at_risk", "muted"], "properties": {
  "id": {"type": "string"},
  "kind": {"type": "string", "enum": ["failure", "check", "freshness", "source", "definitions"]},
  "code": {"type": "string", "enum": ["failed", "partitions_failed", "check_fails", "check_warns", "check_without_result",
    "older_than", "deadline_missed", "source_error", "definitions_invalid"]},
  "params": {"$ref": "#/components/schemas/Params"}, "text": {"type": "string"},
  "asset": {"$ref": "#/components/schemas/Key"},
  "partition_count": {"type": "integer", "description": "Partitions concerned; 0 where there are none."},
  "since": {"$ref": "#/components/schemas/Instant"}, "run": {"$ref": "#/components/schemas/RunId"},
  "step": {"type": ["integer", "null"]}, "check": {"type": ["string", "null"]},
  "owners": {"$ref": "#/components/schemas/Texts"},
  "warning": {"type": "boolean", "description": "A check that only warns: nothing waits on it."},
  "affects": {"type": "integer", "description": "Assets downstream that are not fresh, or have a problem, by it."},
  "affected": {"description": "Some of them.", "$ref": "#/components/schemas/Texts"},
  "at_risk": {"type": "array", "description": "Freshness policies of it and of those that ask for something new in the next day.",
    "items": {"type": "object", "required": ["asset", "deadline"], "properties": {
      "asset": {"type": "string"}, "deadline": {"$ref": "#/components/schemas/Instant"}}}},
  "muted": {"type": "boolean", "description": "Its alerts are held back."}}},
"PartitionBars": {"type": "object",
  "required": ["total", "counts", "columns", "first", "last", "rows", "rows_total", "time"], "properties": {
  "total": {"type": "integer"}, "counts": {"$ref": "#/components/schemas/PartitionCounts"},
  "columns": {"type": "integer"},
  "first": {"description": "Key of each column's first time window, or of its first partition.", "$ref": "#/components/schemas/Texts"},
  "last": {"$ref": "#/components/schemas/Texts"},
  "rows": {"type": "array", "items": {"type": "object",
    "required": ["name", "size", "missing", "stale", "failed", "in_progress"], "properties": {
    "name": {"type": "string", "description": "Keys of the other dimensions; empty where there are none."},
    "size": {"description": "Partitions, by column.", "$ref": "#/components/schemas/Numbers"},
    "missing": {"$ref": "#/components/schemas/Numbers"}, "stale": {"$ref": "#/components/schemas/Numbers"},
    "failed": {"$ref": "#/components/schemas/Numbers"}, "in_progress": {"$ref": "#/components/schemas/Numbers"}}}},
  "rows_total": {"type": "integer"},
  "time": {"type": "boolean", "description": "Whether columns are of time windows."}}},
"AnyPartitions": {"oneOf": [{"$ref": "#/components/schemas/PartitionPage"}, {"$ref": "#/components/schemas/PartitionBars"}]}
})json";

}  // namespace freshet::api
