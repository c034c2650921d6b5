#!/usr/bin/env python3
"""What a page needs to draw everything: the catalog and its state as columns, layouts, selections."""
import gzip
import json

from daemon import DaemonTest, main, until

READERS = 400
DEFINITIONS = """
project: shop
sources:
  - {asset: raw/orders, webhook: {}}
assets:
""" + "".join(f"""
  - {{key: area{i % 5}/asset_that_reads_orders_{i}, group: area{i % 5}, deps: [raw/orders], owners: [team:data],
     command: [sh, -c, "exit 0"]}}""" for i in range(READERS)) + """
  - {key: report, deps: [area0/asset_that_reads_orders_0], command: [sh, -c, "exit 1"], automation: eager}
"""


class Lineage(DaemonTest):
    def setUp(self):
        super().setUp()
        self.it = self.serve(DEFINITIONS)

    def test_large_answers_are_compressed_for_who_takes_that(self):
        plain = self.it.request("GET", "/api/v1/catalog")
        packed = self.it.request("GET", "/api/v1/catalog", headers={"accept-encoding": "gzip, br"})
        self.assertEqual((200, 200), (plain.status, packed.status))
        self.assertEqual("gzip", packed.headers["content-encoding"])
        self.assertLess(len(packed.body), len(plain.body) / 3)
        self.assertEqual(plain.json, json.loads(gzip.decompress(packed.body)))
        again = self.it.request("GET", "/api/v1/catalog", headers={"if-none-match": packed.headers["etag"]})
        self.assertEqual(304, again.status)

    def test_catalog_status_and_layout_speak_of_the_same_ranks(self):
        catalog = self.it.get("/catalog")
        rank = {key: i for i, key in enumerate(catalog["key"])}
        self.it.materialize("area0/asset_that_reads_orders_0")
        status = until("the report to fail", lambda: next(
            (it for it in [self.it.get("/status?codes=1")] if it["flags"][rank["report"]] & 8), None))
        self.assertEqual(catalog["sequence"], status["catalog"])
        self.assertEqual("fresh", status["words"]["data"][status["data"][rank["area0/asset_that_reads_orders_0"]]])
        near = self.it.get("/layout?focus=report&up=1")
        self.assertEqual(catalog["sequence"], near["catalog"])
        self.assertEqual({rank["report"], rank["area0/asset_that_reads_orders_0"]}, set(near["nodes"]["asset"]))
        hub = self.it.get("/layout?focus=raw/orders&down=1&limit=500")
        stacks = [stack for stack in hub["nodes"]["stack"] if stack]
        self.assertEqual(READERS, sum(map(len, stacks)))
        whole = self.it.get("/layout?view=all")
        self.assertEqual(list(range(READERS + 2)), whole["nodes"]["asset"])
        self.assertEqual(5, sum(group >= 0 for group in whole["boxes"]["group"]))

    def test_a_selection_is_completed_and_counted(self):
        told = self.it.get("/selection?text=group:area1%20and%20owner:team:data&ranks=1")
        self.assertEqual((True, READERS // 5, READERS // 5), (told["valid"], told["total"], len(told["ranks"])))
        told = self.it.get("/selection?text=group:ar")
        self.assertEqual(0, told["total"])
        self.assertEqual([f"area{i}" for i in range(5)], [each["text"] for each in told["completions"]])
        told = self.it.get("/selection?text=status:stael")
        self.assertEqual((False, 7), (told["valid"], told["error"]["position"]))


if __name__ == "__main__":
    main()
