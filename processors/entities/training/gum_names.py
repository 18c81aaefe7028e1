#!/usr/bin/env python3
"""GUM's documents as texts with names, for the trainer.

    gum_names.py gum-wikinews.jsonl NAMES.ndjson

Only Wikinews (CC BY) is taken: biographies come from Wikipedia (share-alike). The set marks what has a page
in Wikipedia, so other capitalised words are no proof of anything: train it with `no_misc`.
"""

import json
import re
import sys

TYPES = {"person": "PER", "organization": "ORG", "place": "LOC"}
ARTICLE = re.compile(r"^(?:the|The) ")


def names_of(text, labels):
    spans = []
    for label in labels:
        begin, end = label["span"]
        head = ARTICLE.match(text[begin:end])
        begin += head.end() if head else 0
        if text[begin:end].endswith(("'s", "’s")):
            end -= 2
        name = text[begin:end]
        if name[:1].isupper() and len(name) > 1 and "\n" not in name and name.split()[-1][:1].isupper():
            spans.append((begin, end, TYPES.get(label["type"], "?")))
    spans.sort(key=lambda s: (s[0], -s[1]))
    taken = 0
    for begin, end, kind in spans:  # outermost names
        if begin >= taken and len(text[begin:end].split()) <= 8:
            yield begin, end, kind
            taken = end


def main():
    with open(sys.argv[1], encoding="utf-8") as lines, open(sys.argv[2], "w", encoding="utf-8") as out:
        for line in lines:
            document = json.loads(line)
            if "wikinews" not in document["source"]:
                continue
            text = document["text"]
            at = lambda i: len(text[:i].encode())
            names = [[at(b), at(e), t] for b, e, t in names_of(text, document["labels"])]
            out.write(json.dumps({"text": text, "names": names}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
