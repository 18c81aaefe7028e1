#!/usr/bin/env python3
"""What datasketch's MinHash LSH says of the stream that measure_quality judges.

    measure_quality --export stream.ndjson web.ndjson.gz
    python3 datasketch_quality.py stream.ndjson

Needs: pip install datasketch==2.0.0

128 permutations of 5-word shingles, Jaccard .5, as its documentation shows: what is near anything before it is a
duplicate, all else is inserted. One pass, one process. Of a kind that should be UPDATE or LOW_INFORMATION the share
told is what it drops.
"""
import collections
import json
import re
import sys
import time

from datasketch import MinHash, MinHashLSH

WORD = re.compile(r"\w+")


def shingles(text):
    words = WORD.findall(text.lower())
    if len(words) < 5:
        return {" ".join(words).encode()}
    return {" ".join(words[i:i + 5]).encode() for i in range(len(words) - 4)}


def main(path):
    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    tallies = collections.defaultdict(lambda: [[0, 0], [0, 0]])  # kind: tuned, held back: all, dropped
    seconds = 0.0
    items = 0
    for line in open(path, encoding="utf-8"):
        item = json.loads(line)
        begin = time.process_time()
        sketch = MinHash(num_perm=128)
        sketch.update_batch(shingles(item["body"]))
        near = lsh.query(sketch)
        if not near:
            lsh.insert(item["id"], sketch)
        seconds += time.process_time() - begin
        items += 1
        half = tallies[item["kind"]][item["held_back"]]
        half[0] += 1
        half[1] += bool(near)
    print(f"{'kind':<24} {'n':>6} {'dropped':>8} | held back {'n':>6} {'dropped':>8}")
    for kind, halves in sorted(tallies.items()):
        shares = [f"{n:>6} {100 * dropped / max(n, 1):>7.2f}%" for n, dropped in halves]
        print(f"{kind:<24} {shares[0]} | {'':9} {shares[1]}")
    print(f"{items / seconds:.0f} articles/s of CPU time, sketch and look-up")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
