#!/usr/bin/env python3
"""Names in news articles as a spaCy model sees them: one teacher's votes.

    label_silver.py MODEL_FOLDER ARTICLES.ndjson.gz VOTES.ndjson [LIMIT]

MODEL_FOLDER is an unpacked spaCy pipeline (README.md names the packages and their hashes). A line of
votes is {"id", "title", "body", "names": [[begin, end, label], ...]}; offsets are bytes of the UTF-8
of the body and labels those of the teacher. Articles come in an order shuffled by a fixed seed, so that
any head of the result is a sample of the whole. A run that was stopped goes on where it ended.
"""

import gzip
import json
import os
import random
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is loaded: one core
import spacy  # noqa: E402

SEED = 20221101
MAX_CHARACTERS = 40_000
# What the recogniser does not need.
LEFT_OUT = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]


def read(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        articles = [json.loads(line) for line in lines]
    articles.sort(key=lambda a: a["id"])
    random.Random(SEED).shuffle(articles)
    return [a for a in articles if a.get("body") and len(a["body"]) <= MAX_CHARACTERS]


def byte_offsets(text):
    """The byte offset of each character, and of the end."""
    offsets, at = [], 0
    for character in text:
        offsets.append(at)
        at += len(character.encode("utf-8", "surrogatepass"))
    return offsets + [at]


def main():
    folder, articles_path, votes_path = sys.argv[1:4]
    teacher = spacy.load(folder, exclude=LEFT_OUT)
    articles = read(articles_path)[:int(sys.argv[4]) if len(sys.argv) > 4 else None]
    done = 0
    if os.path.exists(votes_path):
        with open(votes_path, encoding="utf-8") as votes:
            done = sum(1 for _ in votes)
    with open(votes_path, "a", encoding="utf-8") as out:
        pairs = ((a["body"], a) for a in articles[done:])
        for doc, article in teacher.pipe(pairs, as_tuples=True, batch_size=16):
            at = byte_offsets(article["body"])
            names = [[at[e.start_char], at[e.end_char], e.label_] for e in doc.ents]
            line = {"id": article["id"], "title": article.get("title", ""),
                    "body": article["body"], "names": names}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
