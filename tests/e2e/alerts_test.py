#!/usr/bin/env python3
"""Alerts, end to end: receivers of every kind are told, in time or late, never not at all; secrets stay where they are."""
import contextlib
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import re
import socketserver
import threading

from daemon import DaemonTest, main, until

SECRET, PATH_SECRET, PASSWORD = "sign-with-this", "path-that-nobody-knows", "the-password"
FAILING = """
assets:
  - key: marts/a
    command: [sh, -c, "test -e good"]
    owners: [team:finance]
    checks: [{name: sane}]
  - key: marts/b
    command: [sh, -c, "test -e good"]
    deps: [marts/a]
"""


class Hooks:
    """A receiver of HTTP requests: keeps each, and answers as `answer(request)` says (200 by default)."""

    def __init__(self, port=0):
        self.requests, self.answer, hooks = [], lambda request: 200, self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                request = {"path": self.path, "headers": self.headers, "body": body, "json": json.loads(body)}
                status = hooks.answer(request)
                request["status"] = status
                hooks.requests.append(request)
                with contextlib.suppress(OSError):
                    self.send_response(status)
                    if status == 302:
                        self.send_header("Location", "/elsewhere")
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            allow_reuse_address, daemon_threads, block_on_close = True, True, False

        self.server = Server(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/{PATH_SECRET}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def told(self):
        """What was taken, as "kind asset"."""
        return [f"{r['json']['kind']} {r['json'].get('asset')}" for r in self.requests if r["status"] == 200]


class Mails:
    """An SMTP server without TLS: keeps (from, to, mail)."""

    def __init__(self):
        self.mails, self.refuse, mails = [], 0, self

        class Handler(socketserver.StreamRequestHandler):
            def say(self, text):
                self.wfile.write(text.encode() + b"\r\n")

            def handle(self):
                sender, recipients = None, []
                self.say("220 test ready")
                for line in self.rfile:
                    command = line.decode().rstrip()
                    verb = command[:4].upper()
                    if verb in ("EHLO", "HELO"):
                        self.say("250 test")
                    elif verb == "MAIL":
                        if mails.refuse:
                            mails.refuse -= 1
                            self.say("451 come back later")
                            continue
                        sender = re.search("<(.*?)>", command)[1]
                        self.say("250 fine")
                    elif verb == "RCPT":
                        recipients.append(re.search("<(.*?)>", command)[1])
                        self.say("250 fine")
                    elif verb == "DATA":
                        self.say("354 go on")
                        data = b""
                        while (line := self.rfile.readline()) not in (b".\r\n", b""):
                            data += line[1:] if line.startswith(b".") else line
                        mails.mails.append((sender, recipients,
                                            email.message_from_bytes(data, policy=email.policy.default)))
                        self.say("250 taken")
                    elif verb == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("502 what?")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads, block_on_close = True, True, False

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def webhook(name, url, more=""):
    return f"""
  - name: {name}
    to: {{webhook: {{url: "{url}", secret: "${{SIGNING_SECRET}}"}}}}
    {more}
"""


class Alerts(DaemonTest):
    def hooks(self, port=0):
        hooks = Hooks(port)
        self.addCleanup(hooks.close)
        return hooks

    def begin(self, alerts, files=None, start=True, **options):
        daemon = self.daemon(f"project: shop\nalerts:\n{alerts}\n{FAILING}", files,
                             environment={"SIGNING_SECRET": SECRET, "SMTP_PASSWORD": PASSWORD})
        return daemon.start(**options) if start else daemon

    def run_badly(self, daemon, asset="marts/a"):
        self.assertEqual("failed", daemon.finished(daemon.materialize(asset))["status"])

    def deliveries(self, daemon, route="oncall"):
        """What came of telling a route of the newest alert."""
        return [d for d in daemon.get("/alerts")["items"][0]["deliveries"] if d["route"] == route]

    def test_a_failure_and_its_recovery_are_told_and_signed(self):
        hooks = self.hooks()
        daemon = self.begin(webhook("oncall", hooks.url))
        run = daemon.materialize("marts/a")
        until("the failure to be told", lambda: hooks.told() == ["failure marts/a"])
        daemon.write("good", "")
        daemon.materialize("marts/a")
        until("the recovery to be told", lambda: hooks.told() == ["failure marts/a", "recovery marts/a"])
        request = hooks.requests[0]
        alert = request["json"]
        self.assertEqual((run, 0, ["team:finance"], "shop", "oncall"),
                         (alert["run"], alert["step"], alert["owners"], alert["project"], alert["route"]))
        self.assertEqual(f"{daemon.url}/#/assets/marts/a", alert["url"])
        self.assertEqual("application/json", request["headers"]["Content-Type"])
        self.assertEqual(alert["id"], request["headers"]["Idempotency-Key"])
        time, signature = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", request["headers"]["Freshet-Signature"]).groups()
        self.assertEqual(hmac.new(SECRET.encode(), time.encode() + b"." + request["body"], hashlib.sha256).hexdigest(),
                         signature)
        self.assertEqual("failure", hooks.requests[1]["json"]["over"])
        until("the telling to be on record", lambda: self.deliveries(daemon))
        self.assertEqual([("recovery", [True]), ("failure", [True])],
                         [(a["kind"], [d["ok"] for d in a["deliveries"]]) for a in daemon.get("/alerts")["items"]])

    def test_a_receiver_that_fails_is_told_later_with_the_same_id(self):
        hooks = self.hooks()
        hooks.answer = lambda request: 500 if len(hooks.requests) < 2 else 200
        daemon = self.begin(webhook("oncall", hooks.url))
        self.run_badly(daemon)
        until("the third attempt", lambda: hooks.told() == ["failure marts/a"])
        self.assertEqual([500, 500, 200], [r["status"] for r in hooks.requests])
        self.assertEqual(1, len({r["headers"]["Idempotency-Key"] for r in hooks.requests}))
        until("the success to be on record", lambda: len(self.deliveries(daemon)) == 3)
        self.assertEqual([(False, 1, "HTTP 500"), (False, 2, "HTTP 500"), (True, 3, "HTTP 200")],
                         [(d["ok"], d["attempts"], d["text"]) for d in self.deliveries(daemon)])
        self.assertEqual(0, daemon.get("/alerts")["routes"][0]["failures"])

    def test_an_alert_outlives_a_kill_and_keeps_its_id(self):
        hooks = self.hooks()
        daemon = self.begin(webhook("oncall", hooks.url), failpoint="before_delivery:1")
        daemon.materialize("marts/a")
        until("the daemon to die before the delivery", lambda: not daemon.alive())
        self.assertEqual([], hooks.requests)
        daemon.launch(failpoint="after_delivery:1")
        until("the daemon to die after it", lambda: not daemon.alive())
        daemon.start()
        until("the alert to be told again", lambda: hooks.told() == ["failure marts/a"] * 2)
        until("the telling to be on record", lambda: self.deliveries(daemon))
        self.assertEqual(1, len({r["headers"]["Idempotency-Key"] for r in hooks.requests}))
        daemon.restart()
        self.run_badly(daemon, "marts/b")
        until("the next alert", lambda: "failure marts/b" in hooks.told())
        self.assertEqual(3, len(hooks.requests), "what is on record is not told again")

    def test_what_could_not_be_told_is_told_when_the_receiver_is_back_after_a_kill(self):
        hooks = Hooks()
        hooks.close()
        daemon = self.begin(webhook("oncall", hooks.url))
        self.run_badly(daemon)
        self.run_badly(daemon, "marts/b")
        until("a failed attempt", lambda: daemon.get("/alerts")["routes"][0]["failures"] > 0)
        self.assertIn("127.0.0.1", daemon.get("/alerts")["routes"][0]["text"])
        daemon.kill()
        hooks = self.hooks(hooks.port)
        daemon.start()
        until("both alerts in their order", lambda: hooks.told() == ["failure marts/a", "failure marts/b"])

    def test_a_slow_receiver_holds_up_nobody(self):
        slow, quick, go = self.hooks(), self.hooks(), threading.Event()
        self.addCleanup(go.set)
        slow.answer = lambda request: go.wait() and 200
        daemon = self.begin(webhook("slow", slow.url) + webhook("quick", quick.url))
        self.run_badly(daemon)
        self.run_badly(daemon, "marts/b")
        until("the quick one to be told", lambda: quick.told() == ["failure marts/a", "failure marts/b"])
        self.assertEqual([], slow.told())
        go.set()
        until("the slow one to be told", lambda: slow.told() == ["failure marts/a", "failure marts/b"])

    def test_many_at_once_are_told_in_one_piece(self):
        hooks, go = self.hooks(), threading.Event()
        self.addCleanup(go.set)
        hooks.answer = lambda request: go.wait() and 200
        daemon = self.begin(webhook("oncall", hooks.url))
        for _ in range(12):
            self.run_badly(daemon)
        go.set()
        until("the rest in one piece", lambda: len(hooks.requests) == 2)
        self.assertEqual(["failure", "several"], [r["json"]["kind"] for r in hooks.requests])
        self.assertEqual(11, len(hooks.requests[1]["json"]["alerts"]))

    def test_a_redirect_is_not_followed(self):
        hooks = self.hooks()
        hooks.answer = lambda request: 302
        daemon = self.begin(webhook("oncall", hooks.url))
        self.run_badly(daemon)
        until("a failed attempt", lambda: self.deliveries(daemon))
        self.assertEqual("HTTP 302: redirects are not followed", self.deliveries(daemon)[0]["text"])
        self.assertEqual({"/" + PATH_SECRET}, {r["path"] for r in hooks.requests})

    def test_what_a_receiver_refuses_for_good_does_not_block_what_follows(self):
        hooks = self.hooks()
        hooks.answer = lambda request: 400 if request["json"]["asset"] == "marts/a" else 200
        daemon = self.begin(webhook("oncall", hooks.url))
        self.run_badly(daemon)
        self.run_badly(daemon, "marts/b")
        until("the second alert", lambda: hooks.told() == ["failure marts/b"], seconds=120)
        self.assertEqual([400] * 5 + [200], [r["status"] for r in hooks.requests])
        self.assertTrue(daemon.get("/alerts")["items"][1]["deliveries"][-1]["gave_up"])

    def test_slack_gets_what_slack_wants(self):
        hooks = self.hooks()
        daemon = self.begin(f'  - {{name: chat, to: {{webhook: {{url: "{hooks.url}", format: slack}}}}}}')
        self.run_badly(daemon)
        until("the message", lambda: hooks.requests)
        body = hooks.requests[0]["json"]
        self.assertEqual({"text", "blocks"}, set(body))
        self.assertIn("marts/a failed", body["text"])
        self.assertEqual(["section", "context"], [block["type"] for block in body["blocks"]])
        self.assertNotIn("Freshet-Signature", hooks.requests[0]["headers"])

    def test_mails_arrive_also_after_a_refusal(self):
        mails = Mails()
        self.addCleanup(mails.close)
        mails.refuse = 1
        daemon = self.begin(f"""
  - name: oncall
    to: {{email: {{smtp: "smtp://127.0.0.1:{mails.port}", from: freshet@example.com, to: [a@example.com, b@example.com]}}}}
""")
        run = daemon.materialize("marts/a")
        until("the mail", lambda: mails.mails)
        sender, recipients, mail = mails.mails[0]
        self.assertEqual(("freshet@example.com", ["a@example.com", "b@example.com"]), (sender, recipients))
        self.assertEqual("[Freshet] failure: marts/a failed: exit_code", mail["Subject"])
        self.assertEqual("a@example.com, b@example.com", mail["To"])
        self.assertRegex(mail["Message-ID"], r"^<[0-9a-f]+\.shop\.oncall\.\d+@example\.com>$")
        for text in ("asset  marts/a", f"run  {run}, step 0", "team:finance", f"{daemon.url}/#/assets/marts/a"):
            self.assertIn(text, mail.get_content())
        until("both attempts to be on record", lambda: len(self.deliveries(daemon)) == 2)
        self.assertEqual([False, True], [d["ok"] for d in self.deliveries(daemon)])
        self.assertEqual(1, len(mails.mails))

    def test_a_password_is_not_sent_where_anybody_could_read_it(self):
        mails = Mails()
        self.addCleanup(mails.close)
        daemon = self.begin(f"""
  - name: oncall
    to: {{email: {{smtp: "smtp://127.0.0.1:{mails.port}", from: f@example.com, to: a@example.com, username: me,
                   password: "${{SMTP_PASSWORD}}"}}}}
""")
        self.run_badly(daemon)
        until("a failed attempt", lambda: self.deliveries(daemon))
        self.assertFalse(self.deliveries(daemon)[0]["ok"])
        self.assertEqual([], mails.mails)

    def test_a_command_finds_the_alert_at_its_input(self):
        daemon = self.begin("  - {name: page, to: {command: [./page.sh, me]}}", start=False,
                            files={"page.sh": '#!/bin/sh\n[ -e fixed ] || { echo "no line" >&2; exit 4; }\n'
                                              'echo "$1" >said; cat >>said; env >environment\n'})
        os.chmod(daemon.project / "page.sh", 0o755)
        daemon.start(environment={"NOT_FOR_YOU": "1"})
        self.run_badly(daemon)
        until("a failed attempt", lambda: self.deliveries(daemon, "page"))
        self.assertEqual("exit code 4: no line", self.deliveries(daemon, "page")[0]["text"])
        daemon.write("fixed", "")
        until("the page", lambda: daemon.read("environment"))
        first, second = daemon.lines("said")
        self.assertEqual(("me", "failure", "marts/a"), (first, json.loads(second)["kind"], json.loads(second)["asset"]))
        for text in ("NOT_FOR_YOU", SECRET, PASSWORD):
            self.assertNotIn(text, daemon.read("environment"))

    def test_checks_alert_once_and_only_whom_it_concerns(self):
        checks, finance, others = self.hooks(), self.hooks(), self.hooks()
        daemon = self.begin(webhook("checks", checks.url, "on: [check, recovery]") +
                            webhook("finance", finance.url, 'select: "owner:team:finance"') +
                            webhook("others", others.url, 'select: "not owner:team:finance"'))
        for passed in (False, False, True):
            daemon.post("/events", {"kind": "check", "asset": "marts/a", "name": "sane", "passed": passed}, want=202)
        self.run_badly(daemon, "marts/b")
        until("the others", lambda: others.told() == ["failure marts/b"])
        for hooks in (checks, finance):
            until("both", lambda hooks=hooks: hooks.told() == ["check marts/a", "recovery marts/a"])
        self.assertEqual("sane", checks.requests[0]["json"]["check"])

    def test_muted_alerts_wait_for_the_end_of_the_mute(self):
        hooks = self.hooks()
        daemon = self.begin(webhook("oncall", hooks.url))
        muted = daemon.cli("alerts", "mute", "marts/a", "--for", "2h", "--reason", "migration")
        self.assertEqual((0, "1 assets muted\n"), (muted.returncode, muted.stdout), muted.stderr)
        self.run_badly(daemon)
        self.run_badly(daemon, "marts/b")
        until("the other alert", lambda: hooks.told() == ["failure marts/b"])
        self.assertText("muted marts/a until .* migration", daemon.cli("alerts").stdout)
        daemon.restart()
        self.assertEqual(0, daemon.cli("alerts", "unmute", "*").returncode)
        until("what was held back", lambda: hooks.told() == ["failure marts/b", "failure marts/a"])

    def test_a_route_is_tried_at_once_and_by_name(self):
        hooks = self.hooks()
        hooks.answer = lambda request: 503
        daemon = self.begin(webhook("oncall", hooks.url))
        tried = daemon.cli("alerts", "test", "oncall")
        self.assertEqual(0, tried.returncode, tried.stderr)
        until("the test", lambda: hooks.requests)
        self.assertEqual("test", hooks.requests[0]["json"]["kind"])
        until("what came of it", lambda: "oncall failed 1x: HTTP 503" in daemon.cli("alerts").stdout)
        wrong = daemon.cli("alerts", "test", "onkall")
        self.assertEqual(2, wrong.returncode)
        self.assertIn('did you mean "oncall"?', wrong.stderr)

    def test_another_receiver_is_told_what_the_first_was_not(self):
        hooks = self.hooks()
        daemon = self.begin(webhook("oncall", "http://127.0.0.1:1/"))
        self.run_badly(daemon)
        until("some failed attempts", lambda: daemon.get("/alerts")["routes"][0]["failures"] >= 2)
        daemon.write("freshet.yaml", f"project: shop\nalerts:\n{webhook('oncall', hooks.url)}\n{FAILING}")
        daemon.post("/reload")
        until("the alert", lambda: hooks.told() == ["failure marts/a"])

    def test_a_new_route_is_not_told_what_is_past(self):
        old, new = self.hooks(), self.hooks()
        daemon = self.begin(webhook("old", old.url))
        self.run_badly(daemon)
        until("the alert", lambda: old.told() == ["failure marts/a"])
        daemon.write("freshet.yaml", f"project: shop\nalerts:\n{webhook('old', old.url)}{webhook('new', new.url)}\n{FAILING}")
        daemon.post("/reload")
        self.run_badly(daemon, "marts/b")
        until("the second alert", lambda: new.told())
        self.assertEqual(["failure marts/b"], new.told())

    def test_secrets_are_nowhere(self):
        hooks = self.hooks()
        hooks.answer = lambda request: 500
        daemon = self.begin(webhook("oncall", hooks.url))
        self.run_badly(daemon)
        until("a failed attempt", lambda: self.deliveries(daemon))
        seen = daemon.request("GET", "/api/v1/alerts").text + daemon.request("GET", "/api/v1/graph").text
        self.assertIn("webhook at 127.0.0.1", seen)
        daemon.stop()
        seen += daemon.said()
        self.assertIn("alert not delivered", seen)
        for path in daemon.state.rglob("*"):
            if path.is_file():
                seen += path.read_bytes().decode(errors="replace")
        for secret in (SECRET, PATH_SECRET):
            self.assertNotIn(secret, seen)


if __name__ == "__main__":
    main()
