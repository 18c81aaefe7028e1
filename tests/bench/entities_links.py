#!/usr/bin/env python3
"""Are the links right? On documents whose mentions have Wikipedia titles.

    tests/bench/entities_links.py build/release/daemon/newsfeedd gum-wikinews.jsonl [GENRE...] [--errors]

A line of the file: {"doc", "genre", "text", "labels": [{"span", "type", "wikipedia", "surface"}]}, spans in
characters. Documents go through the whole pipeline as an operator runs it (config/verbatim.yaml).

Precision: of the mentions with a link whose span is that of a label (a leading "the" and a trailing "'s" aside), the
share whose link is what the label's title names. What the tables say of a link (names, country, region; read from
config/gazetteer) decides that: "Arlington,_Texas" is a town called Arlington with region=TX. SAME tells of titles
that no rule sees; METONYMS are told apart: "Sweden", for its team or its government.
Recall of countries: of the labels whose title is a country, the share with the link to it, where the text names the
country (not "its capital", "he"). Names do not overlap: what lies inside a longer labelled name that was found ("Mexico City",
"US State Department") is told apart.
"""

import collections
import csv
import glob
import json
import os
import re
import subprocess
import sys
import unicodedata
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Facts that names do not tell: link -> titles it is the right link for.
SAME = {
    "wikidata:Q65": {"Los Angeles"},
}
METONYM = re.compile(r"national .*team$|^Government of|^Flag of|^Military of|^Economy of|^History of| Armed Forces$")


def fold(text):
    text = unicodedata.normalize("NFKD", text.lower())
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = re.sub(r"^the ", "", text.replace("’", "'"))
    return re.sub(r"[^a-z0-9]+", " ", text).strip()


