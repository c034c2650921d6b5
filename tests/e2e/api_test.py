#!/usr/bin/env python3
"""The API as a client meets it, from the first event to the last metric."""
import json
import os

from daemon import DaemonTest, main, start_ticks, until

DEFINITIONS = """
project: api
sources:
  - {asset: raw/orders, webhook: {}}
  - {asset: raw/rates, webhook: {}}
assets:
  - key: revenue
    deps: [raw/orders, raw/rates]
    command: [sh, -c, "echo revenue of $FRESHET_RUN_ID; echo oops >&2"]
    automation: eager
    checks:
      - {name: positive, command: [sh, -c, "exit 0"], blocking: true}
  - key: report
    deps: [revenue]
    command: [sh, -c, "test ! -e report_is_broken"]
    automation: eager
  - key: counting
    command: [sh, counting.sh]
  - key: family
    command: [sh, family.sh]
"""
FILES = {
    # Twenty lines, of which the second half waits to be let go.
    "counting.sh": """
i=0
while [ $i -lt 20 ]; do
  i=$((i + 1))
  echo "line $i"
  if [ $i = 10 ]; then
    touch half
    while [ ! -e go ]; do sleep 0.05; done
  fi
done
""",
    # A child, a grandchild, and one in a session of its own.
    "family.sh": """
echo $$ >>pids
(echo $(exec sh -c 'echo $PPID') >>pids; sh -c 'echo $$ >>pids; exec sleep 1000'; true) &
setsid sh -c 'echo $$ >>pids; exec sleep 1000' &
sleep 1000
""",
}


