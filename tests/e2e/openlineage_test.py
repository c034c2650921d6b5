#!/usr/bin/env python3
"""Real producers of OpenLineage tell the daemon, and the producers' own classes read what the daemon tells."""
import json
import os
import subprocess

from daemon import DaemonTest, main, until
from openlineage_packages import environment

CLIENT = """
import sys, uuid
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (column_lineage_dataset, data_quality_assertions_dataset, dataset_version_dataset,
                                         output_statistics_output_dataset, parent_run, schema_dataset)
client = OpenLineageClient()
run = Run(str(uuid.UUID(sys.argv[1])), facets={"parent": parent_run.ParentRunFacet(
    run=parent_run.Run(str(uuid.uuid4())), job=parent_run.Job("airflow", "daily"))})
job = Job("airflow", "daily.load_orders")
output = OutputDataset("postgres://db:5432", "crm.public.orders", facets={
    "schema": schema_dataset.SchemaDatasetFacet(fields=[schema_dataset.SchemaDatasetFacetFields("id", "bigint"),
                                                        schema_dataset.SchemaDatasetFacetFields("amount", "numeric")]),
    "version": dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion="snap-7"),
    "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields={"amount": column_lineage_dataset.Fields(
        inputFields=[column_lineage_dataset.InputField("s3://lake", "raw/orders", "price")])}),
}, outputFacets={"outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
    rowCount=1234, size=5678, fileCount=2)})
checked = InputDataset("postgres://db:5432", "crm.public.orders", inputFacets={
    "dataQualityAssertions": data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(assertions=[
        data_quality_assertions_dataset.Assertion("not_null", success=False, column="id")])})
for state, inputs, outputs in ((RunState.START, [], [output]), (RunState.COMPLETE, [checked], [])):
    client.emit(RunEvent(eventType=state, eventTime="2026-01-31T13:00:00Z", run=run, job=job, producer="test://x",
                         inputs=inputs, outputs=outputs))
"""

# Every event and facet must be what the class of its schema takes, with nothing left over.
READER = """
import importlib, json, pkgutil, sys
import openlineage.client.generated as generated
from openlineage.client import event_v2
classes = {}
for module in pkgutil.iter_modules(generated.__path__):
    for name, found in vars(importlib.import_module("openlineage.client.generated." + module.name)).items():
        if isinstance(found, type) and name.endswith("Facet"):
            classes[name] = found
def read_facets(facets):
    for name, facet in facets.items():
        facet = dict(facet)
        producer, url = facet.pop("_producer"), facet.pop("_schemaURL")
        made = classes[url.rsplit("/", 1)[1]]
        version = lambda u: tuple(map(int, u.split("/facets/")[1].split("/")[0].split("-")))
        wanted = made._get_schema() if hasattr(made, "_get_schema") else url
        assert version(url) <= version(wanted), (name, url, wanted)
        made(**facet, producer=producer)
    return {}
count = 0
for line in open(sys.argv[1]):
    event = json.loads(line)
    run, job = event["run"], event["job"]
    def datasets(kind, more):
        return [kind(namespace=d["namespace"], name=d["name"], facets=read_facets(d["facets"]),
                     **{more: read_facets(d.get(more, {}))}) for d in event[more.replace("Facets", "s")]]
    event_v2.RunEvent(eventTime=event["eventTime"], producer=event["producer"], eventType=event_v2.RunState(event["eventType"]),
                      run=event_v2.Run(run["runId"], facets=read_facets(run["facets"])),
                      job=event_v2.Job(job["namespace"], job["name"], facets=read_facets(job["facets"])),
                      inputs=datasets(event_v2.InputDataset, "inputFacets"), outputs=datasets(event_v2.OutputDataset, "outputFacets"))
    count += 1
print(count)
"""

DBT = {
    "dbt_project.yml": "name: shop\nprofile: shop\nmodels: {shop: {+materialized: table}}\n",
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}}\n",
    "models/orders.sql": "select 1 as id, 10 as amount union all select 2, 20\n",
    "models/totals.sql": "select sum(amount) as total from {{ ref('orders') }}\n",
    "models/schema.yml": "models: [{name: orders, columns: [{name: id, data_tests: [unique, not_null]}]}]\n",
}


