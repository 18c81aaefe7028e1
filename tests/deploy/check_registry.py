#!/usr/bin/env python3
"""Confluent's wire format with a real registry (Apicurio's, by its Confluent interface), and read as somebody else reads
it: by the deserializer of Confluent's own client.

  tests/deploy/check_registry.py REGISTRY.jar NEWSFEEDD       tests/deploy/test_registry calls it

What it should read is told by `newsfeedd decode --topic`, which asks no registry.
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from confluent_kafka import Consumer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, json_format, message_factory

from running import ROOT, SAMPLES, Broker, Daemon, produce, run, within

REGISTRY = ""
NEWSFEEDD = ""
SUBJECT = "articles.enriched-value"


class Registry:
    """In memory, on a free port of loopback."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = "http://127.0.0.1:%d/apis/ccompat/v7" % port
        self.log = pathlib.Path(folder, "registry.log")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["java", "-Xmx512m", "-Dquarkus.http.host=127.0.0.1", "-Dquarkus.http.port=%d" % port, "-jar", REGISTRY],
                stdout=log, stderr=subprocess.STDOUT)
        within(120, "a registry that answers", self.answers)

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(self.log.read_text()[-4000:])
        try:
            return self.ask("GET", "/subjects") == []
        except OSError:
            return False

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, None if body is None else json.dumps(body).encode(),
                                         {"Content-Type": "application/vnd.schemaregistry.v1+json"}, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())

    def kill(self):
        self.process.kill()
        self.process.wait()


class OnARegistry(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="newsfeed-registry."))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        broker = Broker(cls.folder / "broker")
        cls.addClassCleanup(broker.kill)
        cls.bootstrap = broker.bootstrap
        cls.registry = Registry(cls.folder)
        cls.addClassCleanup(cls.registry.kill)
        cls.config = cls.configured("news")
        run(NEWSFEEDD, "topics", "create", "-c", cls.config, "--inputs")
        records = produce(NEWSFEEDD, cls.config, SAMPLES)
        daemon = cls.started(cls.config)
        cls.addClassCleanup(daemon.kill)
        daemon.wait_for(records)
        daemon.stop()
        cls.published = [json.loads(line) for line in
                         run(NEWSFEEDD, "decode", "-c", cls.config, "--topic", "articles.enriched").splitlines()]

    @classmethod
    def configured(cls, application, more=""):
        path = cls.folder / (application + ".yaml")
        path.write_text("""
application_id: %s
kafka: {bootstrap: ["%s"]}
inputs: [{topic: raw.articles}]
outputs: {schema_registry: {url: "%s"%s}}
internal: {keep_records: 1000000}
admin: {port: 0}
""" % (application, cls.bootstrap, cls.registry.url, more))
        return path

    @classmethod
    def started(cls, config):
        return Daemon([NEWSFEEDD, "run", "-c", config, "--instance", "a"], cls.folder / "log")

    def article_class(self):
        """EnrichedArticle of the proto in the tree."""
        described = self.folder / "article.binpb"
        run("protoc", "-I", ROOT / "proto", "--include_imports", "--descriptor_set_out", described,
            ROOT / "proto/newsfeed/v1/article.proto")
        files = descriptor_pb2.FileDescriptorSet.FromString(described.read_bytes()).file
        return message_factory.GetMessages(files)["newsfeed.v1.EnrichedArticle"]

    def values(self):
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": self.id(), "auto.offset.reset": "earliest",
                             "isolation.level": "read_committed", "enable.partition.eof": True})
        self.addCleanup(consumer.close)
        consumer.subscribe(["articles.enriched"])
        partitions = len(consumer.list_topics("articles.enriched").topics["articles.enriched"].partitions)
        ends = 0
        while ends < partitions:
            message = consumer.poll(60)
            self.assertIsNotNone(message, "nothing for a minute")
            if message.error():
                ends += 1
            else:
                yield message.value()

    def test_each_topic_of_articles_has_its_subject(self):
        self.assertLessEqual({"articles.duplicates-value", SUBJECT}, set(self.registry.ask("GET", "/subjects")))

    def test_a_second_start_registers_nothing(self):
        versions = self.registry.ask("GET", "/subjects/%s/versions" % SUBJECT)
        self.assertEqual(versions, [1])
        daemon = self.started(self.config)
        self.addCleanup(daemon.kill)
        within(120, "ready", lambda: daemon.asked("/readyz"))
        daemon.stop()
        self.assertEqual(self.registry.ask("GET", "/subjects/%s/versions" % SUBJECT), versions)

    def test_the_number_in_each_value_is_that_of_the_schema(self):
        registered = self.registry.ask("GET", "/subjects/%s/versions/1" % SUBJECT)["id"]
        values = list(self.values())
        self.assertTrue(values)
        for value in values:
            self.assertEqual((value[0], int.from_bytes(value[1:5], "big"), value[5]), (0, registered, 0))
        schema = self.registry.ask("GET", "/schemas/ids/%d" % registered)
        self.assertEqual(schema["schemaType"], "PROTOBUF")
        self.assertIn("message EnrichedArticle {", schema["schema"])

    def test_confluents_deserializer_reads_what_was_published(self):
        # Without a client it takes the class that it is given; this registry has no serialized form (format=serialized).
        deserializer = ProtobufDeserializer(self.article_class(), {"use.deprecated.format": False})
        context = SerializationContext("articles.enriched", MessageField.VALUE)
        read = [json_format.MessageToDict(deserializer(value, context)) for value in self.values()]
        self.assertEqual(sorted(article["id"] for article in read), sorted(article["id"] for article in self.published))
        self.assertEqual(sorted(article.get("body", "") for article in read),
                         sorted(article.get("body", "") for article in self.published))

    def test_without_leave_to_register_the_schema_must_be_there(self):
        config = self.configured("other", ", auto_register: false")
        config.write_text(config.read_text().replace("outputs: {", "outputs: {enriched: other.enriched, duplicates: other.duplicates, "))
        run(NEWSFEEDD, "topics", "create", "-c", config)
        daemon = self.started(config)
        self.addCleanup(daemon.kill)
        self.assertEqual(daemon.ended(), 78, daemon.log.read_text())
        self.assertRegex(daemon.log.read_text(), "other.(enriched|duplicates)-value")

    def test_a_schema_that_the_registry_refuses_ends_the_start(self):
        subject = "refused.enriched-value"
        other = 'syntax = "proto3"; package newsfeed.v1; message EnrichedArticle { bytes id = 1; }'
        self.registry.ask("POST", "/subjects/%s/versions" % subject, {"schemaType": "PROTOBUF", "schema": other})
        self.registry.ask("PUT", "/config/%s" % subject, {"compatibility": "FULL"})
        config = self.configured("refused")
        config.write_text(config.read_text().replace("outputs: {", "outputs: {enriched: refused.enriched, duplicates: refused.duplicates, "))
        run(NEWSFEEDD, "topics", "create", "-c", config)
        daemon = self.started(config)
        self.addCleanup(daemon.kill)
        self.assertEqual(daemon.ended(), 78, daemon.log.read_text())
        self.assertIn(subject, daemon.log.read_text())


if __name__ == "__main__":
    REGISTRY, NEWSFEEDD = map(os.path.abspath, sys.argv[1:3])
    unittest.main(argv=sys.argv[:1])
