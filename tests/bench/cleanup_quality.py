#!/usr/bin/env python3
"""How much of the article, and how much else, cleanup publishes: over pages with gold.

    tests/bench/cleanup_quality.py build/release/tests/bench/cleanup_run DATA [options]

DATA holds pages.ndjson.gz and news_pages.ndjson.gz: {id, url, html, article_body}, and for news also
{title, authors, published_at}.

The measure is that of the article-extraction-benchmark: shingles of four words; precision and recall are
means over the pages, F1 is theirs; exact: the same words. The interval is a bootstrap over pages (95%).
"held": a third of the pages, by hash of the id, at which nobody looks while rules are written.

Sets: `pages`, `news`: HTML. `text`: all that is visible on both, a line a block. `light`: of these the lines
from the first of the gold to its last, and six more on either side. Neither is told the title.
PROGRAM with `{}` in its name, as build/cleanup_run.{}: five programs, each with a line model that has not
seen the sources of its fold (`train_lines.py --without K`); each page is given to that one.

`learned`: all of these again, for pages whose source has others in the sets (one or two, where the issue has
four), with the furniture learned from those and without.
"""

import argparse
import collections
import concurrent.futures
import gzip
import hashlib
import html.parser
import json
import pathlib
import random
import re
import subprocess
import sys
import unicodedata
import urllib.parse

WORD = re.compile(r"\w+")
BLOCKS = set(
    "address article aside blockquote body br button caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup "
    "option p pre section summary table tbody tfoot thead tr ul".split())
UNSEEN = set("script style noscript template svg head select iframe textarea object math audio video".split())
VOID = set("area base br col embed hr img input link meta param source track wbr".split())
RESAMPLES = 1000
FOLDS = 5
LIGHT_LINES = 6  # before and after the article, in the set `light`


def held_back(page_id):
    return int(hashlib.sha256(page_id.encode()).hexdigest(), 16) % 3 == 0


def source_of(page):
    return urllib.parse.urlparse(page["url"]).netloc.removeprefix("www.")


def fold_of(page):
    """The part of the pages it belongs to: a source's stand together, or the rest would tell of its layout."""
    return int(hashlib.sha256(source_of(page).encode()).hexdigest(), 16) % FOLDS


def words(text):
    return WORD.findall(unicodedata.normalize("NFC", (text or "").replace("\u00ad", "")))


def shingles(tokens, size=4):
    if not tokens:
        return collections.Counter()
    return collections.Counter(tuple(tokens[i : i + size]) for i in range(max(1, len(tokens) - size + 1)))


def score(gold, found):
    """(precision, recall, exact); precision is None where nothing was found."""
    gold_words, found_words = words(gold), words(found)
    wanted, got = shingles(gold_words), shingles(found_words)
    both = sum((wanted & got).values())
    precision = both / sum(got.values()) if got else None
    recall = both / sum(wanted.values()) if wanted else None
    return precision, recall, gold_words == found_words


