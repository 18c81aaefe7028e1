"""Prints the articles that newsfeedd publishes.

  run --bootstrap kafka-1:9092 --group my-reader [--topic articles.enriched] [--until-end]
"""
import argparse
import signal

import confluent_kafka
from newsfeed.v1 import article_pb2

TEXTS = {
    article_pb2.Mention.TITLE: "title",
    article_pb2.Mention.STANDFIRST: "standfirst",
    article_pb2.Mention.BODY: "body",
}


def describe(article):
    """The lines that are printed of an article."""
    verdict = article_pb2.Dedup.Verdict.Name(article.dedup.verdict)
    status = article_pb2.EnrichedArticle.PubStatus.Name(article.pub_status)
    yield "  ".join([verdict, article.id, article.title] + ([status] if status != "USABLE" else []))
    for entity in article.entities:
        kind = article_pb2.Entity.Type.Name(entity.type)
        for mention in entity.mentions:
            # Offsets count bytes.
            text = getattr(article, TEXTS[mention.field]).encode()[mention.begin:mention.end].decode()
            field = article_pb2.Mention.Field.Name(mention.field)
            yield '  %s %s  %s %d..%d "%s"' % (kind, entity.name, field, mention.begin, mention.end, text)


def consume(consumer, until_end):
    """Articles, each committed once the caller comes back for the next."""
    at_end = set()
    while not (until_end and consumer.assignment() and len(at_end) == len(consumer.assignment())):
        message = consumer.poll(1.0)
        if message is None:
            continue
        error = message.error()
        if error is None:
            at_end.discard(message.partition())
            yield article_pb2.EnrichedArticle.FromString(message.value())
            consumer.store_offsets(message)
        elif error.code() == confluent_kafka.KafkaError._PARTITION_EOF:
            at_end.add(message.partition())
        elif error.fatal():
            raise confluent_kafka.KafkaException(error)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--group", required=True)
    parser.add_argument("--topic", default="articles.enriched")
    parser.add_argument("--until-end", action="store_true", help="do not wait for more")
    arguments = parser.parse_args()

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": arguments.bootstrap,
        "group.id": arguments.group,
        "isolation.level": "read_committed",  # what was aborted is not seen
        "auto.offset.reset": "earliest",
        "enable.auto.offset.store": False,    # stored when it is done, committed every few seconds and at the end
        "enable.partition.eof": True,
    })
    consumer.subscribe([arguments.topic])
    try:
        for article in consume(consumer, arguments.until_end):
            print("\n".join(describe(article)), flush=True)
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
