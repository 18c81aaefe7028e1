#!/usr/bin/env python3
"""The whole chain beside a stack of Python that does the same: a plain normaliser, datasketch, spaCy.

  tests/bench/python_stack.py NEWSFEEDD FILE.ndjson SPACY_FOLDER [ARTICLES [ROUNDS]]

Both read the same articles from a file on one core, in turn, and write nothing that counts: newsfeedd with one thread to
Protobuf, the stack to nowhere. The stack gets ARTICLES of the file, newsfeedd all of it; articles/s, medians of ROUNDS,
and the ratio. Loading of models is left out on both sides. Needs: pip install spacy datasketch==2.0.0, and an unpacked
pipeline (processors/entities/training has hashes).
"""
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import unicodedata

WORD = re.compile(r"\w+")
BLANKS = re.compile(r"[ \t\u00a0]+")


def normalise(text):
    lines = (BLANKS.sub(" ", line).strip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n\n".join(line for line in lines if line)


class Stack:
    def __init__(self, folder):
        import datasketch
        import spacy
        names_only = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
        self.names = spacy.load(folder, exclude=names_only)
        self.sketch = lambda: datasketch.MinHash(num_perm=128)
        self.index = datasketch.MinHashLSH(threshold=0.5, num_perm=128)

    def take(self, key, line):
        article = json.loads(line)
        body = normalise(article["body"])
        words = WORD.findall(body.lower())
        sketch = self.sketch()
        sketch.update_batch([" ".join(words[i:i + 5]).encode() for i in range(max(len(words) - 4, 1))])
        if self.index.query(sketch):
            return
        self.index.insert(key, sketch)
        _ = [(name.label_, name.start_char, name.end_char) for name in self.names(body).ents]


def of_stack(folder, lines):
    stack = Stack(folder)
    began = time.monotonic()
    for number, line in enumerate(lines):
        stack.take(number, line)
    return len(lines) / (time.monotonic() - began)


def of_newsfeed(binary, file):
    out = pathlib.Path(tempfile.mkdtemp(prefix="newsfeed-bench."))
    try:
        subprocess.run([binary, "process", "-q", "-t", "1", "-f", "protobuf", "-o", str(out), file], check=True)
        return json.loads((out / "summary.json").read_text())["articles_per_second"]
    finally:
        shutil.rmtree(out)


def main():
    binary, file, folder = sys.argv[1:4]
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 200
    rounds = int(sys.argv[5]) if len(sys.argv) > 5 else 3
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # the program that is run inherits it
    with open(file, "rb") as articles:
        lines = [line for line, _ in zip(articles, range(count))]
    stack, ours = [], []
    for _ in range(rounds):
        stack.append(of_stack(folder, lines))
        ours.append(of_newsfeed(binary, file))
    a, b = statistics.median(ours), statistics.median(stack)
    print(f"newsfeedd    {a:8.0f} articles/s   {[round(x) for x in ours]}")
    print(f"Python stack {b:8.1f} articles/s   {[round(x, 1) for x in stack]}   ratio {a / b:.0f}")


if __name__ == "__main__":
    main() if len(sys.argv) > 3 else sys.exit(__doc__)