def harmonic(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def mean(values):
    values = [v for v in values if v is not None]
    return sum(values) / len(values) if values else 0.0


def f1_of(scores):
    return harmonic(mean(s[0] for s in scores), mean(s[1] for s in scores))


def interval(scores):
    chance = random.Random(1)
    draws = sorted(f1_of(chance.choices(scores, k=len(scores))) for _ in range(RESAMPLES))
    return draws[int(RESAMPLES * 0.025)], draws[int(RESAMPLES * 0.975)]


class VisibleLines(html.parser.HTMLParser):
    """Lines of visible text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.lines, self.line, self.path, self.unseen = [], [], [], 0

    def handle_starttag(self, tag, attributes):
        if tag in BLOCKS:
            self.end_line()
        if tag in VOID:
            return
        hidden = tag in UNSEEN or any(name == "hidden" for name, _ in attributes)
        self.path.append((tag, hidden))
        self.unseen += hidden

    def handle_startendtag(self, tag, attributes):
        if tag in BLOCKS:
            self.end_line()

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.end_line()
        if not any(name == tag for name, _ in self.path):
            return
        while True:
            name, hidden = self.path.pop()
            self.unseen -= hidden
            if name == tag:
                return

    def handle_data(self, data):
        if not self.unseen:
            self.line.append(data)

    def end_line(self):
        text = " ".join("".join(self.line).split())
        if text:
            self.lines.append(text)
        self.line = []


def visible(page):
    """(all lines, those from a few before the gold's first to a few after its last)."""
    parser = VisibleLines()
    parser.feed(page["html"])
    parser.end_line()
    gold = set(shingles(words(page["article_body"])))
    of_gold = [i for i, line in enumerate(parser.lines) if len(line.split()) >= 8 and
               mean(float(s in gold) for s in shingles(words(line))) > 0.5]
    first, last = (of_gold[0], of_gold[-1]) if of_gold else (0, len(parser.lines))
    light = parser.lines[max(0, first - LIGHT_LINES) : last + 1 + LIGHT_LINES]
    return "\n".join(parser.lines), "\n".join(light)


def clean(program, documents, pages):
    """`{}` in the program's name: each page by the program of its fold."""
    if "{}" not in program:
        return clean_all(program, documents)
    found = [None] * len(documents)
    for k in range(FOLDS):
        of_fold = [i for i, page in enumerate(pages) if fold_of(page) == k]
        for i, result in zip(of_fold, clean_all(program.format(k), [documents[i] for i in of_fold])):
            found[i] = result
    return found


def clean_all(program, documents):
    lines = "".join(json.dumps(d, ensure_ascii=False) + "\n" for d in documents)
    done = subprocess.run([program], input=lines.encode("utf-8", "replace"), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def table_row(name, scores):
    low, high = interval(scores)
    print(f"{name:22} {len(scores):4} {f1_of(scores):.3f} [{low:.3f}, {high:.3f}] {mean(s[0] for s in scores):.3f} "
          f"{mean(s[1] for s in scores):.3f} {mean(float(s[2]) for s in scores):.3f}")


def report(name, pages, scores):
    for part, wanted in (("all", None), ("tuned", False), ("held", True)):
        chosen = [s for p, s in zip(pages, scores) if wanted is None or held_back(p["id"]) == wanted]
        table_row(f"{name} {part}", chosen)


def fold(text):
    return " ".join(words(text or "")).lower()


def report_metadata(pages, results):
    for part, wanted in (("all", None), ("tuned", False), ("held", True)):
        chosen = [(p, r) for p, r in zip(pages, results) if wanted is None or held_back(p["id"]) == wanted]
        title = mean(float(fold(p["title"]) == fold(r["title"])) for p, r in chosen)
        authors = mean(float(sorted(map(fold, p["authors"] or [])) == sorted(map(fold, r["authors"]))) for p, r in chosen)
        days = [(p, r) for p, r in chosen if p.get("published_at")]
        day = mean(float(p["published_at"][:10] == r["published"][:10]) for p, r in days)
        print(f"metadata {part:13} {len(chosen):4} title {title:.3f}  authors {authors:.3f}  day {day:.3f}")


def compare(name, pages, scores, path):
    """Page by page with another system's bodies: {id, body} a line."""
    with open(path, encoding="utf-8") as lines:
        other = {d["id"]: d["body"] for d in map(json.loads, lines)}
    theirs = [score(p["article_body"], other.get(p["id"])) for p in pages]
    table_row(f"{name} other", theirs)
    ours_f1 = [harmonic(*s[:2]) for s in scores]
    theirs_f1 = [harmonic(*s[:2]) for s in theirs]
    wins = sum(a > b + 0.005 for a, b in zip(ours_f1, theirs_f1))
    losses = sum(b > a + 0.005 for a, b in zip(ours_f1, theirs_f1))
    chance, pairs = random.Random(1), list(zip(scores, theirs))
    draws = (chance.choices(pairs, k=len(pairs)) for _ in range(RESAMPLES))
    more = sorted(f1_of([a for a, _ in draw]) - f1_of([b for _, b in draw]) for draw in draws)
    print(f"{name}: {wins} won, {losses} lost, {len(pages) - wins - losses} within .005; F1 more by "
          f"[{more[int(RESAMPLES * 0.025)]:.3f}, {more[int(RESAMPLES * 0.975)]:.3f}]")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("data", type=pathlib.Path)
    arguments.add_argument("--sets", default="pages,news,text,light")
    arguments.add_argument("--against", help="NDJSON {id, body} of another system")
    arguments.add_argument("--write", help="NDJSON of set, id, held, scores and what was published")
    options = arguments.parse_args()
    files = {"pages": "pages.ndjson.gz", "news": "news_pages.ndjson.gz"}
    if not all((options.data / name).exists() for name in files.values()):
        print(f"skipped: no {' and '.join(files.values())} in {options.data}")
        return
    read = {}
    for name, file in files.items():
        with gzip.open(options.data / file, "rt", encoding="utf-8") as lines:
            read[name] = [json.loads(line) for line in lines]
    out = open(options.write, "w", encoding="utf-8") if options.write else None
    print(f"{'set':22} {'n':>4} F1    [95%         ] P     R     exact")

    def run(name, pages, documents):
        results = clean(options.program, documents, pages)
        scores = [score(p["article_body"], r["body"]) for p, r in zip(pages, results)]
        report(name, pages, scores)
        worst = [p["id"] for p, s in zip(pages, scores) if min(s[0] or 0, s[1] if s[1] is not None else 1) < 0.5]
        print(f"{name}: {len(worst)} below .5 in precision or recall")
        if out:
            for p, s, r in zip(pages, scores, results):
                out.write(json.dumps({"set": name, "id": p["id"], "held": held_back(p["id"]), "scores": s, **r}) + "\n")
        return scores, results

    sets = options.sets.split(",")
    for name, pages in read.items():
        if name in sets:
            scores, results = run(name, pages, [{"html": p["html"], "url": p["url"]} for p in pages])
            if name == "news":
                report_metadata(pages, results)
            if options.against:
                compare(name, pages, scores, options.against)
    if not {"text", "light", "learned"} & set(sets):
        return
    with concurrent.futures.ProcessPoolExecutor() as pool:
        lines = {name: list(pool.map(visible, pages)) for name, pages in read.items()}
    for kind, wanted in enumerate(("text", "light")):
        if wanted not in sets:
            continue
        for name, pages in read.items():
            texts = [pair[kind] for pair in lines[name]]
            table_row(f"{wanted}/{name} identity", [score(p["article_body"], t) for p, t in zip(pages, texts)])
            run(f"{wanted}/{name}", pages, [{"text": t} for t in texts])
    if "learned" not in sets:
        return
    for name, pages in read.items():
        for kind, form in (("html", "html"), ("text", "text"), ("light", "text")):
            forms = [p["html"] for p in pages] if kind == "html" else [
                pair[kind == "light"] for pair in lines[name]]
            # Others are read whole: they show what surrounds an article.
            whole = [p["html"] for p in pages] if kind == "html" else [pair[0] for pair in lines[name]]
            chosen, documents = [], []
            for i, page in enumerate(pages):
                others = [whole[k] for k, other in enumerate(pages) if k != i and source_of(other) == source_of(page)]
                if others:
                    chosen.append(page)
                    documents.append({form: forms[i], "others": others})
            without = [{form: d[form]} for d in documents]
            run(f"unlearned/{name}/{kind}", chosen, without)
            run(f"learned/{name}/{kind}", chosen, documents)


if __name__ == "__main__":
    sys.exit(main())
