#!/usr/bin/env python3
"""The command line, as a person or CI uses it: what it prints, and its exit codes."""
import json
import pathlib
import tempfile
import urllib.request

from daemon import DaemonTest, freshet, main, until

DEFINITIONS = """
project: cli
sources:
  - {asset: raw/orders, webhook: {}}
assets:
  - {key: report, deps: [raw/orders], command: [sh, -c, "echo the report; echo hm >&2"], automation: eager}
  - {key: broken, command: [sh, -c, "echo it breaks; exit 7"]}
  - {key: bar, command: [sh, -c, "printf '10%%\\r90%%\\r100%%\\n'"]}
  - {key: slow, command: [sh, -c, "while [ ! -e go ]; do sleep 0.05; done"]}
"""
SCENARIO = pathlib.Path(__file__).parents[1] / "scenario/freshet"


class WithoutADaemon(DaemonTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="freshet-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def project(self, text=DEFINITIONS):
        (self.folder / "freshet.yaml").write_text(text)
        return self.folder

    def test_validate(self):
        good = freshet("validate", self.project())
        self.assertEqual((0, "valid: 5 assets\n"), (good.returncode, good.stdout))
        bad = freshet("validate", self.project(DEFINITIONS.replace("automation: eager", "automation: eeger")))
        self.assertEqual(1, bad.returncode)
        self.assertRegex(bad.stderr, r"freshet\.yaml:6:\d+: error: .*eeger")
        as_json = freshet("validate", self.folder, "--json")
        self.assertEqual(1, as_json.returncode)
        self.assertEqual((False, 6), ((j := json.loads(as_json.stdout))["valid"], j["diagnostics"][0]["line"]))
        self.assertNotEqual(0, freshet("validate", self.folder / "nowhere").returncode)

    def test_graph_in_its_four_formats(self):
        project = self.project()
        text = freshet("graph", project)
        self.assertEqual(0, text.returncode)
        self.assertIn("raw/orders", text.stdout)
        graph = json.loads(freshet("graph", project, "--format", "json").stdout)
        self.assertEqual(graph, json.loads(freshet("graph", project, "--json").stdout))
        self.assertEqual({"report": ["raw/orders"]}, {a["key"]: a["deps"] for a in graph["assets"] if a["deps"]})
        self.assertRegex(freshet("graph", project, "--format", "dot").stdout, r"^(strict )?digraph [\s\S]*->[\s\S]*}\s*$")
        self.assertRegex(freshet("graph", project, "--format", "mermaid").stdout, r"^(graph|flowchart) [\s\S]*-->")
        some = json.loads(freshet("graph", project, "--select", "+report", "--json").stdout)
        self.assertEqual({"raw/orders", "report"}, {a["key"] for a in some["assets"]})
        self.assertEqual(2, freshet("graph", project, "--format", "picture").returncode)
        self.assertEqual(2, freshet("graph", project, "--select", "+(").returncode)

    def test_graph_tells_partitions(self):
        project = self.project(DEFINITIONS.replace("key: slow", "key: slow, partitions: {static: [at, de]}"))
        graph = json.loads(freshet("graph", project, "--json").stdout)
        self.assertEqual({"slow": '{"static":["at","de"]}'},
                         {a["key"]: a["partitions"] for a in graph["assets"] if a["partitions"]})

    def test_graph_selects_what_needs_no_daemon(self):
        project = self.project(DEFINITIONS.replace("automation: eager", "automation: eager, columns: [total]"))
        for selection, keys in (("column:tot*", {"report"}), ("automation:eager and partitions:none", {"report"}),
                                ("automation:any and not automation:eager", set())):
            graph = json.loads(freshet("graph", project, "--select", selection, "--json").stdout)
            self.assertEqual(keys, {a["key"] for a in graph["assets"]}, selection)
        for selection, message in (("status:stale", 'only a running daemon knows "status" at column 1'),
                                   ("status:stael", 'unknown status "stael" at column 8; did you mean "stale"?')):
            refused = freshet("graph", project, "--select", selection)
            self.assertEqual(2, refused.returncode)
            self.assertIn(message, refused.stderr)

    def test_schema(self):
        schema = json.loads(freshet("schema").stdout)
        self.assertIn("draft-07", schema["$schema"])
        field = freshet("schema", "assets.retries.max")
        self.assertEqual(0, field.returncode)
        self.assertIn("assets.retries.max", field.stdout)
        self.assertEqual(2, freshet("schema", "assets.no_such_field").returncode)

    def test_simulate(self):
        wrong = self.folder / "wrong.yaml"
        wrong.write_text("""
name: the update of an input asks for nothing
start: "2026-01-01T00:00:00Z"
graph: {assets: [{key: A}, {key: B, deps: [A], automation: eager}]}
steps:
  - {}
  - {do: [{materialize: A}], expect: {requested: []}}
""")
        existing = sorted(SCENARIO.glob("*.yaml"))
        self.assertTrue(existing)
        good = freshet("simulate", *existing[:3])
        self.assertEqual(0, good.returncode, good.stderr + good.stdout)
        refuted = freshet("simulate", existing[0], wrong)
        self.assertEqual(1, refuted.returncode, refuted)
        unreadable = self.folder / "unreadable.yaml"
        unreadable.write_text("steps: [")
        self.assertEqual(2, freshet("simulate", unreadable).returncode)
        self.assertEqual(2, freshet("simulate", self.folder / "nowhere.yaml").returncode)

    def test_wrong_use_is_2(self):
        for arguments in ((), ("nonsense",), ("serve",), ("graph", "--nonsense"), ("runs", "x", "explode")):
            with self.subTest(arguments=arguments):
                done = freshet(*arguments, cwd=self.folder)
                self.assertEqual(2, done.returncode, done)
                self.assertTrue(done.stderr)
        self.assertEqual(0, freshet("--help").returncode)
        self.assertRegex(freshet("--version").stdout, r"\d+\.\d+\.\d+")

    def test_without_a_daemon_one_is_told_how_to_start_it(self):
        for verb in (("runs",), ("why", "x"), ("doctor",), ("materialize", "x"), ("open",), ("reload",)):
            with self.subTest(verb=verb):
                done = freshet(*verb, cwd=self.folder)
                self.assertEqual(2, done.returncode, done)
                self.assertIn("freshet serve", done.stderr)


class FromTheBeginning(DaemonTest):
    def test_init_validate_serve_and_the_first_report(self):
        daemon = self.daemon()
        made = freshet("init", daemon.project)
        self.assertEqual(0, made.returncode, made.stderr)
        self.assertEqual(2, freshet("init", daemon.project).returncode, "nothing is overwritten")
        self.assertEqual(0, freshet("validate", daemon.project).returncode)
        daemon.start()
        until("the first report", lambda: daemon.read("summary.json"))
        done = daemon.cli("materialize", "+orders_summary", "--wait")
        self.assertEqual(0, done.returncode, done)
        self.assertIn("orders_summary (check not_empty)", done.stdout)


class WithADaemon(DaemonTest):
    def setUp(self):
        super().setUp()
        self.it = self.serve(DEFINITIONS)

    def test_materialize_and_its_exit_codes(self):
        good = self.it.cli("materialize", "report", "--wait", "--reason", "a test")
        self.assertEqual(0, good.returncode, good)
        self.assertRegex(good.stdout, r"run \w{13}  succeeded  person")
        self.assertEqual("a test", self.it.runs()[0]["reason"])
        bad = self.it.cli("materialize", "broken", "--wait", "--json")
        self.assertEqual(1, bad.returncode, bad)
        step = json.loads(bad.stdout)["runs"][0]["steps"][0]
        self.assertEqual(("failed", 7), (step["status"], step["exit_code"]))
        late = self.it.cli("materialize", "slow", "--wait", "--timeout", "200ms")
        self.assertEqual(3, late.returncode, late)
        self.it.write("go", "")
        self.it.rest()
        self.assertEqual("succeeded", self.it.runs()[0]["status"], "it went on")
        wrong = self.it.cli("materialize", "reprot")
        self.assertNotIn(wrong.returncode, (0, 3), wrong)
        self.assertIn("reprot", wrong.stderr)
        self.assertEqual(2, self.it.cli("materialize", "report", "--wait", "--timeout", "soon").returncode)

    def test_runs_are_listed_shown_retried_canceled_and_their_logs_printed(self):
        self.it.cli("materialize", "report", "--wait")
        self.it.cli("materialize", "broken", "--wait")
        listed = self.it.cli("runs").stdout.splitlines()
        self.assertEqual(["failed", "succeeded"], [line.split()[1] for line in listed])
        failed, succeeded = (line.split()[0] for line in listed)
        self.assertEqual([failed], [r["id"] for r in json.loads(
            self.it.cli("runs", "--status", "failed", "--json").stdout)["items"]])
        shown = self.it.cli("runs", failed)
        self.assertEqual(1, shown.returncode)
        self.assertIn("broken", shown.stdout)
        self.assertEqual(0, self.it.cli("runs", succeeded).returncode)
        log = self.it.cli("runs", failed, "log")
        self.assertEqual((0, "it breaks\n"), (log.returncode, log.stdout))
        log = self.it.cli("runs", succeeded, "log", "--step", "report")
        self.assertEqual(("the report\n", "hm\n"), (log.stdout, log.stderr))
        self.it.cli("materialize", "bar", "--wait")
        bar = self.it.runs()[0]["id"]
        self.assertEqual("100%\n", self.it.cli("runs", bar, "log").stdout)
        self.assertEqual("10%\r90%\r100%\n".splitlines(), self.it.cli("runs", bar, "log", "--raw").stdout.splitlines())
        retried = self.it.cli("runs", failed, "retry")
        self.assertEqual(0, retried.returncode, retried)
        self.assertEqual("failed", self.it.finished(json.loads(retried.stdout)["id"])["status"])
        slow = self.it.materialize("slow")
        self.it.running(slow, "slow")
        self.assertEqual(0, self.it.cli("runs", slow, "cancel").returncode)
        self.assertEqual("canceled", self.it.finished(slow)["status"])
        self.assertEqual(2, self.it.cli("runs", "0000000000000").returncode)

    def test_plan_why_events_and_reload(self):
        plan = self.it.cli("plan", "raw/orders")
        self.assertEqual(0, plan.returncode, plan)
        self.assertRegex(plan.stdout, r"^report\s")
        self.it.report("raw/orders", "monday")
        until("the report", lambda: self.it.asset("report")["data"] == "fresh")
        why = self.it.cli("why", "report")
        self.assertEqual(0, why.returncode)
        self.assertRegex(why.stdout, r"because[\s\S]*\n  (yes|no ) eager\n")
        self.assertIn("tree", json.loads(self.it.cli("why", "report", "--json").stdout))
        self.assertEqual(2, self.it.cli("why", "reprot").returncode)
        self.assertRegex(self.it.cli("events").stdout, r"observation\s+raw/orders\s+monday")
        self.assertEqual("", self.it.cli("events", "--rejected").stdout)
        self.it.report("no/such", "1", want=422)
        self.assertIn("no/such", self.it.cli("events", "--rejected").stdout)
        self.assertEqual(0, self.it.cli("reload").returncode)
        self.it.write("freshet.yaml", DEFINITIONS.replace("key: report", "kye: report"))
        broken = self.it.cli("reload")
        self.assertEqual(1, broken.returncode)
        self.assertRegex(broken.stderr, r"freshet\.yaml:6:\d+: error: .*kye")

    def test_doctor_and_open(self):
        well = self.it.cli("doctor")
        self.assertEqual(0, well.returncode, well)
        self.assertIn("is ready", well.stdout)
        self.assertEqual((0, ""), ((h := self.it.cli("doctor", "--health")).returncode, h.stdout))
        url = self.it.cli("open").stdout.strip()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(), urllib.request.ProxyHandler({}))
        with browser.open(url) as page:
            self.assertEqual(200, page.status)
            self.assertIn("text/html", page.headers["Content-Type"])
        by_url = freshet("runs", "--url", self.it.url, "--token", self.it.token)
        self.assertEqual(0, by_url.returncode, by_url)
        wrong = freshet("runs", "--url", self.it.url, environment={"FRESHET_TOKEN": "wrong"})
        self.assertNotEqual(0, wrong.returncode)
        self.assertIn("token", wrong.stderr)
        self.it.kill()
        self.assertEqual(1, self.it.cli("doctor").returncode)
        self.assertEqual(1, self.it.cli("doctor", "--health").returncode)
        self.assertEqual(2, self.it.cli("runs").returncode)


if __name__ == "__main__":
    main()
