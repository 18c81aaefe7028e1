#!/usr/bin/env python3
"""Every command that README, runbook and the READMEs of deploy/ tell people to type is read from there and run: with
the program that was built, on a real broker, in a folder that has what the reader has. What cannot be run here stands
in ELSEWHERE, with the reason and with what tries it instead. There is no third way: a command, or a block of YAML,
that is new fails until it is run or stands there.

  tests/deploy/check_documents.py NEWSFEEDD KAFKA_TOOLS.jar PROMTOOL     tests/deploy/test_documents calls it
"""
import gzip
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from documents import blocks, commands_within_lines
from running import ROOT, SAMPLES, Broker, Daemon, produce, within

NEWSFEEDD = ""
KAFKA_TOOLS = ""
PROMTOOL = ""

DOCUMENTS = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("deploy/**/*.md"))]

# (document, command, why it is not run here, what tries it instead, words of its command line or reading that stand there)
ELSEWHERE = [
    ("README.md", r"tests/run", "runs this test", ".ci/run", "tests/run"),
    ("README.md", r"deploy/debian/build && apt install |editor |systemctl ", "needs a root and a systemd of its own",
     "deploy/systemd/try", "README.md"),
    ("deploy/debian/README.md", r"deploy/debian/build|apt install |editor |systemctl ", "needs a root and a systemd of its own",
     "deploy/systemd/try", "deploy/debian/README.md"),
    ("deploy/systemd/README.md", r"systemctl |systemd-run ", "needs a systemd of its own", "deploy/systemd/try", "deploy/systemd/README.md"),
    ("deploy/systemd/README.md", r"systemd-analyze security", "units are read offline", "tests/deploy/systemd_test.cc", "security"),
    ("deploy/RUNBOOK.md", r"journalctl -u newsfeedd", "needs a systemd of its own", "deploy/systemd/try", "journalctl -u newsfeedd"),
    ("deploy/RUNBOOK.md", r"kubectl (logs POD|exec POD -- newsfeedd …)", "needs a cluster", "tests/deploy/check_chart.py",
     "test_newsfeedd_takes_what_pods_give_it"),
    ("deploy/RUNBOOK.md", r"top -H", "is looked at", "daemon", "pthread_setname_np"),
    ("deploy/RUNBOOK.md", r"kafka-transactions.sh .* abort ", "nothing hangs here", "tests/deploy/check_documents.py", "test_abort"),
    ("deploy/RUNBOOK.md", r"apt install |systemctl ", "needs a root and a systemd of its own", "deploy/systemd/try", "the package again"),
    ("deploy/RUNBOOK.md", r"helm upgrade ", "needs a cluster; rendered instead", "tests/deploy/check_chart.py", "deploy/RUNBOOK.md"),
    ("README.md", r"helm install ", "needs a cluster; rendered instead", "tests/deploy/check_chart.py", "deploy/helm/newsfeed/README.md"),
    ("deploy/helm/newsfeed/README.md", r"helm (install|test) ", "needs a cluster; rendered instead", "tests/deploy/check_chart.py",
     "deploy/helm/newsfeed/README.md"),
    ("deploy/container/README.md", r"docker (build|run) ", "needs a container engine", "deploy/container/try", "docker run"),
    ("deploy/examples/README.md", r"deploy/examples/(python|go)/run |pip install ", "brings libraries, and never ends",
     "tests/deploy/check_examples.py", "deploy/examples/README.md"),
    ("deploy/grafana/README.md", r"deploy/grafana/make.py", "writes into the tree; compared instead", "tests/deploy/CMakeLists.txt",
     "deploy/grafana/make.py --check"),
    # Of YAML: by its first line.
    ("deploy/helm/newsfeed/README.md", r"# my-values.yaml", "rendered", "tests/deploy/check_chart.py", "deploy/helm/newsfeed/README.md"),
]


def elsewhere(document, command):
    return [row for row in ELSEWHERE if row[0] == document and re.match(row[1], command)]


def found_in(path, words):
    files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]
    return any(words in f.read_text() for f in files)


# kafka-….sh of Kafka's own distribution: classes of the jar.
TOOLS = {
    "kafka-acls.sh": "AclCommand",
    "kafka-consumer-groups.sh": "consumer.group.ConsumerGroupCommand",
    "kafka-topics.sh": "TopicCommand",
    "kafka-transactions.sh": "TransactionsCommand",
}


