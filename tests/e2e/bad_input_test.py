#!/usr/bin/env python3
"""What is wrong is refused with a message that helps, costs little, and hurts nobody else."""
import json
import os
import socket
import struct

from daemon import DaemonTest, main, start_ticks, until

DEFINITIONS = """
project: bad_input
sources:
  - {asset: raw/orders, webhook: {}}
assets:
  - {key: missing_program, command: [./no-such-program]}
  - {key: missing_in_path, command: [no-such-program-anywhere]}
  - {key: stubborn, command: [sh, stubborn.sh], timeout: 300ms}
  - {key: obedient, command: [sh, -c, "echo well"]}
"""
# Forks, and hangs with its children.
STUBBORN = """
(sh -c 'echo $$ >>pids; exec sleep 1000' & sleep 1000) &
echo $! >>pids
echo $$ >>pids
while :; do sleep 1000; done
"""


class Definitions(DaemonTest):
    def test_malformed_yaml_ends_the_start_with_its_place(self):
        daemon = self.daemon("project: shop\nassets:\n  - key: report\n    command: [sh, 'unterminated]\n")
        self.assertEqual(2, daemon.launch())
        self.assertRegex(daemon.said(), r"freshet\.yaml:\d+:\d+: error: ")
        self.assertFalse(daemon.state.exists() and any(daemon.state.iterdir()), "nothing was begun")

    def test_every_mistake_is_named_with_its_place_at_once(self):
        daemon = self.daemon("project: shop\nassets:\n  - key: report\n    comand: [sh]\n    timeout: soon\n")
        self.assertEqual(2, daemon.launch())
        self.assertRegex(daemon.said(), r"freshet\.yaml:4:5: error: .*comand")
        self.assertRegex(daemon.said(), r"freshet\.yaml:5:\d+: error: .*soon")

    def test_a_folder_without_a_project_ends_the_start(self):
        daemon = self.daemon()
        self.assertEqual(2, daemon.launch())
        self.assertIn("freshet.yaml", daemon.said())


