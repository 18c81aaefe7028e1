#!/usr/bin/env python3
"""Silver documents from teachers' votes, and from what the whole collection says of a name.

    silver_names.py [-phrases=PHRASES.tsv] VOTES.ndjson [VOTES.ndjson...] NAMES.ndjson

VOTES come from label_silver.py, one file a teacher, the same articles in the same order; the shortest
decides how many are used. Types become ours (TYPES). "the", "'s" and titles are cut. A name that all
teachers see with one type is a vote for it; what they see differently becomes "?", which teaches
nothing, as long as nothing below decides it. Then, for the same surface:
  - where the teachers disagree, but not on where the name begins and ends, the usual type of the
    collection decides, and the lists of name_lists.py before it: "Twitter" is no person;
  - a type that is rare in the article and in the collection gives way to the usual one; that a word is
    the surname of people in many articles is enough;
  - where neither is clear the name becomes "?";
  - where the teachers overlooked a name that they found elsewhere in the article, that is added (names
    of several words) or becomes "?" (single words).
"""

import bisect
import collections
import json
import re
import sys

TYPES = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC", "NORP": "MISC",
         "EVENT": "MISC", "WORK_OF_ART": "MISC", "LAW": "MISC", "LANGUAGE": "MISC", "PRODUCT": "MISC",
         "PER": "PER", "MISC": "MISC"}  # the last two: of an own model
HEAD = re.compile(r"(?:the|a|an|mr\.?|mrs\.?|ms\.?|dr\.?|sir|president|sen\.|gov\.|rep\.|gen\.|judge|"
                  r"senator|secretary|prime minister)\s+", re.I)
TAIL = re.compile(r"(?:['’]s?|[\s,.;:!?\"”)]+)$")
CLEAR = 0.8    # share of the usual type
USUAL = 0.6
KNOWN = 10     # articles in which a surname is a person's
DISPUTED = "disputed"
LISTED = {16: "ORG", 4: "LOC", 8: "LOC", 12: "LOC", 32: "MISC"}  # sums of lists of name_lists.py
KINDS = set(TYPES.values())


def cut(text, begin, end):
    while True:
        head = HEAD.match(text, begin, end)
        if not head or head.end() >= end:
            break
        begin = head.end()
    tail = TAIL.search(text[begin:end])
    if tail and tail.group() != "." and begin + tail.start() > begin:
        end = begin + tail.start()
    return begin, end


def characters(text):
    """The character at each byte offset."""
    at, byte = {}, 0
    for i, character in enumerate(text):
        at[byte] = i
        byte += len(character.encode())
    at[byte] = len(text)
    return at