def free_port(range_of=1):
    """The first of so many that nobody listens on."""
    # Where neither deploy/kafka/broker nor the kernel looks for one.
    for first in range(30000 + os.getpid() % 200 * 6, 32700 - 2 * range_of, 2 * range_of):
        try:
            for port in range(first, first + 2 * range_of):
                with socket.socket() as free:
                    free.bind(("127.0.0.1", port))
            return first
        except OSError:
            pass
    raise AssertionError("no free port")


class Reader:
    """Somebody who follows a document: a folder with what he has, programs on his PATH, and what stands for his names."""

    def __init__(self, test, document):
        self.document = document
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="newsfeed-documents."))
        test.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.test = test
        self.names = []      # (pattern, what stands for it)
        self.before = []     # (pattern, what is done before a command that has it)
        self.expected = {}   # records, by the configuration of `newsfeedd run`
        self.daemons = []
        self.yaml = [b for b in blocks(document) if b.language == "yaml"]
        bin_folder = self.folder / "bin"
        bin_folder.mkdir()
        (bin_folder / "newsfeedd").symlink_to(NEWSFEEDD)
        libs = pathlib.Path(os.environ.get("KAFKA_JARS", pathlib.Path.home() / ".cache/newsfeed/kafka"))
        version = re.search("<kafka.version>(.*)</", (ROOT / "deploy/kafka/pom.xml").read_text()).group(1)
        for tool, name in TOOLS.items():
            script = bin_folder / tool
            script.write_text('#!/bin/sh\nexec java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "%s/%s/libs/*:%s" org.apache.kafka.tools.%s "$@"\n'
                              % (libs, version, KAFKA_TOOLS, name))
            script.chmod(0o755)
        for name in ("deploy", "config"):
            (self.folder / name).symlink_to(ROOT / name)
        (self.folder / "build/release/daemon").mkdir(parents=True)
        (self.folder / "build/release/daemon/newsfeedd").symlink_to(NEWSFEEDD)
        self.environment = dict(os.environ, PATH="%s:%s" % (bin_folder, os.environ["PATH"]), QUICKSTART_BINARY=NEWSFEEDD)

    def has(self, name, text):
        (self.folder / name).write_text(text)

    def told_yaml(self, first_line):
        block, = [b for b in self.yaml if b.text.startswith(first_line)]
        self.yaml.remove(block)
        return block.text

    def with_names(self, command):
        for pattern, name in self.names:
            command = re.sub(pattern, lambda _: str(name() if callable(name) else name), command)
        return command

    def runs(self, command):
        line = self.with_names(command)
        for pattern, action in self.before:
            if re.search(pattern, command):
                action()
        print("%s: %s" % (self.document, line), flush=True)
        with self.test.subTest(document=self.document, command=command, run=line):
            if line.startswith("newsfeedd run "):
                self.starts(line)
            else:
                done = subprocess.run(["bash", "-ec", line], cwd=self.folder, env=self.environment, capture_output=True,
                                      text=True, timeout=300)
                self.test.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-4000:])
                return done.stdout
        return ""

    def starts(self, line):
        daemon = Daemon(line.split(), self.folder / ("%d.log" % len(list(self.folder.glob("*.log")))), cwd=self.folder, env=self.environment)
        self.test.addCleanup(daemon.kill)
        self.daemons.append(daemon)
        daemon.wait_for(self.expected[re.search(r"-c (\S+)", line).group(1)])
        within(120, "ready", lambda: daemon.asked("/readyz"))

    def follows(self):
        """All that the document tells, in its order; then what runs is stopped."""
        for command in commands_of(self.document):
            if not elsewhere(self.document, command):
                self.runs(command)
        while self.daemons:
            with self.test.subTest(document=self.document, command="SIGTERM"):
                self.daemons.pop().stop()
        left = [b for b in self.yaml if not elsewhere(self.document, b.text)]
        self.test.assertFalse(left, "YAML that nothing was done with")

    def newsfeedd(self, *arguments):
        done = subprocess.run([NEWSFEEDD, *arguments], cwd=self.folder, capture_output=True, text=True)
        self.test.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


def commands_of(document):
    """Of its blocks, and complete ones within lines, in their order, each once."""
    inside = [(line, command) for line, command in commands_within_lines(document) if not is_mention(command)]
    told = [(b.line, command) for b in blocks(document) if b.language == "" for command in b.commands()] + inside
    return list(dict.fromkeys(command for _, command in sorted(told, key=lambda item: item[0])))


