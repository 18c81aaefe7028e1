#!/usr/bin/env python3
"""The consumers of deploy/examples print what newsfeedd published, on a real broker.

  tests/deploy/check_examples.py NEWSFEEDD       tests/deploy/test_examples calls it

What they should print is told by `newsfeedd decode --topic`, which shares no line with them.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BROKER = ROOT / "deploy/kafka/broker"
SAMPLES = ROOT / "config/samples"
NEWSFEEDD = ""

CONFIG = """
application_id: examples
kafka: {bootstrap: ["%s"]}
inputs: [{topic: raw.articles}]
internal: {keep_records: 1000000}
admin: {enabled: false}
"""


def run(*command, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise AssertionError("%s: exit code %d\n%s" % (command, done.returncode, done.stderr[-4000:]))
    return done.stdout


def lines_of(article):
    """As deploy/examples prints it, from the JSON form."""
    status = article["pubStatus"]
    yield "  ".join([article["dedup"]["verdict"], article["id"], article["title"]] + ([status] if status != "USABLE" else []))
    for entity in article["entities"]:
        for m in entity["mentions"]:
            text = article[m["field"].lower()].encode()[m["begin"]:m["end"]].decode()
            assert text == m["text"]
            yield '  %s %s  %s %d..%d "%s"' % (entity["type"], entity["name"], m["field"], m["begin"], m["end"], text)


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="newsfeed-examples."))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        (cls.folder / "broker").mkdir()
        run(BROKER, "start", cls.folder / "broker", "0")
        cls.addClassCleanup(run, BROKER, "kill", cls.folder / "broker")
        cls.bootstrap = "127.0.0.1:" + (cls.folder / "broker/port").read_text().strip()
        cls.config = cls.folder / "examples.yaml"
        cls.config.write_text(CONFIG % cls.bootstrap)
        run(NEWSFEEDD, "topics", "create", "-c", cls.config, "--inputs")
        run(NEWSFEEDD, "produce", "-c", cls.config, "--timestamps", "published", SAMPLES)
        cls.publish()
        articles = [json.loads(line) for line in
                    run(NEWSFEEDD, "decode", "-c", cls.config, "--topic", "articles.enriched").splitlines()]
        cls.expected = sorted(line for article in articles for line in lines_of(article))

    @classmethod
    def publish(cls):
        with open(cls.folder / "log", "w") as log:
            daemon = subprocess.Popen([NEWSFEEDD, "run", "-c", cls.config, "--instance", "a"], stderr=log)
        try:
            # A bound, no measure: how long it takes is no matter of this test.
            end = time.monotonic() + 300
            while True:
                audit = subprocess.run([NEWSFEEDD, "audit", "-c", cls.config, "--json", "--quick"], capture_output=True, text=True)
                totals = json.loads(audit.stdout or "{}").get("totals", {})
                if all(totals.get(where) == 0 for where in ("unread", "in_prepared", "in_judged")):
                    break
                if daemon.poll() is not None or time.monotonic() > end:
                    raise AssertionError((cls.folder / "log").read_text()[-4000:])
                time.sleep(0.2)
        finally:
            daemon.send_signal(signal.SIGTERM)
            if daemon.wait(60) != 0:
                raise AssertionError("newsfeedd run: exit code %d" % daemon.returncode)

    def holds(self, example, **environment):
        command = [ROOT / "deploy/examples" / example / "run", "--bootstrap", self.bootstrap, "--group", "reader-" + example,
                   "--until-end"]
        environment = dict(os.environ, BUILD=str(self.folder / example), **environment)
        printed = run(*command, env=environment).splitlines()
        self.assertEqual(sorted(printed), self.expected)
        # All is committed, so a second run has nothing to do.
        self.assertEqual(run(*command, env=environment), "")

    def test_there_is_something_to_read(self):
        self.assertGreater(len([l for l in self.expected if not l.startswith("  ")]), 10)
        self.assertGreater(len([l for l in self.expected if l.startswith("  ")]), 10)

    def test_python(self):
        self.holds("python", PYTHON=sys.executable)

    @unittest.skipUnless(shutil.which("go"), "no go")
    def test_go(self):
        self.holds("go")


if __name__ == "__main__":
    NEWSFEEDD = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1])