def read(path):
    """Id, text and names [begin, end, type] of each article of a file of votes."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            vote = json.loads(line)
            yield vote["id"], vote["body"], names_of(vote)


def names_of(vote):
    text, names = vote["body"], []
    at = characters(text)
    for begin, end, label in vote["names"]:
        if label not in TYPES or begin not in at or end not in at:
            continue
        begin, end = cut(text, at[begin], at[end])
        surface = text[begin:end]
        if "\n" in surface:
            continue
        doubtful = not any(c.isupper() for c in surface) or len(surface) > 80
        names.append([begin, end, "?" if doubtful else TYPES[label]])
    return names


def vote_on(teachers):
    """Names of an article on which the teachers agree; DISPUTED by type, or "?"."""
    if len(teachers) == 1:
        return teachers[0]
    types = collections.defaultdict(list)
    for names in teachers:
        for begin, end, kind in names:
            types[begin, end].append(kind)
    names = []
    for (begin, end), kinds in sorted(types.items()):
        kind, share, _ = best(collections.Counter(kinds))
        if "?" in kinds:
            kind = "?"
        elif 2 * share * len(kinds) <= len(teachers):
            kind = DISPUTED
        if names and begin < names[-1][1]:  # they do not agree where it begins or ends
            names[-1][1:] = [max(end, names[-1][1]), "?"]
        else:
            names.append([begin, end, kind])
    return names


def name_people(text, names):
    """Surnames are people where the article has the full name."""
    surnames, firms = set(), set()
    for begin, end, kind in names:
        words = text[begin:end].split()
        if len(words) > 1 and kind == "PER":
            surnames.add(words[-1])
        elif len(words) > 1 and kind == "ORG":
            firms.add(words[0])
    for name in names:
        if name[2] in ("ORG", "MISC", DISPUTED) and text[name[0]:name[1]] in surnames - firms:
            name[2] = "PER"
    return names


def read_lists(path):
    """Type of the names that are in lists of one type only."""
    types = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name, lists = line.rstrip("\n").split("\t")
            if int(lists) in LISTED:
                types[name] = LISTED[int(lists)]
    return types


def name_listed(text, names, listed):
    """Disputed names, and organisations taken for people, as the lists have them."""
    for name in names:
        kind = listed.get(text[name[0]:name[1]])
        if kind and (name[2] == DISPUTED or (name[2] == "PER" and kind == "ORG")):
            name[2] = kind
    return names


def documents_of(paths, listed):
    for votes in zip(*map(read, paths)):
        ids = {v[0] for v in votes}
        if len(ids) > 1:
            sys.exit(f"silver_names.py: the files differ: {ids}")
        text = votes[0][1]
        yield text, name_people(text, name_listed(text, vote_on([v[2] for v in votes]), listed))


def best(counter):
    kind, count = counter.most_common(1)[0]
    return kind, count / sum(counter.values()), count


def main():
    *votes, out_path = [a for a in sys.argv[1:] if not a.startswith("-")]
    phrases = [a.partition("=")[2] for a in sys.argv[1:] if a.startswith("-phrases=")]
    documents = list(documents_of(votes, read_lists(phrases[0]) if phrases else {}))
    collection = collections.defaultdict(collections.Counter)
    for text, names in documents:
        # Once an article: a long one is not a better witness.
        for surface, kind in {(text[b:e], k) for b, e, k in names if k in KINDS}:
            collection[surface][kind] += 1
    # Of full names, by article.
    surnames = collections.Counter()
    for text, names in documents:
        surnames.update({text[b:e].split()[-1] for b, e, k in names if k == "PER" and " " in text[b:e]})
    changed = collections.Counter()
    with open(out_path, "w", encoding="utf-8") as out:
        for text, names in documents:
            article = collections.defaultdict(collections.Counter)
            for b, e, k in names:
                if k in KINDS:
                    article[text[b:e]][k] += 1
            for name in names:
                surface = text[name[0]:name[1]]
                if name[2] == "?" or surface not in collection:
                    name[2] = "?"
                    continue
                usual, share, count = best(collection[surface])
                here, share_here, count_here = best(article[surface]) if surface in article else (usual, 0, 0)
                wanted = name[2] if name[2] != DISPUTED else "?"
                if usual == "PER" and share > 0.5 and surnames[surface] >= KNOWN and name[2] != "LOC":
                    wanted = usual
                elif count >= 4 and share >= CLEAR:
                    wanted = usual
                elif count_here >= 3 and share_here >= CLEAR:
                    wanted = here
                elif count >= 3 and share < USUAL and share_here < CLEAR:
                    wanted = "?"
                elif count == 1 and len(surface) < 3:
                    wanted = "?"
                changed[name[2], wanted] += wanted != name[2]
                name[2] = wanted
            covered = sorted((b, e) for b, e, _ in names)
            starts = [b for b, _ in covered]
            for surface in article:
                if len(surface) < 4 or not surface[0].isupper():
                    continue
                for match in re.finditer(r"(?<!\w)" + re.escape(surface) + r"(?!\w)", text):
                    b, e = match.span()
                    i = bisect.bisect_right(starts, b) - 1
                    if i >= 0 and covered[i][1] > b or i + 1 < len(starts) and starts[i + 1] < e:
                        continue
                    kind, share, _ = best(article[surface])
                    kind = kind if " " in surface and share >= CLEAR else "?"
                    names.append([b, e, kind])
                    changed["missed", kind] += 1
            names.sort()
            offsets = [0]
            for character in text:
                offsets.append(offsets[-1] + len(character.encode()))
            taken, kept = 0, []
            for b, e, k in names:
                if b >= taken and e > b:
                    kept.append([offsets[b], offsets[e], k])
                    taken = e
            out.write(json.dumps({"text": text, "names": kept}, ensure_ascii=False) + "\n")
    print(len(documents), "documents;", dict(changed))


if __name__ == "__main__":
    main()