class Start(DaemonTest):
    def test_a_second_daemon_on_the_same_state_is_told_who_has_it(self):
        daemon = self.serve(DEFINITIONS)
        second = self.daemon(DEFINITIONS)
        second.state = daemon.state
        self.assertEqual(2, second.launch())
        self.assertIn("in use", second.said())
        self.assertRegex(second.said(), rf"\b{daemon.process.pid}\b")
        self.assertEqual(200, daemon.request("GET", "/readyz").status)
        url = (daemon.state / "url").read_text().strip()
        self.assertEqual(daemon.url, url, "the second one left the notes of the first alone")

    def test_a_port_that_is_in_use_is_named(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            daemon = self.daemon(DEFINITIONS)
            self.assertEqual(2, daemon.launch(listen=f"127.0.0.1:{port}"))
            self.assertIn(str(port), daemon.said())
            self.assertIn("in use", daemon.said())

    def test_an_address_that_others_reach_is_refused_without_a_proxy(self):
        daemon = self.daemon(DEFINITIONS)
        self.assertEqual(2, daemon.launch(listen="0.0.0.0:0"))
        self.assertIn("--behind-proxy", daemon.said())
        self.assertIsNone(daemon.launch("--behind-proxy", listen="0.0.0.0:0"))

    def test_an_address_that_is_none_is_refused(self):
        for listen in ("127.0.0.1:99999", "nonsense", ":", "127.0.0.1:http"):
            with self.subTest(listen=listen):
                daemon = self.daemon(DEFINITIONS)
                self.assertEqual(2, daemon.launch(listen=listen))
                self.assertIn("--listen", daemon.said())


class Requests(DaemonTest):
    def setUp(self):
        super().setUp()
        self.it = self.serve(DEFINITIONS)

    def tearDown(self):
        self.assertTrue(self.it.alive(), "the daemon has survived it")
        self.assertEqual(200, self.it.request("GET", "/api/v1/assets").status, "and answers")

    def request_text(self, target, method="GET", host=None, more=""):
        host = host or "{}:{}".format(*self.it.address)
        return (f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {self.it.token}\r\n"
                f"Connection: close\r\n{more}\r\n").encode()

    def status_of(self, data):
        answer = self.it.talk(data)
        return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None

    def test_a_huge_body_is_refused_before_it_is_read(self):
        size = 100_000_000
        head = self.request_text("/api/v1/events", "POST",
                                 more=f"Content-Type: application/json\r\nContent-Length: {size}\r\n")
        with socket.create_connection(self.it.address, timeout=30) as connection:
            connection.sendall(head)
            first = connection.recv(65536)  # not a byte of the body has been sent
            self.assertTrue(first.startswith(b"HTTP/1.1 413 "), first)
            sent, block = 0, b" " * 65536
            try:  # a client that goes on all the same is cut off
                while sent < size:
                    sent += connection.send(block)
            except OSError:
                pass
            self.assertLess(sent, size // 2)

    def test_a_huge_body_in_chunks_is_refused_too(self):
        head = self.request_text("/api/v1/events", "POST",
                                 more="Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n")
        with socket.create_connection(self.it.address, timeout=30) as connection:
            connection.sendall(head)
            chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
            sent = 0
            try:
                while sent < 100:
                    connection.sendall(chunk)
                    sent += 1
            except OSError:
                pass
            self.assertLess(sent, 50)

    def test_a_truncated_cloud_event_is_400(self):
        whole = json.dumps({"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "subject": "raw/orders"})
        headers = {"Content-Type": "application/cloudevents+json"}
        for text in (whole[:-1], whole[:len(whole) // 2], "", "{"):
            with self.subTest(text=text):
                answer = self.it.request("POST", "/api/v1/events", text, headers)
                self.assertEqual(400, answer.status, answer)
                self.assertEqual("malformed_event", answer.json["code"])
        self.assertEqual([], self.it.items("/events"))

    def test_a_cloud_event_that_lacks_something_is_400_and_says_what(self):
        headers = {"Content-Type": "application/cloudevents+json"}
        whole = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "subject": "raw/orders"}
        for name in ("specversion", "id", "source", "type"):
            with self.subTest(missing=name):
                event = json.dumps({k: v for k, v in whole.items() if k != name})
                answer = self.it.request("POST", "/api/v1/events", event, headers)
                self.assertEqual(400, answer.status, answer)
                self.assertIn("/" + name, [e["pointer"] for e in answer.json["errors"]])

    def test_an_event_of_an_unknown_asset_is_422_and_kept_as_rejected(self):
        answer = self.it.request("POST", "/api/v1/events", {"asset": "raw/oders", "kind": "observation", "id": "7"})
        self.assertEqual(422, answer.status, answer)
        rejected = self.it.items("/events", "rejected=1")
        self.assertEqual(["raw/oders"], [e["asset"] for e in rejected])

    def test_paths_that_try_to_get_out_are_400_or_404(self):
        for target in ("/api/v1/assets/raw%2Forders", "/api/v1/assets/%2F..%2F..%2Fetc%2Fpasswd",
                       "/api/v1/assets/raw/../orders", "/api/v1/assets/%2e%2e/orders", "/api/v1/assets/raw%5Corders",
                       "/api/v1//assets", "/api/v1/assets/%00", "/api/v1/assets/%", "/api/v1/assets/%zz",
                       "/api/v1/assets/%C0%AF", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
                       "/static/%2F..%2F..%2Fetc%2Fpasswd", "/a#b"):
            with self.subTest(target=target):
                self.assertEqual(400, self.status_of(self.request_text(target)))
        self.assertIn(b"/api/v1/assets/raw/orders", self.it.talk(self.request_text("/api/v1/assets/raw%2Forders")),
                      "the right URL is told")
        for target in ("/api/v1/assets/no/such/key", "/etc/passwd",
                       "/api/v1/runs/0000000000000/logs/0", "/api/v1/runs/nonsense", "/api/v2/assets"):
            with self.subTest(target=target):
                self.assertEqual(404, self.status_of(self.request_text(target)))

    def test_a_method_that_is_not_there_is_405(self):
        answer = self.it.request("DELETE", "/api/v1/assets")
        self.assertEqual(405, answer.status, answer)
        self.assertIn("GET", answer.headers["Allow"])

    def test_who_shows_no_token_or_a_wrong_one_is_not_let_in(self):
        for token in (False, "wrong", self.it.token[:-1], self.it.token + "x"):
            for method, path in (("GET", "/api/v1/assets"), ("GET", "/metrics"), ("GET", "/api/v1/no-such-thing"),
                                 ("POST", "/api/v1/runs"), ("GET", "/api/v1/openapi.json"), ("GET", "/api/v1/stream")):
                with self.subTest(token=token, path=path):
                    answer = self.it.request(method, path, {} if method == "POST" else None, token=token)
                    self.assertEqual(401, answer.status, answer)
        self.assertEqual(200, self.it.request("GET", "/healthz", token=False).status)
        self.assertEqual(200, self.it.request("GET", "/readyz", token=False).status)
        page = self.it.request("GET", "/", token=False)
        self.assertEqual(401, page.status)
        self.assertIn("freshet open", page.text)

    def test_another_host_is_not_served(self):
        for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost:port", ""):
            with self.subTest(host=host):
                data = self.request_text("/healthz").replace(
                    "Host: {}:{}".format(*self.it.address).encode(), b"Host: " + host.encode())
                self.assertEqual(421, self.status_of(data))
        self.assertEqual(200, self.status_of(self.request_text("/healthz", host="localhost")))

    def test_another_sites_page_gets_nothing(self):
        opened = self.it.request("GET", self.it.ticket_url.removeprefix(self.it.url), token=False)
        self.assertIn(opened.status, (200, 302, 303), opened)
        cookie = {"Cookie": opened.headers["Set-Cookie"].split(";")[0]}
        self.assertEqual(200, self.it.request("GET", "/api/v1/assets", headers=cookie, token=False).status)
        body = {"select": "obedient"}
        for origin in (None, "http://evil.example", "null", "http://127.0.0.1:1", "nonsense"):
            with self.subTest(origin=origin):
                headers = cookie | ({"Origin": origin} if origin else {})
                answer = self.it.request("POST", "/api/v1/runs", body, headers, token=False)
                self.assertEqual(403, answer.status, answer)
        cross = cookie | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
        self.assertEqual(403, self.it.request("GET", "/api/v1/assets", headers=cross, token=False).status)
        mine = cookie | {"Origin": self.it.url}
        self.assertEqual(201, self.it.request("POST", "/api/v1/runs", body, mine, token=False).status)
        again = self.it.request("GET", self.it.ticket_url.removeprefix(self.it.url), token=False)
        self.assertEqual(401, again.status, "a ticket is good once")

    def test_garbage_is_answered_or_cut_off(self):
        garbage = (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(64), os.urandom(4096) + b"\r\n\r\n",
                   b"GET / HTTP/9.9\r\n\r\n", b"GET\r\n\r\n", b"\r\n" * 100 + b"nonsense\r\n\r\n",
                   b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
                   b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
                   b"POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                   b"POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
                   b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                   b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")
        for data in garbage:
            with self.subTest(data=data[:40]):
                with socket.create_connection(self.it.address, timeout=30) as connection:
                    try:
                        connection.sendall(data)
                        connection.shutdown(socket.SHUT_WR)
                        answer = b""
                        while piece := connection.recv(65536):
                            answer += piece
                    except ConnectionError:
                        continue
                if answer:
                    self.assertRegex(answer, rb"^HTTP/1\.1 4\d\d ")

    def test_a_connection_that_is_reset_in_the_middle_harms_nobody(self):
        for data in (b"GET /api/v1/stream HTTP/1.1\r\n", self.request_text("/api/v1/stream"),
                     self.request_text("/api/v1/assets"), self.request_text("/api/v1/events", "POST",
                                                                            more="Content-Length: 100\r\n") + b"{"):
            connection = socket.create_connection(self.it.address, timeout=30)
            connection.sendall(data)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()


class Steps(DaemonTest):
    def test_a_program_that_is_not_there_fails_the_step_and_is_named(self):
        daemon = self.serve(DEFINITIONS)
        for asset, name in (("missing_program", "no-such-program"), ("missing_in_path", "no-such-program-anywhere")):
            with self.subTest(asset=asset):
                run = daemon.finished(daemon.materialize(asset))
                step = run["steps"][0]
                self.assertEqual(("failed", "failed", "exec_error"),
                                 (run["status"], step["status"], step["reason"]["code"]))
                self.assertIn(name, step["text"])
                self.assertIsNone(step["exit_code"])
        self.assertEqual("succeeded", daemon.finished(daemon.materialize("obedient"))["status"])

    def test_a_step_that_forks_and_hangs_is_ended_whole_when_its_timeout_runs_out(self):
        daemon = self.serve(DEFINITIONS, {"stubborn.sh": STUBBORN})
        run = daemon.finished(daemon.materialize("stubborn"))
        step = run["steps"][0]
        self.assertEqual(("failed", "timeout"), (step["status"], step["reason"]["code"]), step)
        pids = [int(pid) for pid in daemon.lines("pids")]
        self.assertEqual(3, len(pids), "it had forked")
        self.assertEqual([], [pid for pid in pids if start_ticks(pid) is not None])
        until("all of it to be gone", lambda: not daemon.leftovers())

    def test_a_step_that_will_not_hear_is_killed(self):
        daemon = self.serve(DEFINITIONS, {"stubborn.sh": "trap '' TERM\n" + STUBBORN})
        run = daemon.finished(daemon.materialize("stubborn"))  # after the grace of ten seconds
        self.assertEqual("timeout", run["steps"][0]["reason"]["code"])
        until("all of it to be gone", lambda: not daemon.leftovers())


if __name__ == "__main__":
    main()