class Restart(DaemonTest):
    def test_what_only_the_start_named_counts_though_the_daemon_was_killed_in_between(self):
        it = self.daemon("""
project: shop
sources: [{asset: raw/orders}]
assets: [{key: staged, deps: [raw/orders], command: ["true"], automation: eager}]
""").start()
        run = {"runId": "0197f3c1-7a52-7000-8000-000000000001", "facets": {}}
        event = {"eventTime": "2026-01-31T13:00:00Z", "run": run, "job": {"namespace": "spark", "name": "load"}}
        output = {"namespace": "lake", "name": "raw/orders", "facets": {"version": {"datasetVersion": "v1"}},
                  "outputFacets": {"outputStatistics": {"rowCount": 12}}}
        it.post("/lineage", {**event, "eventType": "START", "outputs": [output]}, want=201)
        it.restart()
        answer = it.post("/lineage", {**event, "eventType": "COMPLETE"}, want=201)
        self.assertEqual(1, answer["updates"])
        update, = it.items("/assets/raw/orders/events")
        self.assertEqual(("v1", 12), (update["data_version"], update["metadata"]["dagster/row_count"]))
        it.finished(it.run_of("staged"))
        # It has ended: nothing of it is known after another restart.
        it.restart()
        self.assertEqual(0, it.post("/lineage", {**event, "eventType": "COMPLETE"}, want=201)["updates"])


