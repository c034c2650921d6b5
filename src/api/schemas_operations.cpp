#include <string_view>

#include "api/schema_texts.hpp"

namespace freshet::api {

const std::string_view operation_schemas = R"json({
"System": {"type": "object",
  "required": ["version", "instance", "started_at", "uptime", "sequence", "projects", "store", "engine", "pools",
    "streams", "config"], "properties": {
  "version": {"type": "string"}, "instance": {"type": "string", "description": "Of the store."},
  "started_at": {"$ref": "#/components/schemas/Instant"},
  "uptime": {"type": "number", "description": "Seconds."}, "sequence": {"type": "integer"},
  "projects": {"type": "array", "items": {"type": "object",
    "required": ["name", "directory", "assets", "loaded_at", "valid", "diagnostics"], "properties": {
    "name": {"type": "string", "description": "Empty where it never had a good version."},
    "directory": {"type": "string"}, "assets": {"type": "integer"},
    "loaded_at": {"description": "Since when the version in force is.", "$ref": "#/components/schemas/Instant"},
    "valid": {"type": "boolean", "description": "What was read last is in force."},
    "diagnostics": {"type": "array", "items": {"$ref": "#/components/schemas/Diagnostic"}}}}},
  "store": {"type": "object", "required": ["path", "database_bytes", "free_bytes", "wal_bytes", "last_sequence"],
    "properties": {"path": {"type": "string"}, "database_bytes": {"type": "integer"},
    "free_bytes": {"type": "integer", "description": "Of those: to be used again."},
    "wal_bytes": {"type": "integer"}, "last_sequence": {"type": "integer"}}},
  "engine": {"type": "object", "description": "Since the start.",
    "required": ["inputs", "slow_inputs", "longest_input", "facts", "commits", "queue"], "properties": {
    "inputs": {"type": "integer"},
    "slow_inputs": {"type": "integer", "description": "That took longer than 5 ms."},
    "longest_input": {"type": "number", "description": "Seconds."}, "facts": {"type": "integer"},
    "commits": {"type": "integer"}, "queue": {"type": "integer", "description": "Inputs that wait now."}}},
  "pools": {"type": "object", "description": "`slots` are the daemon's.", "additionalProperties": {"type": "object",
    "required": ["limit", "used", "waiting"], "properties": {
    "limit": {"type": "integer"}, "used": {"type": "integer"}, "waiting": {"type": "integer"}}}},
  "streams": {"type": "object", "required": ["clients", "logs"], "properties": {
    "clients": {"type": "integer"}, "logs": {"type": "integer", "description": "That are followed."}}},
  "config": {"type": "array", "items": {"type": "object", "required": ["name", "value", "origin"], "properties": {
    "name": {"type": "string"}, "value": {"type": "string"},
    "origin": {"type": "string", "enum": ["default", "option"]}}}}}},
"SystemLog": {"type": "object", "required": ["items"], "properties": {
  "items": {"type": "array", "items": {"type": "object", "required": ["at", "level", "logger", "text"], "properties": {
    "at": {"$ref": "#/components/schemas/Instant"}, "level": {"$ref": "#/components/schemas/LogLevel"},
    "logger": {"type": "string"}, "text": {"type": "string"}}}}}},
"Diagnostic": {"type": "object", "required": ["severity", "file", "line", "column", "message"], "properties": {
  "severity": {"type": "string", "enum": ["error", "warning"]}, "file": {"type": "string"},
  "line": {"type": "integer"}, "column": {"type": "integer"}, "message": {"type": "string"}}},
"StreamBackfill": {"type": "object", "required": ["backfill", "revision", "status", "counts"], "properties": {
  "backfill": {"$ref": "#/components/schemas/RunId"}, "revision": {"type": "integer"},
  "status": {"type": "string", "enum": ["running", "paused", "succeeded", "failed", "canceled"]},
  "counts": {"description": "null once it has ended.", "oneOf": [{"$ref": "#/components/schemas/BackfillCounts"}, {"type": "null"}]},
  "runs": {"type": "integer"}}},
"StreamAlert": {"type": "object",
  "required": ["id", "at", "kind", "asset", "partition", "check", "text", "run", "step", "muted", "over", "since", "open"],
  "properties": {
  "id": {"type": "string"}, "at": {"$ref": "#/components/schemas/Instant"},
  "kind": {"$ref": "#/components/schemas/AlertKind"}, "asset": {"$ref": "#/components/schemas/Key"},
  "partition": {"type": ["string", "null"]}, "check": {"type": ["string", "null"]}, "text": {"type": "string"},
  "run": {"$ref": "#/components/schemas/RunId"}, "step": {"type": ["integer", "null"]}, "muted": {"type": "boolean"},
  "over": {"type": ["string", "null"], "description": "Of a recovery: the kind of alert that is over."},
  "since": {"type": ["string", "null"], "description": "Of a recovery: the id of that alert."},
  "open": {"type": "boolean", "description": "Something went wrong; else it is over, or a test."}}},
"StreamRejected": {"type": "object", "required": ["asset", "id", "reason"],
  "description": "The latest report of an asset that was refused; told to who asked for that asset.",
  "properties": {"asset": {"type": "string"}, "id": {"type": "string", "description": "Of the event."}, "reason": {"type": "string"}}},
"LogLevel": {"type": ["string", "null"], "enum": ["debug", "info", "warning", "error"],
  "description": "Guessed from the text; null where it does not say."},
"LogLine": {"type": "object", "required": ["line", "at", "stream", "level", "text"], "properties": {
  "line": {"type": "integer", "description": "From 1, within the streams that are asked for."},
  "at": {"description": "By then it was written; at most 100 ms late.", "$ref": "#/components/schemas/Instant"},
  "stream": {"type": "string", "enum": ["out", "err"]},
  "level": {"$ref": "#/components/schemas/LogLevel"},
  "text": {"type": "string", "description": "As a terminal shows it: what follows the last carriage return."},
  "collapsed": {"type": "boolean", "description": "A carriage return took what was before."},
  "truncated": {"type": "boolean", "description": "Only its first 64 KiB are given."},
  "partial": {"type": "boolean", "description": "It may still change: it has no end yet, or comes after such a line."},
  "step": {"type": "integer", "description": "Of the log of a run: whose line it is, …"},
  "attempt": {"type": "integer", "description": "… of which attempt, …"},
  "step_line": {"type": "integer", "description": "… and its number there."}}},
"LogLines": {"type": "object",
  "required": ["from", "next", "total", "complete", "attempt", "items", "truncated_lines"], "properties": {
  "from": {"type": "integer", "description": "Of the first line that was asked for."},
  "next": {"type": "integer",
    "description": "Where to go on; lines from there on that are given already may still change."},
  "total": {"type": "integer", "description": "Lines so far."},
  "complete": {"type": "boolean", "description": "The attempt has ended, or the run."},
  "attempt": {"type": ["integer", "null"], "description": "null for the log of a run."},
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/LogLine"}},
  "truncated_lines": {"type": "integer", "description": "Of the items."}}},
"FoundLines": {"type": "object", "required": ["items", "next_line", "total"], "properties": {
  "items": {"type": "array", "items": {"description": "Of the text at most 1,000 bytes.",
    "$ref": "#/components/schemas/LogLine"}},
  "next_line": {"type": ["integer", "null"],
    "description": "Where to go on; null where nothing more is found. A large log is looked through by several requests."},
  "total": {"type": "object", "required": ["value", "relation"],
    "description": "Lines found from `from_line` on; `gte`: there may be more.",
    "properties": {"value": {"type": "integer"}, "relation": {"type": "string", "enum": ["eq", "gte"]}}}}}
})json";

}  // namespace freshet::api
