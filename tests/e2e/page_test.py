"""The page in a real browser: an event makes a node fresh, and the log of its run can be read."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.request

from daemon import Daemon

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]


class Browser:
    """Chromium by WebDriver: the few calls that this test needs."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="freshet-page-")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        self.base = None
        for line in self.driver.stdout:
            if "successfully" in line:
                port = line.rstrip(".\n").rsplit(" ", 1)[1]
                self.base = f"http://127.0.0.1:{port}"
                break
        options = {"args": FLAGS + [f"--user-data-dir={self.profile}", "--window-size=1280,800"]}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.session = f"/session/{answer['sessionId']}"

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def go(self, url):
        self.call("POST", self.session + "/url", {"url": url})

    def run(self, script, *args):
        return self.call("POST", self.session + "/execute/sync", {"script": script, "args": list(args)})

    def wait(self, script, *args, seconds=60):
        """Until the script returns something true; its value."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            value = self.run(script, *args)
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}\npage: {self.run('return document.body.innerText')}")

    def errors(self):
        return [e["message"] for e in self.call("POST", self.session + "/se/log", {"type": "browser"})
                if e["level"] == "SEVERE"]

    def picture(self, name):
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            with open(os.path.join(folder, name + ".png"), "wb") as out:
                out.write(base64.b64decode(self.call("GET", self.session + "/screenshot")))

    def close(self):
        try:
            self.call("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            shutil.rmtree(self.profile, ignore_errors=True)


NODE_TEXT = """
  const node = document.querySelector(`.node[data-id="${arguments[0]}"]`);
  return node && node.textContent + ' ' + (node.getAttribute('aria-label') || '');
"""


DEFINITIONS = """
project: page
sources:
  - {asset: page/news, webhook: {}}
assets:
  - key: page/report
    deps: [page/news]
    automation: eager
    command: [sh, -c, "printf '\\\\033[32mmade\\\\033[0m of <b>news</b>\\\\n'"]
"""


class Page(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(DEFINITIONS)
        self.addCleanup(self.daemon.close)
        self.daemon.start()
        self.browser = Browser()
        self.addCleanup(self.browser.close)

    def test_an_event_makes_a_node_fresh_and_its_log_can_be_read(self):
        browser = self.browser
        browser.go(self.daemon.ticket_url)
        self.assertIn("missing", browser.wait(NODE_TEXT, "page/report"))
        browser.picture("1-graph")
        self.daemon.report("page/news", "1")
        browser.wait(NODE_TEXT.replace("return node &&", "return node && node.textContent.includes('fresh') &&"),
                     "page/report")
        browser.picture("2-fresh")
        run = self.daemon.get("/runs")["items"][0]["id"]
        browser.run("location.hash = arguments[0]", f"#/runs/{run}")
        browser.wait("return document.body.innerText.includes('succeeded')")
        browser.picture("3-run")
        browser.run("location.hash = arguments[0]", f"#/runs/{run}/log/0")
        browser.wait("return document.body.innerText.includes('made of <b>news</b>')")
        browser.picture("4-log")
        self.assertEqual(browser.errors(), [])


if __name__ == "__main__":
    unittest.main()