class OpenLineage(DaemonTest):
    @classmethod
    def setUpClass(cls):
        cls.bin = environment()

    def emit(self, it, run, **settings):
        surroundings = {k: v for k, v in os.environ.items() if not k.startswith("OPENLINEAGE")}
        transport = {"TYPE": "http", "URL": it.url, "AUTH": json.dumps({"type": "api_key", "apiKey": it.token})} | settings
        surroundings |= {"OPENLINEAGE__TRANSPORT__" + name: value for name, value in transport.items()}
        done = subprocess.run([self.bin / "python", "-c", CLIENT, run], env=surroundings, capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(0, done.returncode, done.stderr)

    def test_the_python_client_tells_of_a_table(self):
        it = self.serve("""
project: shop
openlineage:
  datasets: [{namespace: "postgres://db:5432", name: "crm.public.{table}", asset: "crm/{table}"}]
sources: [{asset: crm/orders, checks: [{name: not_null_id}]}]
assets: [{key: staged, deps: [crm/orders], command: ["true"], automation: eager}]
""")
        run = "0197f3c1-7a52-7000-8000-000000000001"
        self.emit(it, run)
        events = it.items("/assets/crm/orders/events")
        update = next(e for e in events if e["kind"] == "observation")
        self.assertEqual("snap-7", update["data_version"])
        self.assertEqual({"id": "bigint", "amount": "numeric"}, update["metadata"]["columns"])
        self.assertEqual((1234, 5678, 2), tuple(update["metadata"][k] for k in ("dagster/row_count", "size_bytes", "files")))
        self.assertEqual({"amount": ["raw/orders.price"]}, update["metadata"]["column_lineage"])
        self.assertEqual("airflow/daily.load_orders", update["metadata"]["job"])
        check = next(e for e in events if e["kind"] == "check")
        self.assertEqual(("not_null_id", False), (check["name"], check["passed"]))
        it.finished(it.run_of("staged"))
        # The same again, compressed: counted once.
        self.emit(it, run, COMPRESSION="gzip")
        self.assertEqual(len(events), len(it.items("/assets/crm/orders/events")))
        self.assertEqual(4, it.get("/lineage/unmapped")["events"])
        self.emit(it, "0197f3c1-7a52-7000-8000-000000000002", COMPRESSION="gzip")
        self.assertEqual(2 * len(events), len(it.items("/assets/crm/orders/events")))

    def test_dbt_tells_of_its_models(self):
        it = self.daemon("""
project: shop
openlineage:
  datasets: [{namespace: "duckdb://*", name: "shop.main.{table}", asset: "dbt/{table}"}]
sources: [{asset: dbt/orders, checks: [{name: unique_id}, {name: not_null_id}]}]
assets: [{key: report, deps: [dbt/orders], command: ["true"], automation: eager}]
""", DBT).start()
        surroundings = os.environ | {"OPENLINEAGE_URL": it.url, "OPENLINEAGE_API_KEY": it.token, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                                     "PATH": f"{self.bin}:{os.environ['PATH']}"}
        done = subprocess.run([self.bin / "dbt-ol", "build", "--profiles-dir", ".", "--project-dir", "."], cwd=it.project,
                              env=surroundings, capture_output=True, text=True, timeout=200, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        events = it.items("/assets/dbt/orders/events")
        update = next((e for e in events if e["kind"] == "observation"), None)
        self.assertTrue(update, (events, it.get("/lineage/unmapped"), done.stdout))
        self.assertIn("shop.main.orders", update["metadata"]["dataset"])
        checks = {e["name"]: e["passed"] for e in events if e["kind"] == "check"}
        self.assertEqual({"unique_id": True, "not_null_id": True}, checks, done.stdout)
        unmapped = it.get("/lineage/unmapped")["items"]
        self.assertEqual(["shop.main.totals"], [one["name"] for one in unmapped], "what no rule leads to an asset")
        it.finished(it.run_of("report"))

    def test_what_is_published_is_openlineage(self):
        it = self.serve("""
project: shop
publish: [{name: log, to: {file: events.jsonl}}]
sources: [{asset: raw/orders, kafka: {brokers: "127.0.0.1:1", topic: orders}}]
assets:
  - key: staged
    deps: [raw/orders]
    description: What was ordered.
    owners: [team:shop]
    columns: [{name: amount, type: bigint, description: In cents., from: [{asset: raw/orders, columns: [price]}]}]
    command: [sh, -c, "test -e good"]
    retries: {max: 1, delay: 10ms}
    checks: [{name: sane, command: ["true"], blocking: true}]
  - key: daily
    command: ["true"]
    partitions: {daily: {start: "2026-01-01"}}
""")
        it.report("raw/orders", "v1")
        it.finished(it.materialize("staged"))
        it.write("good", "")
        it.finished(it.materialize("staged"))
        it.finished(it.materialize("daily", partitions="2026-01-02"))
        # Twice a failed attempt; then a good one, its check, and a partition.
        until("10 events", lambda: len(it.lines("events.jsonl")) >= 10)
        events = [json.loads(line) for line in it.lines("events.jsonl")]
        self.assertEqual(["START", "FAIL", "START", "FAIL", "START", "COMPLETE", "START", "COMPLETE", "START", "COMPLETE"],
                         [e["eventType"] for e in events])
        done = subprocess.run([self.bin / "python", "-c", READER, it.project / "events.jsonl"], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(("10\n", 0), (done.stdout, done.returncode), done.stderr)
        first = events[1]
        self.assertEqual(("freshet://shop", "staged"), (first["job"]["namespace"], first["job"]["name"]))
        self.assertIn("exit", first["run"]["facets"]["errorMessage"]["message"])
        self.assertEqual([("kafka://127.0.0.1:1", "orders", "v1")],
                         [(d["namespace"], d["name"], d["facets"]["version"]["datasetVersion"]) for d in first["inputs"]])
        output = events[5]["outputs"][0]
        self.assertEqual([{"namespace": "kafka://127.0.0.1:1", "name": "orders", "field": "price"}],
                         output["facets"]["columnLineage"]["fields"]["amount"]["inputFields"])
        check = events[7]
        self.assertEqual("staged#sane", check["job"]["name"])
        asserted = check["inputs"][0]["inputFacets"]["dataQualityAssertions"]["assertions"]
        self.assertEqual([("sane", True)], [(a["name"], a["success"]) for a in asserted])
        self.assertEqual("2026-01-02T00:00:00.000000Z", events[9]["run"]["facets"]["nominalTime"]["nominalStartTime"])
        runs = [e["run"]["runId"] for e in events]
        self.assertEqual(5, len(set(runs)), "each attempt is a run, and has one id in all its events")
        self.assertEqual(runs[0::2], runs[1::2])


if __name__ == "__main__":
    main()