class Tables:
    """What config/gazetteer says of each id: names, country, region."""

    def __init__(self):
        self.names = collections.defaultdict(set)
        self.place = {}
        self.inside = collections.defaultdict(set)  # country or (country, region) -> its names
        self.countries = {}  # name -> id
        for path in sorted(glob.glob(f"{ROOT}/config/gazetteer/*.tsv")):
            with open(path, encoding="utf-8") as lines:
                rows = csv.reader((l for l in lines if not l.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
                next(rows)
                for row in rows:
                    self.read(row + [""] * (7 - len(row)))

    def read(self, row):
        name, kind, canonical, scheme, ident, aliases, flags = row
        if kind not in ("PERSON", "ORGANIZATION", "LOCATION", "MISC") or not ident:
            return
        flags = dict(f.partition("=")[::2] for f in flags.split(",") if f)
        names = {fold(n) for n in [name, canonical, *aliases.split("|")] if n}
        ids = [f"{s}:{i}" for s, i in zip(scheme.split("|"), ident.split("|"))]
        for one in ids:
            self.names[one] |= names
            self.place[one] = (flags.get("country", ""), flags.get("region", ""), "city" in flags)
        if "city" in flags or not flags.get("country"):
            return
        key = (flags["country"], flags.get("region", ""))
        self.inside[key] |= names
        if "iso3166" in scheme.split("|") and not flags.get("region"):
            self.countries.update((n, ids[0]) for n in names)

    def agrees(self, link, title):
        """Whether `title` names what `link` is of. None: by metonymy only."""
        if title in SAME.get(link, ()):
            return True
        base, _, within = title.partition(", ")
        base, _, kind = base.partition(" (")
        kind = kind.rstrip(")")
        names = self.names[link]
        if fold(title) in names:
            return True
        if METONYM.search(title) and any(re.search(rf"\b{re.escape(n)}\b", fold(title)) for n in names if n):
            return None
        if fold(base) not in names:
            return False
        country, region, city = self.place.get(link, ("", "", False))
        if kind:
            if kind in ("state", "U.S. state"):
                return bool(region) and not city
            if kind == "country":
                return not region and not city
            return fold(kind) in self.inside[(country, region)] | self.inside[(country, "")] | {"company"}
        if within:
            return fold(within) in self.inside[(country, region)] | self.inside[(country, "")] or not country
        return True


def tag(newsfeedd, documents):
    records = "".join(json.dumps({"id": str(i), "body": d["text"]}) + "\n" for i, d in enumerate(documents))
    run = subprocess.run([newsfeedd, "process", "-c", f"{ROOT}/config/verbatim.yaml", "-"], input=records.encode(),
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return {int(a["id"]): a for a in map(json.loads, run.stdout.decode().splitlines())}


def stripped(text, begin, end):
    while text[begin:end].lower().startswith("the ") and end - begin > 4:
        begin += 4
    if text[begin:end].endswith(("'s", "’s")):
        end -= 2
    return begin, len(text[begin:end].rstrip()) + begin


def links_of(article, text):
    """(begin, end) in characters -> (name, links)."""
    data = text.encode()
    places = {}
    for entity in article["entities"]:
        for mention in entity["mentions"]:
            begin = len(data[:mention["begin"]].decode())
            end = begin + len(data[mention["begin"]:mention["end"]].decode())
            places[stripped(text, begin, end)] = (entity["type"], [f"{l['scheme']}:{l['id']}" for l in entity["links"]])
    return places


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("-")]
    newsfeedd, path, genres = arguments[0], arguments[1], set(arguments[2:]) or {"news"}
    if not os.path.exists(path):
        sys.exit(f"skipped: {path} is not there")
    tables = Tables()
    with open(path, encoding="utf-8") as lines:
        documents = [d for d in map(json.loads, lines) if d["genre"] in genres or "all" in genres]
    tagged = tag(newsfeedd, documents)
    judged = collections.defaultdict(collections.Counter)
    wrong, missed, unlabelled = collections.Counter(), collections.Counter(), collections.Counter()
    countries = collections.Counter()
    for number, document in enumerate(documents):
        text = document["text"]
        found = links_of(tagged[number], text)
        labels = {stripped(text, *l["span"]): l for l in document["labels"]}
        title_of = lambda l: urllib.parse.unquote(l["wikipedia"]).replace("_", " ")
        for span, (kind, links) in found.items():
            if not links:
                continue
            if span not in labels:
                unlabelled[text[slice(*span)], links[0]] += 1
                continue
            title = title_of(labels[span])
            right = tables.agrees(links[0], title)
            word = {True: "right", False: "wrong", None: "metonym"}[right]
            judged["all"][word] += 1
            judged[kind][word] += 1
            if labels[span]["type"] == "place":
                judged["labelled as a place"][word] += 1
            if not right:
                wrong[text[slice(*span)], links[0], title, word] += 1
        for span, label in labels.items():
            want = tables.countries.get(fold(title_of(label)))
            if not want or fold(text[slice(*span)]) not in tables.names[want]:
                continue
            got = found.get(span, ("", []))[1]
            inside = any(b <= span[0] and span[1] <= e and (b, e) != span and (b, e) in labels for b, e in found)
            countries["found" if want in got else "inside" if inside else "missed"] += 1
            if want not in got and not inside:
                missed[text[slice(*span)], title_of(label), ",".join(got), document["doc"]] += 1
    print(f"{len(documents)} documents, {sum(judged['all'].values())} labelled mentions with a link, {sum(unlabelled.values())} without a label")
    for kind, count in judged.items():
        strict = count["right"] / max(1, sum(count.values()))
        loose = (count["right"] + count["metonym"]) / max(1, sum(count.values()))
        print(f"  {kind:20} {sum(count.values()):5} links  right {100 * strict:5.1f} %  with metonyms {100 * loose:5.1f} %")
    total = max(1, countries["found"] + countries["missed"])
    print(f"  countries named      {total:5}        recall {100 * countries['found'] / total:5.1f} %, "
          f"{100 * countries['found'] / (total + countries['inside']):.1f} % with those inside longer names")
    if "--errors" in sys.argv:
        for title, what in (("WRONG", wrong), ("MISSED COUNTRIES", missed), ("WITHOUT A LABEL", unlabelled)):
            print(title)
            for key, count in what.most_common(80):
                print("  ", count, *key, sep="  ")


if __name__ == "__main__":
    main()