def is_mention(command):
    """`newsfeedd audit`, `newsfeedd dead-letters show --json`: names a command. runbook_test says whether there is one."""
    return re.fullmatch(r"newsfeedd( [a-z-]+){1,2}( --[a-z-]+)*|newsfeedd --[a-z]+", command) is not None


class Table(unittest.TestCase):
    """Takes no time: what is not run is tried by something that is there."""

    def test_rows_are_of_use(self):
        for document, pattern, why, instead, words in ELSEWHERE:
            with self.subTest(document=document, command=pattern):
                told = commands_of(document) + [b.text for b in blocks(document) if b.language == "yaml"]
                self.assertTrue(any(re.match(pattern, command) for command in told), "no such command")
                self.assertTrue(why)
                self.assertTrue(found_in(ROOT / instead, words), "%s does not have: %s" % (instead, words))

    def test_each_block_says_what_it_is(self):
        for document in DOCUMENTS:
            for block in blocks(document):
                self.assertIn(block.language, ("", "yaml", "text"), "%s:%d" % (document, block.line))

    def test_each_document_is_followed_or_its_commands_are_tried_elsewhere(self):
        followed = re.findall(r'self\.reader\("(.*?)"\)', pathlib.Path(__file__).read_text())
        for document in DOCUMENTS:
            if document in followed:
                continue
            told = commands_of(document) + [b.text for b in blocks(document) if b.language == "yaml"]
            for command in told:
                self.assertTrue(elsewhere(document, command), "%s: neither run nor tried elsewhere: %s" % (document, command))

    def test_commands_are_a_shells(self):
        for document in DOCUMENTS:
            for command in commands_of(document):
                checked = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True)
                self.assertEqual(checked.returncode, 0, "%s: %s\n%s" % (document, command, checked.stderr))

    def test_files_that_commands_name_are_there(self):
        for document in DOCUMENTS:
            for command in commands_of(document):
                for path in re.findall(r"(?<![\w./])(?:deploy|tests|config|proto)/[\w./-]+", command):
                    self.assertTrue((ROOT / path).exists(), "%s: %s" % (document, path))


