#!/usr/bin/env python3
"""Bodies by trafilatura, for tests/bench/cleanup_quality.py --against.

    pip install trafilatura==2.3.1 lxml_html_clean==0.4.5  (in an environment of its own)
    tests/bench/cleanup_trafilatura.py DATA > trafilatura.ndjson
"""

import gzip
import json
import pathlib
import sys

import trafilatura


def main():
    for name in ("pages", "news_pages"):
        with gzip.open(pathlib.Path(sys.argv[1]) / f"{name}.ndjson.gz", "rt", encoding="utf-8") as lines:
            for page in map(json.loads, lines):
                body = trafilatura.extract(page["html"], include_comments=False, include_tables=True)
                print(json.dumps({"id": page["id"], "body": body or ""}, ensure_ascii=False))


if __name__ == "__main__":
    main()
