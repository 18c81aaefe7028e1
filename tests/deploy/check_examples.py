#!/usr/bin/env python3
"""The consumers of deploy/examples print what newsfeedd published, on a real broker that holds everybody to the ACLs of
deploy/SECURITY.md: its commands are read from there, and newsfeedd runs with no right beside them.

  tests/deploy/check_examples.py NEWSFEEDD       tests/deploy/test_examples calls it

What they should print is told by `newsfeedd decode --topic`, which shares no line with them.
"""
import contextlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

from confluent_kafka.admin import (AclBinding, AclBindingFilter, AclOperation, AclPermissionType, AdminClient, NewTopic,
                                   ResourcePatternType, ResourceType)

from documents import blocks
from running import ROOT, SAMPLES, Broker, Daemon, produce, run

NEWSFEEDD = ""

CONFIG = """
application_id: news
kafka: {bootstrap: ["%s"]}
inputs: [{topic: raw.articles}]
internal: {keep_records: 1000000}
admin: {port: 0}
"""


def lines_of(article):
    """As deploy/examples prints it, from the JSON form."""
    status = article["pubStatus"]
    yield "  ".join([article["dedup"]["verdict"], article["id"], article["title"]] + ([status] if status != "USABLE" else []))
    for entity in article["entities"]:
        for m in entity["mentions"]:
            text = article[m["field"].lower()].encode()[m["begin"]:m["end"]].decode()
            assert text == m["text"]
            yield '  %s %s  %s %d..%d "%s"' % (entity["type"], entity["name"], m["field"], m["begin"], m["end"], text)


# All clients, and the broker to itself, are one principal here, who may do everything until the first ACLs are there.
AUTHORIZER = """
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
"""
RESOURCES = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP, "transactional-id": ResourceType.TRANSACTIONAL_ID}


def acl(kind, name, operation, pattern=ResourcePatternType.LITERAL, who="User:ANONYMOUS"):
    return AclBinding(kind, name, pattern, who, "*", operation, AclPermissionType.ALLOW)


# What an ACL speaks of is closed to all others.
CLOSED = [acl(kind, "*", AclOperation.DESCRIBE, who="User:nobody") for kind in RESOURCES.values()]
# The broker's own; and Alter is for this test, which gives rights one after the other.
BROKERS_OWN = [
    acl(ResourceType.BROKER, "kafka-cluster", AclOperation.CLUSTER_ACTION),
    acl(ResourceType.BROKER, "kafka-cluster", AclOperation.ALTER),
    acl(ResourceType.TOPIC, "__", AclOperation.ALL, ResourcePatternType.PREFIXED),
]
def operation(name):
    return AclOperation[re.sub("(?<=[a-z])(?=[A-Z])", "_", name).upper()]


def acls_of(principal):
    """What the commands of deploy/SECURITY.md allow this one."""
    for command in (c for b in blocks("deploy/SECURITY.md") for c in b.commands() if c.startswith("kafka-acls.sh ")):
        words = shlex.split(command)
        if "User:" + principal not in words:
            continue
        pattern = ResourcePatternType.PREFIXED if "prefixed" in words else ResourcePatternType.LITERAL
        kind, name = next(((RESOURCES[key], words[words.index("--" + key) + 1]) for key in RESOURCES if "--" + key in words),
                          (ResourceType.BROKER, "kafka-cluster"))
        for i, word in enumerate(words):
            if word == "--operation":
                yield acl(kind, name, operation(words[i + 1]), pattern)


def allow(admin, acls):
    for done in admin.create_acls(list(acls)).values():
        done.result()


@contextlib.contextmanager
def allowed(admin, principal):
    """Everybody is who he is told to be here; then nobody again."""
    rights = list(acls_of(principal))
    assert rights, principal
    allow(admin, rights)
    yield
    filters = [AclBindingFilter(r.restype, r.name, r.resource_pattern_type, r.principal, r.host, r.operation, r.permission_type)
               for r in rights]
    for done in admin.delete_acls(filters).values():
        done.result()


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="newsfeed-examples."))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        broker = Broker(cls.folder / "broker", AUTHORIZER)
        cls.addClassCleanup(broker.kill)
        cls.bootstrap = broker.bootstrap
        cls.config = cls.folder / "examples.yaml"
        cls.config.write_text(CONFIG % cls.bootstrap)
        cls.admin = AdminClient({"bootstrap.servers": cls.bootstrap, "log_level": 0})
        cls.admin.create_topics([NewTopic("raw.articles", 3)])["raw.articles"].result()
        records = produce(NEWSFEEDD, cls.config, SAMPLES)
        allow(cls.admin, [*BROKERS_OWN, *CLOSED])
        with allowed(cls.admin, "operator"):
            run(NEWSFEEDD, "topics", "create", "-c", cls.config)
            run(NEWSFEEDD, "topics", "check", "-c", cls.config)
        with allowed(cls.admin, "newsfeed"):
            daemon = Daemon([NEWSFEEDD, "run", "-c", cls.config, "--instance", "a"], cls.folder / "log")
            cls.addClassCleanup(daemon.kill)
            daemon.wait_for(records)
            daemon.stop()
        with allowed(cls.admin, "operator"):
            run(NEWSFEEDD, "audit", "-c", cls.config)
            run(NEWSFEEDD, "dead-letters", "list", "-c", cls.config)
            run(NEWSFEEDD, "duplicates", "list", "-c", cls.config)
            articles = [json.loads(line) for line in
                        run(NEWSFEEDD, "decode", "-c", cls.config, "--topic", "articles.enriched").splitlines()]
            with allowed(cls.admin, "repairer"):
                cls.replayed = run(NEWSFEEDD, "dead-letters", "replay", "-c", cls.config, "--last", "1")
        # From here on as one of the readers.
        allow(cls.admin, acls_of("reader"))
        cls.expected = sorted(line for article in articles for line in lines_of(article))

    def holds(self, example, **environment):
        """As deploy/examples/README.md tells it, but for the names, and until the end."""
        told, = [command for block in blocks("deploy/examples/README.md") for command in block.commands()
                 if command.startswith("deploy/examples/%s/run " % example)]
        command = told.replace("kafka-1:9092", self.bootstrap).replace("my-reader", "reader-" + example).split()
        command = [ROOT / command[0], *command[1:], "--until-end"]
        environment = dict(os.environ, BUILD=str(self.folder / example), **environment)
        printed = run(*command, env=environment).splitlines()
        self.assertEqual(sorted(printed), self.expected)
        # All is committed, so a second run has nothing to do.
        self.assertEqual(run(*command, env=environment), "")

    def test_there_is_something_to_read(self):
        self.assertGreater(len([l for l in self.expected if not l.startswith("  ")]), 10)
        self.assertGreater(len([l for l in self.expected if l.startswith("  ")]), 10)

    def test_nothing_was_denied(self):
        self.assertNotRegex((self.folder / "log").read_text(), "AUTHORIZATION_FAILED|not authorized")

    def test_the_repairer_replays(self):
        self.assertRegex(self.replayed, r"\b1\b")

    def test_what_no_acl_allows_is_denied(self):
        denied = subprocess.run([NEWSFEEDD, "decode", "-c", self.config, "--topic", "articles.duplicates"],
                                capture_output=True, text=True)
        self.assertNotEqual(denied.returncode, 0)
        self.assertRegex(denied.stderr, "(?i)authoriz")

    def test_python(self):
        self.holds("python", PYTHON=sys.executable)

    @unittest.skipUnless(shutil.which("go"), "no go")
    def test_go(self):
        self.holds("go")


if __name__ == "__main__":
    NEWSFEEDD = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1])
