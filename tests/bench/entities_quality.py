#!/usr/bin/env python3
"""Precision, recall and F1 of the tagger, and of others beside it, on sets with gold names.

    tests/bench/entities_quality.py build/release/daemon/newsfeedd SET.conll.xz... [-spacy=FOLDER]... [-errors]
    tests/bench/entities_quality.py build/release/tests/bench/entities_tag SET.conll.xz... [-model=FILE|none] ...

Sentences are joined to running text and go through newsfeedd as an operator runs it (config/verbatim.yaml), to
articles whose body is that text byte for byte; or through the processor alone, with any model and a language that is
given. Names are compared by their bytes and must be exact in span and type. "raw" is the set as it is; "stripped" leaves out a leading
"the", a trailing "'s" and titles on both sides, as in other published figures. -spacy adds an unpacked
spaCy pipeline, which reads the same texts whole.
"""

import collections
import json
import lzma
import pathlib
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


# What spaCy's English pipelines call the four types.
SPACY_TYPES = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC", "NORP": "MISC",
               "EVENT": "MISC", "WORK_OF_ART": "MISC", "LAW": "MISC", "LANGUAGE": "MISC", "PRODUCT": "MISC"}


ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PUBLISHED_TYPES = {"PERSON": "PER", "ORGANIZATION": "ORG", "LOCATION": "LOC", "MISC": "MISC"}


def tag_with_newsfeedd(newsfeedd, texts):
    """The public path: text in, EnrichedArticle out."""
    records = b"".join(json.dumps({"id": str(n), "body": text.decode(), "language": "en"}).encode() + b"\n"
                       for n, text in enumerate(texts))
    run = subprocess.run([newsfeedd, "process", "-c", ROOT / "config/verbatim.yaml", "-"], input=records,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    articles = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(articles) == len(texts), f"{len(articles)} articles of {len(texts)} texts"
    for article in articles:
        number = int(article["id"])
        assert article["body"].encode() == texts[number], f"text {number} was changed"
        for entity in article["entities"]:
            for mention in entity["mentions"]:
                yield number, mention["begin"], mention["end"], PUBLISHED_TYPES[entity["type"]], entity["confidence"]


def tag(tagger, model, texts):
    """(document, begin, end, type, confidence) of each name."""
    if pathlib.Path(tagger).name == "newsfeedd":
        yield from tag_with_newsfeedd(tagger, texts)
        return
    command = [tagger] + ([model] if model else [])
    out = subprocess.run(command, input=b"\f".join(texts), stdout=subprocess.PIPE, check=True)
    for line in out.stdout.decode().splitlines():
        number, begin, end, kind, sure, _ = line.split("\t")
        yield int(number), int(begin), int(end), kind, float(sure)


def tag_with_spacy(folder, texts):
    import spacy
    left_out = ["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer"]
    pipeline = spacy.load(folder, exclude=left_out)
    for number, doc in enumerate(pipeline.pipe(t.decode() for t in texts)):
        for name in doc.ents:
            if name.label_ in SPACY_TYPES:
                begin = len(doc.text[:name.start_char].encode())
                yield number, begin, begin + len(name.text.encode()), SPACY_TYPES[name.label_], 1.0


def score(gold, found):
    precision, recall = len(gold & found) / max(1, len(found)), len(gold & found) / max(1, len(gold))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def report(name, texts, gold, found, show_errors):
    stripped = lambda names: {(n, *strip(texts[n], b, e), t) for n, b, e, t in names}
    raw = {k[:4] for k in found}
    cut_gold, cut_found = stripped(gold), stripped(raw)
    three = lambda names: {k for k in names if k[3] != "MISC"}
    print(f"  {name}")
    for kind in ("PER", "ORG", "LOC", "MISC"):
        of_kind = lambda names: {k for k in names if k[3] == kind}
        p, r, f1 = score(of_kind(cut_gold), of_kind(cut_found))
        print(f"    {kind:4} gold {len(of_kind(cut_gold)):5} found {len(of_kind(cut_found)):5}  P {100 * p:5.1f}  R {100 * r:5.1f}  F1 {100 * f1:5.1f}")
    for label, names in (("raw", (gold, raw)), ("stripped", (cut_gold, cut_found))):
        p, r, f1 = score(three(names[0]), three(names[1]))
        print(f"    PER+ORG+LOC {label:8} P {100 * p:5.1f}  R {100 * r:5.1f}  F1 {100 * f1:5.1f}   four types F1 {100 * score(*names)[2]:5.1f}")
    by = collections.defaultdict(lambda: [0, 0])
    for n, b, e, t, sure in found:
        if t != "MISC":
            by[min(int(10 * sure), 9)][(n, *strip(texts[n], b, e), t) in cut_gold] += 1
    print("    right by confidence:", ", ".join(f".{k}: {v[1] / sum(v):.2f} of {sum(v)}" for k, v in sorted(by.items())))
    if show_errors:
        text = lambda k: texts[k[0]][k[1]:k[2]].decode(errors="replace")
        print("    WRONG", collections.Counter((k[3], text(k)) for k in cut_found - cut_gold).most_common(100))
        print("    MISSED", collections.Counter((k[3], text(k)) for k in cut_gold - cut_found).most_common(100))


def main():
    tagger, *sets = [a for a in sys.argv[1:] if not a.startswith("-")]
    options = [a[1:].split("=", 1) for a in sys.argv[1:] if a.startswith("-")]
    model = next((o[1] for o in options if o[0] == "model"), None)
    for path in sets:
        joined = [join(d) for d in read(path)]
        texts = [t for t, _ in joined]
        gold = {(n, b, e, t) for n, (_, spans) in enumerate(joined) for b, e, t in spans}
        print(path.rsplit("/", 1)[-1])
        show_errors = ["errors"] in options
        report("newsfeed", texts, gold, set(tag(tagger, model, texts)), show_errors)
        for option in options:
            if option[0] == "spacy":
                report(option[1], texts, gold, set(tag_with_spacy(option[1], texts)), show_errors)


if __name__ == "__main__":
    main()
