#!/usr/bin/env python3
"""Precision, recall and F1 of the tagger on sets with gold names.

    tests/bench/entities_quality.py build/release/tests/bench/entities_tag SET.conll.xz...

Sentences are joined to running text; spans and types must be exact. As in other published figures a
leading "the" and titles are stripped on both sides. PER, ORG and LOC count; MISC is told apart.
"""

import collections
import lzma
import re
import subprocess
import sys

NO_BLANK_BEFORE = re.compile(r"^(?:[.,;:!?%)\]}]|'s|'S|n't|'re|'ve|'ll|'d|'m|''|…)$")
NO_BLANK_AFTER = re.compile(r"^(?:[(\[{$#£€]|``)$")
STRIPPED = re.compile(r"^(?:the |Mr\.? |Mrs\.? |Ms\.? |Dr\.? |President |Prime Minister |Sen\. |Gov\. |Sir )+", re.I)
SENTENCES_A_DOCUMENT = 20  # where the set does not tell documents apart


def read(path):
    """Documents: lists of sentences: lists of (token, tag)."""
    documents, sentence = [[]], []
    told_apart = False
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("-DOCSTART-"):
                told_apart = True
                documents.append([])
            elif line:
                token, tag = line.split("\t")[:2]
                sentence.append((token, tag))
            elif sentence:
                documents[-1].append(sentence)
                sentence = []
    if sentence:
        documents[-1].append(sentence)
    if not told_apart:
        all_sentences = documents[0]
        documents = [all_sentences[i:i + SENTENCES_A_DOCUMENT]
                     for i in range(0, len(all_sentences), SENTENCES_A_DOCUMENT)]
    return [d for d in documents if d]


def join(document):
    """Text of a document and its gold spans in bytes."""
    text, spans, quote_open = bytearray(), [], False
    for sentence in document:
        glue, current = True, None
        for token, tag in sentence:
            shown = {"``": '"', "''": '"', "-LRB-": "(", "-RRB-": ")"}.get(token, token)
            closing = shown == '"' and quote_open
            if not glue and not NO_BLANK_BEFORE.match(token) and not closing:
                text += b" "
            begin = len(text)
            text += shown.encode()
            glue = bool(NO_BLANK_AFTER.match(token)) or (shown == '"' and not closing)
            if shown == '"':
                quote_open = not quote_open
            if tag.startswith("B-") or (tag.startswith("I-") and current is None):
                current = [begin, len(text), tag[2:]]
                spans.append(current)
            elif tag.startswith("I-"):
                current[1] = len(text)
            else:
                current = None
        text += b"\n\n"
        quote_open = False
    return bytes(text), spans


def strip(text, begin, end):
    head = STRIPPED.match(text[begin:end].decode(errors="replace"))
    if head and len(head.group().encode()) < end - begin:
        begin += len(head.group().encode())
    if text[begin:end].endswith(b"'s"):
        end -= 2
    return begin, end


def main():
    tagger, sets = sys.argv[1], [a for a in sys.argv[2:] if not a.startswith("-")]
    show = "-errors" in sys.argv
    for path in sets:
        joined = [join(d) for d in read(path)]
        out = subprocess.run([tagger], input=b"\f".join(t for t, _ in joined), stdout=subprocess.PIPE, check=True)
        gold, found, confidence = set(), set(), {}
        for number, (text, spans) in enumerate(joined):
            gold.update((number, *strip(text, b, e), t) for b, e, t in spans)
        for line in out.stdout.decode().splitlines():
            number, begin, end, kind, sure, _ = line.split("\t")
            text = joined[int(number)][0]
            key = (int(number), *strip(text, int(begin), int(end)), kind)
            found.add(key)
            confidence[key] = sure
        print(path.rsplit("/", 1)[-1])
        for kinds in (("PER",), ("ORG",), ("LOC",), ("MISC",), ("PER", "ORG", "LOC")):
            g = {k for k in gold if k[3] in kinds}
            f = {k for k in found if k[3] in kinds}
            precision, recall = len(g & f) / max(1, len(f)), len(g & f) / max(1, len(g))
            f1 = 2 * precision * recall / max(1e-9, precision + recall)
            print(f"  {'+'.join(kinds):12} gold {len(g):5} found {len(f):5}  P {100 * precision:5.1f}  R {100 * recall:5.1f}  F1 {100 * f1:5.1f}")
        by = collections.defaultdict(lambda: [0, 0])
        for key, sure in confidence.items():
            by[sure, key[3]][key in gold] += 1
        print("  right by confidence:", ", ".join(f"{k[0]} {k[1]}: {v[1] / sum(v):.2f} of {sum(v)}" for k, v in sorted(by.items())))
        if show:
            text = lambda k: joined[k[0]][0][k[1]:k[2]].decode(errors="replace")
            wrong = collections.Counter((k[3], text(k), confidence[k]) for k in found - gold)
            missed = collections.Counter((k[3], text(k)) for k in gold - found)
            print("  WRONG", wrong.most_common(120))
            print("  MISSED", missed.most_common(60))


if __name__ == "__main__":
    main()
