#!/usr/bin/env python3
"""Webhooks, end to end: who may tell, what counts, what counts once, and what becomes of the rest."""
import hashlib
import hmac
import json
import time
import urllib.parse

from daemon import DaemonTest, main, until

TOKEN, SECRET = "token-of-the-crm", "what-github-signs-with"
PROJECT = f"""
sources:
  - asset: crm/customers
    webhook: {{token: {TOKEN}, match: {{"$.type": [changed]}}, data_version: "$.revision", id: "$.id"}}
  - asset: code/models
    webhook: {{format: github, secret: {SECRET}, match: {{"header:X-GitHub-Event": push}}}}
  - asset: ref/rates
    webhook: {{data_version: "$.v", partition: "$.day"}}
    partitions: {{static: [mon, tue]}}
  - asset: ops/beat
    webhook: {{token: {TOKEN}, data_version: "$.n"}}
    freshness: {{within: 1s}}
assets:
  - key: marts/customers
    deps: [crm/customers]
    command: [sh, -c, "echo made >> made"]
    automation: eager
"""


class Webhooks(DaemonTest):
    def send(self, daemon, asset, body, headers=None, token=False, query="", path=None):
        body = body if isinstance(body, str) else json.dumps(body)
        return daemon.request("POST", path or f"/api/v1/hooks/{asset}{query}", body,
                              {"Content-Type": "application/json", **(headers or {})}, token=token)

    def test_a_source_is_told_by_who_shows_its_token_and_each_event_counts_once(self):
        daemon = self.daemon(PROJECT).start()
        body = {"type": "changed", "revision": 1, "id": "e1", "customer": {"name": "Ada"}}
        for headers, query in (({}, ""), ({"Authorization": "Bearer wrong"}, ""), ({}, "?token=wrong")):
            refused = self.send(daemon, "crm/customers", body, headers, query=query)
            self.assertEqual(refused.status, 401, refused)
            self.assertNotIn(TOKEN, refused.text)
        # The daemon's own token is for its API: this source has one of its own.
        self.assertEqual(self.send(daemon, "crm/customers", body, token=True).status, 401)

        known = {"Authorization": f"Bearer {TOKEN}"}
        taken = self.send(daemon, "crm/customers", body, known)
        self.assertEqual(taken.status, 202, taken)
        self.assertFalse(taken.json["events"][0]["duplicate"])
        until("the run", lambda: daemon.lines("made") == ["made"])
        again = self.send(daemon, "crm/customers", body, known)
        self.assertTrue(again.json["events"][0]["duplicate"], again)
        other = self.send(daemon, "crm/customers", {"type": "seen"}, {"X-Gitlab-Token": TOKEN})
        self.assertEqual(other.json, {"events": [], "ignored": 1})
        self.assertEqual(self.send(daemon, "crm/customers", {**body, "id": "e2", "revision": 2}, query=f"?token={TOKEN}").status, 202)
        until("the second run", lambda: daemon.lines("made") == ["made"] * 2)

        daemon.restart()  # what was taken in is known after a crash, too
        self.assertTrue(self.send(daemon, "crm/customers", body, known).json["events"][0]["duplicate"])
        daemon.rest()
        self.assertEqual(daemon.lines("made"), ["made"] * 2)
        self.assertIn('freshet_source_errors{asset="crm/customers",kind="webhook"} 0', daemon.request("GET", "/metrics").text)
        self.assertNotIn(TOKEN, daemon.said() + json.dumps(daemon.get("/sources")))

    def test_a_signature_must_fit_the_body(self):
        daemon = self.daemon(PROJECT).start()
        body = json.dumps({"ref": "refs/heads/main", "after": "abc123"})
        good = "sha256=" + hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
        headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "d1", "X-Hub-Signature-256": good}
        self.assertEqual(self.send(daemon, "code/models", body + " ", headers).json["code"], "signature_invalid")
        self.assertEqual(self.send(daemon, "code/models", body, {**headers, "X-Hub-Signature-256": ""}).status, 401)
        self.assertEqual(self.send(daemon, "code/models", body).status, 401)
        self.assertEqual(daemon.asset("code/models")["data"], "missing")
        taken = self.send(daemon, "code/models", body, headers)
        self.assertEqual(taken.status, 202, taken)
        self.assertEqual(daemon.asset("code/models")["latest"]["data_version"], "abc123")
        ping = json.dumps({"zen": "…"})
        headers["X-Hub-Signature-256"] = "sha256=" + hmac.new(SECRET.encode(), ping.encode(), hashlib.sha256).hexdigest()
        headers["X-GitHub-Event"] = "ping"
        self.assertEqual(self.send(daemon, "code/models", ping, headers).json["ignored"], 1)

    def test_without_token_and_secret_the_daemons_own_token_is_wanted(self):
        daemon = self.daemon(PROJECT).start()
        self.assertEqual(self.send(daemon, "ref/rates", {"v": 1, "day": "mon"}).status, 401)
        self.assertEqual(self.send(daemon, "ref/rates", {"v": 1, "day": "mon"}, token=True).status, 202)
        # What cannot be used is accepted, kept, and shown with its reason: to send it again would not help.
        dead = self.send(daemon, "ref/rates", {"v": 1, "day": "sun"}, token=True)
        self.assertEqual(dead.status, 202)
        self.assertIn("sun", dead.json["events"][0]["error"])
        rejected = daemon.get("/events?rejected=1")["items"]
        self.assertEqual([(r["asset"], json.loads(r["body"])["day"]) for r in rejected], [("ref/rates", "sun")])
        source = next(s for s in daemon.get("/sources")["items"] if s["asset"] == "ref/rates")
        self.assertEqual((2, 0, 1, 1), tuple(source[k] for k in ("messages", "ignored", "events", "dead")))

    def test_what_is_signed_counts_once_also_when_it_is_sent_again(self):
        daemon = self.daemon(f"sources: [{{asset: ref/rates, webhook: {{secret: {SECRET}, signature: stripe}}}}]").start()
        body = json.dumps({"rate": 1})

        def headers(at, more=""):
            signed = hmac.new(SECRET.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
            return {"Stripe-Signature": f"t={at},{more}v1={signed}"}

        now = int(time.time())
        taken = [self.send(daemon, "ref/rates", body, each) for each in
                 (headers(now), headers(now), headers(now, "v1=00,"), headers(now + 1))]
        self.assertEqual([202] * 4, [t.status for t in taken], taken)
        self.assertEqual([False, True, True, False], [t.json["events"][0]["duplicate"] for t in taken])
        daemon.restart()
        self.assertTrue(self.send(daemon, "ref/rates", body, headers(now)).json["events"][0]["duplicate"])

    def test_each_object_of_a_bucket_is_news_also_if_it_is_like_another(self):
        daemon = self.daemon("""
sources: [{asset: lake/days, webhook: {format: s3}}]
assets: [{key: report, deps: [lake/days], command: [sh, -c, "echo made >> made"], automation: eager}]
""").start()
        for count, day in enumerate((1, 2, 3), 1):
            one = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "lake"}, "object": {
                "key": f"day={day}/_SUCCESS", "eTag": "d41d8cd98f00b204e9800998ecf8427e"}}}
            for sent in range(2):  # the same content, written once more: taken, and no change
                taken = self.send(daemon, "lake/days", {"Records": [one]}, token=True)
                self.assertEqual([(202, False)], [(taken.status, e["duplicate"]) for e in taken.json["events"]])
            until("the run", lambda: len(daemon.lines("made")) == count)
            daemon.rest()
            self.assertEqual(count, len(daemon.lines("made")))

    def test_no_body_ends_the_daemon(self):
        formats = ("json", "cloudevents", "s3", "github", "alertmanager")
        daemon = self.daemon("sources: [" + ", ".join(f"{{asset: in/{f}, webhook: {{format: {f}}}}}" for f in formats) + "]").start()
        odd = [1, "x", None, [], {"Event": 1}, {"Event": {}}, {"Records": [1, {"s3": 1}]}, {"alerts": [1, {"status": {}}]},
               {"after": []}, {"specversion": 1}]
        process = daemon.process.pid
        for name in formats:
            for body in odd:
                for padded in ("", " " * 20_000):  # what is longer is read elsewhere
                    answer = self.send(daemon, f"in/{name}", json.dumps(body) + padded, token=True)
                    self.assertEqual(answer.status, 202, (name, body, answer))
        many = self.send(daemon, "in/alertmanager", {"alerts": [{}] * 10_001}, token=True)
        self.assertIn("at most 10000 events", many.json["events"][0]["error"])
        self.assertEqual((process, True), (daemon.process.pid, daemon.alive()))

    def test_what_cannot_be_read_is_kept_with_its_reason_and_tried_again(self):
        hook = 'sources: [{asset: ref/rates, webhook: {each: $.rows, data_version: $.v}}]'
        daemon = self.daemon(hook).start()
        for body, reason in (("{", "it ends too early"), ({"items": [{"v": 7}]}, "there is no list at $.rows")):
            dead = self.send(daemon, "ref/rates", body, token=True)
            self.assertEqual(dead.status, 202, dead)
            self.assertIn(reason, dead.json["events"][0]["error"])
        rejected = daemon.get("/events?rejected=1")["items"]
        self.assertEqual([dead.json["events"][0]["error"], True], [rejected[0]["reason"], '"items' in json.loads(rejected[0]["body"])["#whole"]])
        self.assertEqual(2, len(rejected), rejected)
        self.assertEqual(422, daemon.request("POST", f"/api/v1/events/{rejected[0]['id']}/replay").status)
        daemon.write("freshet.yaml", hook.replace("$.rows", "$.items"))
        daemon.post("/reload")
        daemon.post(f"/events/{rejected[0]['id']}/replay", want=202)
        self.assertEqual(daemon.asset("ref/rates")["latest"]["data_version"], "7")

    def test_github_may_send_a_form(self):
        daemon = self.daemon(PROJECT).start()
        body = urllib.parse.urlencode({"payload": json.dumps({"ref": "refs/heads/main", "after": "abc123"})})
        good = "sha256=" + hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
        headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "d1", "X-Hub-Signature-256": good,
                   "Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(self.send(daemon, "code/models", body, headers).status, 202)
        self.assertEqual(daemon.asset("code/models")["latest"]["data_version"], "abc123")

    def test_a_replay_knows_the_headers_that_rules_name(self):
        hook = 'sources: [{asset: ref/rates, webhook: {data_version: "header:X-Rev", partition: $.day, id: "header:webhook-id"}, partitions: {static: [mon]}}]'
        daemon = self.daemon(hook).start()
        sent = {"X-Rev": "r7", "webhook-id": "m1"}
        self.assertIn("error", self.send(daemon, "ref/rates", {"tag": "mon"}, sent, token=True).json["events"][0])
        rejected = daemon.get("/events?rejected=1")["items"][0]
        self.assertEqual(422, daemon.request("POST", f"/api/v1/events/{rejected['id']}/replay").status)
        daemon.write("freshet.yaml", hook.replace("$.day", "$.tag"))
        daemon.post("/reload")
        taken = daemon.post(f"/events/{rejected['id']}/replay", want=202)["events"]
        self.assertEqual([("ref/rates", False, None)], [(e["asset"], e["duplicate"], e.get("error")) for e in taken])
        update = daemon.items("/assets/ref/rates/events")[0]
        self.assertEqual(("mon", "r7"), (update["partition"], update["data_version"]))
        # Its sender, who tries again, is told that it is known.
        self.assertTrue(self.send(daemon, "ref/rates", {"tag": "mon"}, sent, token=True).json["events"][0]["duplicate"])

    def test_what_was_rejected_is_tried_again_once_definitions_fit(self):
        cut = "sources: [{asset: ref/rates, webhook: {data_version: $.v, partition: $.day}, partitions: {static: [mon]}}]"
        daemon = self.daemon(cut).start()
        self.assertIn("error", self.send(daemon, "ref/rates", {"v": 1}, token=True).json["events"][0])
        told = {"eventType": "COMPLETE", "eventTime": "2026-01-31T06:00:00Z", "run": {"runId": "5f0c2b8e-0000-7000-8000-000000000001"},
                "job": {"namespace": "spark", "name": "load"}, "outputs": [{"namespace": "lake", "name": "ref/rates"}],
                "producer": "https://example.com", "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json"}
        daemon.post("/lineage", told, want=201)
        rejected = daemon.get("/events?rejected=1")["items"]
        self.assertEqual(2, len(rejected), rejected)
        for one in rejected:
            self.assertEqual(422, daemon.request("POST", f"/api/v1/events/{one['id']}/replay").status)
        daemon.write("freshet.yaml", cut.replace(", partitions: {static: [mon]}", "").replace(", partition: $.day", ""))
        daemon.post("/reload")
        for one in reversed(rejected):
            taken = daemon.post(f"/events/{one['id']}/replay", want=202)["events"]
            self.assertEqual([(e["asset"], e.get("error")) for e in taken], [("ref/rates", None)])
        self.assertEqual(daemon.asset("ref/rates")["latest"]["data_version"], told["run"]["runId"])
        self.assertEqual([True, True], [bool(one["replayed_at"]) for one in daemon.get("/events?rejected=1")["items"]])

    def test_nothing_but_hooks_is_open_to_those_who_are_not_known(self):
        daemon = self.daemon(PROJECT).start()
        for path in ("/api/v1/hooks/../runs", "/api/v1/hooks/%2e%2e/runs", "/api/v1/hooks/x/../../runs",
                     "/api/v1/hooks//../runs", "/api/v1/hooks/"):
            answer = self.send(daemon, "", {"select": "*"}, path=path)
            self.assertIn(answer.status, (400, 401, 404), (path, answer))
        self.assertEqual(daemon.runs(), [])
        self.assertIn(daemon.request("GET", "/api/v1/hooks/../runs", token=False).status, (400, 401))
        self.assertEqual(self.send(daemon, "marts/customers", {}).status, 401)
        self.assertEqual(self.send(daemon, "nobody", {}).status, 401)
        self.assertEqual(self.send(daemon, "nobody", {}, token=True).json["code"], "hook_not_found")
        self.assertEqual(self.send(daemon, "crm/customers", "{").status, 401)
        self.assertEqual(daemon.get("/events?rejected=1")["items"], [])

    def test_a_paused_source_asks_its_sender_to_come_again(self):
        daemon = self.daemon(PROJECT).start()
        known = {"Authorization": f"Bearer {TOKEN}"}
        daemon.post("/automation/pause", {"assets": ["crm/customers"], "reason": "cleaning up"})
        until("the pause to be seen", lambda: [s["state"] for s in daemon.get("/sources")["items"]
                                               if s["asset"] == "crm/customers"] == ["paused"])
        body = {"type": "changed", "revision": 1, "id": "e1"}
        held = self.send(daemon, "crm/customers", body, known)
        self.assertEqual((held.status, held.headers["Retry-After"]), (503, "60"))
        daemon.restart()
        self.assertEqual(self.send(daemon, "crm/customers", body, known).status, 503)
        daemon.post("/automation/resume", {"assets": ["crm/customers"]})
        until("it to be taken", lambda: self.send(daemon, "crm/customers", body, known).status == 202)
        until("the run", lambda: daemon.lines("made") == ["made"])

    def test_a_source_that_falls_silent_is_an_alert(self):
        daemon = self.daemon(PROJECT).start()
        known = {"Authorization": f"Bearer {TOKEN}"}
        self.assertEqual(self.send(daemon, "ops/beat", {"n": 1}, known).status, 202)
        alert = until("the alert", lambda: [a for a in daemon.get("/alerts")["items"] if a["asset"] == "ops/beat"])
        self.assertEqual(alert[0]["kind"], "freshness")
        self.assertEqual(self.send(daemon, "ops/beat", {"n": 2}, known).status, 202)
        until("its end", lambda: any(a["kind"] == "recovery" for a in daemon.get("/alerts")["items"]))


if __name__ == "__main__":
    main()