class Followed(unittest.TestCase):
    def reader(self, document):
        return Reader(self, document)

    def broker(self, reader, properties=""):
        broker = Broker(reader.folder / "broker", properties)
        self.addCleanup(broker.kill)
        reader.names.append(("kafka-1:9092", broker.bootstrap))
        return broker

    def with_articles(self, reader, config):
        """The reader's topic, with the samples in it; how many."""
        reader.runs("kafka-topics.sh --bootstrap-server kafka-1:9092 --create --topic raw.articles --partitions 3")
        reader.has("feed.yaml", config)
        return produce(NEWSFEEDD, reader.folder / "feed.yaml", SAMPLES)

    def test_readme(self):
        reader = self.reader("README.md")
        # Own files.
        samples = sorted(SAMPLES.glob("*.ndjson"))
        (reader.folder / "news.ndjson.gz").write_bytes(gzip.compress(samples[0].read_bytes()))
        shutil.copy(SAMPLES / "12-page.html", reader.folder / "page.html")
        (reader.folder / "folder").mkdir()
        shutil.copy(samples[1], reader.folder / "folder")
        # Own cases.
        cases = reader.told_yaml("config: newsfeed.yaml")
        reader.has("cases.yaml", cases)
        first = json.loads(re.search(r"record: '(.*)'", cases).group(1))
        reader.has("copies.ndjson", json.dumps(dict(first, id="b")) + "\n")
        # The service. Of the cluster only the address and the encryption are other than the README's.
        self.broker(reader)
        secret = reader.folder / "secret"
        secret.write_text("x")
        config = reader.with_names(reader.told_yaml("application_id: news"))
        config = config.replace("SASL_SSL", "PLAINTEXT").replace("/run/secrets/kafka", str(secret))
        config += reader.told_yaml("outputs:") + "internal: {keep_records: 1000000}\nadmin: {port: 0}\n"
        reader.has("newsfeed.yaml", config)
        # Those of the feed, and the samples that the README sends.
        reader.expected["newsfeed.yaml"] = 2 * self.with_articles(reader, config)
        self.addCleanup(subprocess.run, [ROOT / "deploy/kafka/broker", "kill", reader.folder / "node"], capture_output=True)
        reader.names += [
            ("127.0.0.1:9644", lambda: "127.0.0.1:%s" % reader.daemons[0].port()),
            ("start DIR 9092", "start node %d" % free_port()),
            ("--broker-id N", "--broker-id 1"),
        ]
        reader.follows()
        written = re.findall(r"(?:out/)?((?:articles\.[a-z-]+\.ndjson)|summary\.json)`", (ROOT / "README.md").read_text())
        self.assertGreater(len(written), 4)
        for name in written:
            self.assertTrue((reader.folder / "out" / name).exists(), name)

    def test_runbook(self):
        reader = self.reader("deploy/RUNBOOK.md")
        self.broker(reader)

        def application(more):
            return reader.with_names('kafka: {bootstrap: ["kafka-1:9092"]}\ninternal: {keep_records: 1000000}\nadmin: {port: 0}\n' + more)

        config = application("application_id: news\ninputs: [{topic: raw.articles}]\n")
        reader.has("newsfeed.yaml", config)
        reader.has("reprocess.yaml", application(reader.told_yaml("application_id: news-reprocess-1")))
        reader.has("news2.yaml", config.replace("application_id: news", "application_id: news2"))
        records = self.with_articles(reader, config)
        # The new application goes on where the old one was: nothing is left for it.
        reader.expected = {"newsfeed.yaml": records, "reprocess.yaml": records, "news2.yaml": 0}
        reader.newsfeedd("topics", "create", "-c", "newsfeed.yaml")
        reader.starts("newsfeedd run -c newsfeed.yaml --instance a")
        articles = [json.loads(line) for line in
                    reader.newsfeedd("decode", "-c", "newsfeed.yaml", "--topic", "articles.enriched").splitlines()]
        letter = json.loads(reader.newsfeedd("dead-letters", "list", "-c", "newsfeed.yaml", "--json").splitlines()[0])
        reader.names += [
            ("127.0.0.1:9644", lambda: "127.0.0.1:%s" % reader.daemons[0].port()),
            (r"\bID$", articles[0]["id"]),
            ("--partition (P --offset O|0 --offset 17)$", "--partition %(partition)s --offset %(offset)s" % letter),
            ("APPLICATION-STAGE", "news-prepare"),
            ("--broker-id N", "--broker-id 1"),
        ]
        # It was for once.
        reader.before.append(("kafka-topics.sh .* --delete", lambda: reader.daemons.pop().stop()))
        (reader.folder / "old").mkdir()
        shutil.copy(SAMPLES / "10-copies.ndjson", reader.folder / "old")
        reader.follows()
        lag = reader.runs("kafka-consumer-groups.sh --bootstrap-server kafka-1:9092 --describe --group news2-prepare --offsets")
        self.assertEqual(len(re.findall(r"^news2-prepare +raw.articles ", lag, re.MULTILINE)), 3, lag)

    def test_abort_of_a_hanging_transaction_has_such_options(self):
        reader = self.reader("deploy/RUNBOOK.md")
        told, = [c for c in commands_of("deploy/RUNBOOK.md") if "kafka-transactions.sh" in c and " abort " in c]
        shown = reader.runs("kafka-transactions.sh abort --help 2>&1 || true")
        for option in re.findall(r"--[a-z-]+", told):
            self.assertIn(option, shown)

    def test_security(self):
        reader = self.reader("deploy/SECURITY.md")
        self.broker(reader, "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n"
                            "super.users=User:ANONYMOUS\n")
        reader.follows()
        rights = reader.runs("kafka-acls.sh --bootstrap-server kafka-1:9092 --list --principal User:newsfeed")
        self.assertIn("resourceType=TRANSACTIONAL_ID, name=news-, patternType=PREFIXED", rights)

    def test_kafka(self):
        reader = self.reader("deploy/kafka/README.md")
        port = free_port(3)
        reader.names += [("start DIR 9092", "start nodes %d" % port), ("DIR", "node")]
        self.addCleanup(subprocess.run, [ROOT / "deploy/kafka/broker", "kill", reader.folder / "node"], capture_output=True)
        self.addCleanup(subprocess.run, [ROOT / "deploy/kafka/cluster", "stop", reader.folder / "nodes"], capture_output=True)
        reader.follows()

    def test_prometheus(self):
        reader = self.reader("deploy/prometheus/README.md")
        reader.has("prometheus.yml", reader.told_yaml("# prometheus.yml"))
        shutil.copy(ROOT / "deploy/prometheus/newsfeed.rules.yaml", reader.folder)
        reader.runs("%s check config prometheus.yml" % PROMTOOL)
        reader.follows()


if __name__ == "__main__":
    NEWSFEEDD, KAFKA_TOOLS, PROMTOOL = map(os.path.abspath, sys.argv[1:4])
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