class Api(DaemonTest):
    def setUp(self):
        super().setUp()
        self.it = self.serve(DEFINITIONS, FILES)

    def deliver(self, orders="1", rates="1"):
        """Both sources have news; the run of revenue and report that follows, after its end."""
        before = {run["id"] for run in self.it.runs()}
        self.it.post("/events", [{"asset": "raw/orders", "kind": "observation", "data_version": orders},
                                 {"asset": "raw/rates", "kind": "observation", "data_version": rates}], 202)
        run = until("a run", lambda: [r for r in self.it.runs() if r["id"] not in before])[0]["id"]
        return self.it.finished(run)

    def test_news_make_what_depends_on_them(self):
        received = self.it.report("raw/orders", "monday", "one")["events"]
        self.assertEqual([("raw/orders", False)], [(e["asset"], e["duplicate"]) for e in received])
        self.assertEqual([], self.it.runs(), "revenue waits for the other input")
        event = {"specversion": "1.0", "id": "two", "source": "/rates", "type": "fetched", "subject": "raw/rates",
                 "time": "2026-01-31T13:00:00Z", "data": {"data_version": 7, "metadata": {"rows": 3}}}
        answer = self.it.request("POST", "/api/v1/events", json.dumps(event),
                                 {"Content-Type": "application/cloudevents+json"})
        self.assertEqual(202, answer.status, answer)
        run = self.it.finished(self.it.run_of("revenue"))
        self.assertEqual(("succeeded", "automation"), (run["status"], run["cause"]))
        self.assertEqual([("revenue", None), ("revenue", "positive"), ("report", None)],
                         sorted(((s["asset"], s["check"]) for s in run["steps"]), key=lambda s: (s[0] == "report", s[1] or "")))
        for key in ("revenue", "report"):
            self.assertEqual("fresh", self.it.asset(key)["data"])
        self.assertEqual([("observation", "7", {"rows": 3}, "/rates", "two")],
                         [(e["kind"], e["data_version"], e["metadata"], e["source"], e["event_id"])
                          for e in self.it.items("/assets/raw/rates/events")])
        detail = self.it.asset("revenue")
        self.assertTrue(detail["check_results"]["positive"]["passed"])
        self.assertEqual(["report"], detail["dependents"])

    def test_the_same_cloud_event_counts_once_in_each_of_its_forms(self):
        event = {"specversion": "1.0", "id": "e1", "source": "/s", "type": "t", "subject": "raw/orders"}
        structured = {"Content-Type": "application/cloudevents+json"}
        batched = {"Content-Type": "application/cloudevents-batch+json"}
        binary = {"ce-" + name: value for name, value in event.items()}
        seen = []
        for body, headers in ((json.dumps(event), structured), (json.dumps([event]), batched), ("", binary)):
            answer = self.it.request("POST", "/api/v1/events", body, headers)
            self.assertEqual(202, answer.status, answer)
            seen.append(answer.json["events"][0]["duplicate"])
        self.assertEqual([False, True, True], seen)
        self.assertEqual(1, len(self.it.items("/assets/raw/orders/events")))

    def test_runs_are_listed_in_pages_and_by_what_they_are(self):
        ids = [self.deliver(str(n))["id"] for n in range(3)]
        self.it.write("report_is_broken", "")
        ids.append(self.deliver("4")["id"])
        self.assertEqual(ids[::-1], [r["id"] for r in self.it.runs()])
        self.assertEqual(ids[::-1], [r["id"] for r in self.it.runs("limit=1")], "page by page")
        self.assertEqual([ids[3]], [r["id"] for r in self.it.runs("status=failed")])
        self.assertEqual(ids[::-1], [r["id"] for r in self.it.runs("asset=report")])
        self.assertEqual([], self.it.runs("asset=counting"))
        self.assertEqual(400, self.it.request("GET", "/api/v1/runs?status=nonsense").status)
        types = [f["type"] for f in self.it.items(f"/runs/{ids[0]}/events")]
        self.assertEqual(("run_queued", "run_ended"), (types[0], types[-1]))

    def test_a_log_can_be_read_whole_in_parts_and_by_lines(self):
        self.it.write("go", "")
        run = self.it.finished(self.it.materialize("counting"))["id"]
        whole = "".join(f"line {i}\n" for i in range(1, 21))
        self.assertEqual(whole, self.it.log(run, 0).text)
        path = f"/api/v1/runs/{run}/logs/0"
        part = self.it.request("GET", path, headers={"Range": "bytes=5-11"})
        self.assertEqual((206, whole[5:12]), (part.status, part.text))
        self.assertEqual(f"bytes 5-11/{len(whole)}", part.headers["Content-Range"])
        tail = self.it.request("GET", path, headers={"Range": "bytes=-8"})
        self.assertEqual((206, whole[-8:]), (tail.status, tail.text))
        beyond = self.it.request("GET", path, headers={"Range": f"bytes={len(whole)}-"})
        self.assertEqual((416, f"bytes */{len(whole)}"), (beyond.status, beyond.headers["Content-Range"]))
        lines = self.it.log(run, 0, from_line=3, limit=2)
        self.assertEqual(("line 3\nline 4\n", "5"), (lines.text, lines.headers["Freshet-Next-Line"]))
        found = self.it.get(f"/runs/{run}/logs/0/search?q=line%202")["items"]
        self.assertEqual([(2, "line 2"), (20, "line 20")], [(f["line"], f["text"]) for f in found])
        self.assertEqual(404, self.it.log(run, 7).status)
        self.assertEqual(404, self.it.log(run, 0, attempt=2).status)
        self.assertEqual("", self.it.log(run, 0, stream="stderr").text)

    def test_a_log_can_be_followed_to_its_end_and_from_where_one_was(self):
        run = self.it.materialize("counting")
        until("half of the lines", lambda: self.it.read("half") == "" and (self.it.project / "half").exists())
        stream = self.it.events(f"/runs/{run}/logs/0?follow=1")
        first = stream.until(lambda e: "line 10" in e["data"].get("lines", []))
        stream.close()
        self.it.write("go", "")
        rest = self.it.events(f"/runs/{run}/logs/0?follow=1", {"Last-Event-ID": first[-1]["id"]}).rest()
        self.assertEqual(("end", "succeeded"), (rest[-1]["event"], rest[-1]["data"]["status"]))
        lines = [line for event in first + rest[:-1] for line in event["data"]["lines"]]
        self.assertEqual([f"line {i}" for i in range(1, 21)], lines, "each line once")

    def test_the_stream_tells_what_happens_and_goes_on_where_one_was(self):
        stream = self.it.events("/stream")
        self.assertEqual("text/event-stream", stream.headers["Content-Type"])
        hello = stream.next()
        self.assertEqual("hello", hello["event"])
        first = self.deliver("1")
        seen = stream.until(lambda e: e["event"] == "run" and e["data"]["run"] == first["id"]
                            and e["data"].get("status") == "succeeded")
        self.assertTrue(any(e["event"] == "asset" and e["data"]["asset"] == "revenue" for e in seen), seen)
        self.assertTrue(any(e["event"] == "step" for e in seen), seen)
        numbers = [int(e["id"]) for e in seen]
        self.assertEqual(sorted(numbers), numbers, "in order")
        stream.close()
        second = self.deliver("2")
        again = self.it.events("/stream", {"Last-Event-ID": seen[-1]["id"]})
        missed = again.until(lambda e: e["event"] == "run" and e["data"]["run"] == second["id"]
                             and e["data"].get("status") == "succeeded")
        self.assertNotIn("reset", [e["event"] for e in missed])
        self.assertTrue(all(int(e["id"]) > int(seen[-1]["id"]) for e in missed if "id" in e), missed)
        again.close()
        third = self.it.events(f"/stream?topics=asset:report&from={hello['id']}")
        only = third.until(lambda e: e["event"] == "asset")
        self.assertEqual({"report"}, {e["data"]["asset"] for e in only if e["event"] == "asset"})
        third.close()
        self.assertEqual(404, self.it.request("GET", "/api/v1/stream?topics=asset:no/such").status)

    def test_what_has_not_changed_is_not_sent_again(self):
        self.deliver()
        for path in ("/assets", "/assets/revenue", "/graph", "/status", "/runs", "/sources", "/openapi.json",
                     "/runs/" + self.it.runs()[0]["id"]):
            with self.subTest(path=path):
                first = self.it.request("GET", "/api/v1" + path)
                tag = first.headers["ETag"]
                self.assertTrue(tag)
                again = self.it.request("GET", "/api/v1" + path, headers={"If-None-Match": tag})
                self.assertEqual((304, b""), (again.status, again.body))
        tag = self.it.request("GET", "/api/v1/assets/revenue").headers["ETag"]
        self.deliver("other")
        self.assertEqual(200, self.it.request("GET", "/api/v1/assets/revenue", headers={"If-None-Match": tag}).status)

    def test_a_repeated_request_is_done_once_even_across_a_restart(self):
        key = {"Idempotency-Key": "nightly-2026-11-20"}
        body = {"select": "revenue", "reason": "asked for"}
        first = self.it.request("POST", "/api/v1/runs", body, key)
        self.assertEqual(201, first.status, first)
        self.assertEqual("/api/v1/runs/" + first.json["id"], first.headers["Location"])
        self.assertIsNone(first.headers["Idempotency-Replayed"])
        self.it.finished(first.json["id"])
        for _ in range(2):
            again = self.it.request("POST", "/api/v1/runs", body, key)
            self.assertEqual((201, first.json["id"], "true"),
                             (again.status, again.json["id"], again.headers["Idempotency-Replayed"]))
            self.it.restart()
        other = self.it.request("POST", "/api/v1/runs", body | {"select": "report"}, key)
        self.assertEqual((422, "idempotency_key_reused"), (other.status, other.json["code"]))
        self.assertEqual(1, [run["cause"] for run in self.it.runs()].count("person"))
        event = {"asset": "raw/orders", "kind": "observation"}
        receipts = [self.it.post("/events", event, 202, headers={"Idempotency-Key": "e"})["events"] for _ in range(2)]
        self.assertEqual(receipts[0], receipts[1])
        self.assertEqual(1, len(self.it.items("/assets/raw/orders/events")))

    def test_a_cancel_ends_the_whole_family_of_a_step(self):
        run = self.it.materialize("family")
        until("all four processes", lambda: len(self.it.lines("pids")) == 4)
        self.it.post(f"/runs/{run}/cancel", want=202)
        ended = self.it.finished(run)
        self.assertEqual(("canceled", "canceled"), (ended["status"], ended["steps"][0]["status"]))
        self.assertEqual([], [p for p in self.it.lines("pids") if start_ticks(p) is not None])
        until("its supervisor to be gone", lambda: not self.it.leftovers())
        self.assertEqual(409, self.it.request("POST", f"/api/v1/runs/{run}/cancel", {}).status)

    def test_a_retry_does_only_what_failed(self):
        self.it.write("report_is_broken", "")
        failed = self.deliver()
        self.assertEqual("failed", failed["status"])
        self.assertEqual([("report", "exit_code", 1)], [(s["asset"], s["reason"]["code"], s["exit_code"])
                                                        for s in failed["steps"] if s["status"] == "failed"])
        os.remove(self.it.project / "report_is_broken")
        retry = self.it.finished(self.it.post(f"/runs/{failed['id']}/retry", want=201)["id"])
        self.assertEqual(("succeeded", "retry", failed["id"]), (retry["status"], retry["cause"], retry["retry_of"]))
        self.assertEqual(["report"], [s["asset"] for s in retry["steps"]])
        whole = self.it.finished(self.it.post(f"/runs/{failed['id']}/retry", {"from": "all"}, 201)["id"])
        self.assertEqual({"revenue", "report"}, {s["asset"] for s in whole["steps"]})
        self.assertEqual("fresh", self.it.asset("report")["data"])

    def test_what_is_paused_is_made_when_it_is_resumed(self):
        self.deliver()
        runs = len(self.it.runs())
        self.assertEqual(2, self.it.post("/automation/pause", {"select": "revenue+", "reason": "stocktaking"})["count"])
        self.it.report("raw/orders", "2")
        until("the request to be withheld", lambda: self.it.asset("revenue")["withheld"])
        self.assertEqual(runs, len(self.it.runs()))
        detail = self.it.asset("revenue")
        self.assertEqual((True, "paused", "stocktaking"), (detail["paused"], detail["work"], detail["pause"]["reason"]))
        self.it.restart()
        self.assertTrue(self.it.asset("revenue")["withheld"], "it is remembered")
        self.assertEqual(runs, len(self.it.runs()))
        self.it.post("/automation/resume", {"select": "revenue+"})
        until("everything to be fresh", lambda: self.it.asset("report")["data"] == "fresh")
        self.assertEqual(runs + 1, len(self.it.runs()))

    def test_why_and_decisions_explain(self):
        waiting = self.it.get("/assets/revenue/why")
        self.assertTrue(waiting["text"])
        self.assertTrue(waiting["tree"]["children"])
        self.assertFalse(waiting["tree"]["held"])
        run = self.deliver()
        decisions = self.it.items("/assets/revenue/decisions")
        self.assertIn(run["id"], [d["run"] for d in decisions if d["requested"]])
        self.assertEqual(404, self.it.request("GET", "/api/v1/assets/no/such/why").status)

    def test_a_plan_says_what_would_run_and_runs_nothing(self):
        self.deliver()
        runs = len(self.it.runs())
        plan = self.it.post("/plan", {"changed": ["raw/orders"]})
        self.assertEqual(["revenue", "report"], [item["asset"] for item in plan["items"]])
        self.assertEqual(["raw/orders"], plan["items"][0]["because"])
        self.assertEqual(plan, self.it.get(f"/plan/{plan['id']}"))
        self.assertEqual([], self.it.post("/plan", {"changed": ["counting"]})["items"][1:])
        self.assertEqual(runs, len(self.it.runs()))
        self.assertNotEqual(200, self.it.request("POST", "/api/v1/plan", {"changed": ["no/such"]}).status)

    def test_validation_judges_files_that_are_not_there_yet(self):
        self.assertTrue(self.it.post("/validate")["valid"])
        text = DEFINITIONS.replace("deps: [revenue]", "deps: [revenu]")
        judged = self.it.post("/validate", {"files": [{"path": "freshet.yaml", "text": text}]})
        line = next(i for i, t in enumerate(text.splitlines(), 1) if "[revenu]" in t)
        found = [d for d in judged["diagnostics"] if "revenu" in d["message"]]
        self.assertEqual([line], [d["line"] for d in found], judged)
        self.assertTrue(self.it.post("/validate")["valid"], "nothing was changed")

    def test_a_reload_keeps_the_last_good_definitions_and_takes_the_mended_ones(self):
        self.deliver()
        self.it.write("freshet.yaml", DEFINITIONS.replace("key: report", "kye: report"))
        judged = self.it.post("/reload")
        self.assertFalse(judged["valid"])
        self.assertTrue(any("kye" in d["message"] and d["line"] for d in judged["diagnostics"]), judged)
        self.assertEqual("succeeded", self.deliver("2")["status"], "the last good ones are in force")
        self.assertEqual("fresh", self.it.asset("report")["data"])
        more = DEFINITIONS + "  - {key: summary, deps: [report], command: [sh, -c, 'exit 0'], automation: eager}\n"
        self.it.write("freshet.yaml", more)
        self.assertTrue(self.it.post("/reload")["valid"])
        self.assertEqual("missing", self.it.asset("summary")["data"])
        self.assertIn("summary", [s["asset"] for s in self.deliver("3")["steps"]])
        self.assertEqual("fresh", self.it.asset("summary")["data"])

    def test_metrics_and_openapi_are_there(self):
        self.deliver()
        text = self.it.request("GET", "/metrics").text
        for name in ("freshet_up 1", "freshet_steps_started_total 3", 'freshet_assets{data="fresh"} 4',
                     'freshet_assets{data="missing"} 2'):
            self.assertIn(name + "\n", text)
        for line in text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) freshet_\w+ .+|freshet_\w+(\{.*\})? [-+.\de]+)$')
        document = self.it.get("/openapi.json")
        self.assertEqual("3.1", document["openapi"][:3])
        self.assertIn("post", document["paths"]["/api/v1/events"])
        for path in ("/", "/healthz", "/readyz"):
            self.assertEqual(200, self.it.request("GET", path).status)

    def test_every_answer_says_at_which_sequence_it_is_true(self):
        before = int(self.it.request("GET", "/api/v1/assets").headers["Freshet-Sequence"])
        self.deliver()
        self.assertGreater(int(self.it.request("GET", "/api/v1/assets").headers["Freshet-Sequence"]), before)


if __name__ == "__main__":
    main()
