#!/usr/bin/env python3
"""Trains the line models of cleanup (line_model.h) and writes their weights.

    pip install lightgbm==4.7.0 numpy        (in an environment of its own)
    processors/cleanup/training/train_lines.py page build/release/tests/bench/cleanup_run DATA \
        processors/cleanup/line_model_page.inc
    processors/cleanup/training/train_lines.py text ...

DATA: pages.ndjson.gz and news_pages.ndjson.gz as in tests/bench/cleanup_quality.py. The pages that it
holds back are left out, but with --all; with --without K all but the sources of fold K. A line is labelled by the share of its words that stand in the gold text; each
page weighs the same. Five folds of
sources, each judged by a model that has not seen it, tell how good it is.
Deterministic.
"""

import argparse
import collections
import gzip
import json
import pathlib
import subprocess
import sys

import lightgbm
import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tests/bench"))
import cleanup_quality  # noqa: E402

FEATURES = 48
REACH = 3
PAGE_ONLY = {19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 38, 39, 41, 42, 43, 44, 45, 46, 47}
# Of the lines beside: words, last, first, all capitals, rule, anywhere, title share, full, tag, link,
# strong, in article, structure, block rule, depth, parent, look.
BESIDE = (0, 2, 3, 5, 10, 11, 14, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 38, 45)
# Labels: a line is of the gold text where more of its shingles are; a place in it is told to so many words; a
# line that is a line of the gold, or near, counts for so many words more, and a line passed over for so many
# less; a line at another place of the gold must be new to so much.
SHINGLE = 4
MIXED = 0.5
COARSE = 8
WHOLE_LINE = 0.5
PREFERRED = 0.25
GAP, FAR = 0.02, 200
MOSTLY_NEW = 0.3
# What an invented article counts for.
INVENTED = 0.5
# Trees between two checkpoints (kCheckpointTrees), the odds below which cleanup asks no more, and how far
# from the lines seen the bounds of a checkpoint stay.
STEP = 8
# Features that tell lines of one look, and what a line counts for among them.
TAG, LINK, DEPTH, LOOK_LINES, PARENT_LINES = 19, 20, 25, 29, 41
MOST_SHARED = 4.0
LEAST_ODDS = -2.0
SLACK = 0.25


def rows_of(program, documents):
    """For each document (features, texts)."""
    given = "".join(json.dumps(d, ensure_ascii=False) + "\n" for d in documents).encode("utf-8", "replace")
    done = subprocess.run([program, "--features"], input=given, stdout=subprocess.PIPE, check=True)
    found = [([], []) for _ in documents]
    for line in done.stdout.decode().split("\n")[:-1]:
        document, features, text = line.split("\t", 2)
        found[int(document)][0].append([float(f) for f in features.split()])
        found[int(document)][1].append(text)
    return [(numpy.array(f, dtype=numpy.float32).reshape(-1, FEATURES), t) for f, t in found]


class GoldText:
    """Where lines stand in the gold text."""

    def __init__(self, gold):
        self.words = cleanup_quality.words(gold)
        self.lines = {tuple(cleanup_quality.words(line)) for line in gold.split("\n")}
        self.starts, self.shingles = collections.defaultdict(list), collections.defaultdict(list)
        for i, word in enumerate(self.words):
            self.starts[word].append(i)
        for i in range(len(self.words) - SHINGLE + 1):
            self.shingles[tuple(self.words[i : i + SHINGLE])].append(i)

    def places(self, tokens):
        """(begin, end, words that agree) of a line."""
        size = len(tokens)
        exact = [b for b in self.starts.get(tokens[0], ()) if self.words[b : b + size] == tokens] if tokens else []
        is_line = tuple(tokens) in self.lines
        if exact:
            # A single word stands anywhere.
            return [(b, b + size, size + WHOLE_LINE * is_line) for b in exact] if size > 1 or is_line else []
        count = size - SHINGLE + 1
        hits = [(k, at) for k in range(count) for at in self.shingles.get(tuple(tokens[k : k + SHINGLE]), ())]
        if len({k for k, _ in hits}) <= MIXED * max(count, 1):
            return []
        found = []
        shifts = collections.Counter((at - k) // COARSE for k, at in hits)
        for shift, _ in shifts.most_common(3):
            near = [at for k, at in hits if abs((at - k) // COARSE - shift) <= 1 + size // 20]
            found.append((min(near), max(near) + SHINGLE, len(near)))
        return found


def labels_of(texts, gold, near):
    """1 for lines of the gold text: those that stand in it in its order and cover most of it, so that no name
    below the article counts for being said in it. `near`: preferred lines."""
    known = GoldText(gold)
    pieces = [(i, begin, end, agreed + PREFERRED * bool(near[i])) for i, text in enumerate(texts)
              for begin, end, agreed in sorted(known.places(cleanup_quality.words(text)))]
    labels = numpy.zeros(len(texts), dtype=int)
    if not pieces:
        return labels
    line, begin, end, value = (numpy.array(column) for column in zip(*pieces))
    best, before = value.astype(float), numpy.full(len(pieces), -1)
    for j in range(len(pieces)):
        may = numpy.nonzero((line[:j] < line[j]) & (end[:j] <= begin[j] + 1))[0]
        if len(may) == 0:
            continue
        sums = best[may] + value[j] - numpy.minimum(line[j] - line[may] - 1, FAR) * GAP
        k = int(numpy.argmax(sums))
        if sums[k] > best[j]:
            best[j], before[j] = sums[k], may[k]
    covered = numpy.zeros(len(known.words) + 1, dtype=bool)

    def take(j):
        labels[line[j]] = 1
        covered[begin[j] : end[j]] = True

    j = int(numpy.argmax(best))
    while j >= 0:
        take(j)
        j = before[j]
    # Longer lines that stand in the gold in another order.
    for j in numpy.argsort(-value, kind="stable"):
        if not labels[line[j]] and end[j] - begin[j] > SHINGLE and covered[begin[j] : end[j]].mean() < MOSTLY_NEW:
            take(j)
    return labels


def padded(features):
    edge = numpy.full((REACH, features.shape[1]), -1, dtype=numpy.float32)
    return numpy.vstack([edge, features, edge])


def columns(features, wanted):
    """The features at (offset, feature) of each line."""
    rows = padded(features)
    count = len(features)
    return numpy.stack([rows[REACH + o : REACH + o + count, f] for o, f in wanted], axis=1) if count else \
        numpy.zeros((0, len(wanted)), dtype=numpy.float32)


def train(x, y, weights, leaves, trees, rate, depth, extra):
    data = lightgbm.Dataset(x, y, weight=weights)
    parameters = dict(objective="binary", num_leaves=leaves, learning_rate=rate, max_depth=depth, min_data_in_leaf=15, verbose=-1,
                      feature_fraction=0.4, extra_trees=extra, bagging_fraction=0.8, bagging_freq=1, lambda_l2=2.0, seed=7,
                      deterministic=True, num_threads=1, force_row_wise=True, max_bin=127)
    return lightgbm.train(parameters, data, num_boost_round=trees)


def weights_of(features):
    """A page's lines weigh one together; a longer line more."""
    weights = numpy.sqrt(features[:, 0]) + 1
    return weights / weights.sum() * 60 if len(features) else weights


def flatten(model, wanted):
    nodes, firsts = [], []

    def add(tree):
        index = len(nodes)
        nodes.append(None)
        if "leaf_value" in tree:
            nodes[index] = (0, 0, tree["leaf_value"])
            return index
        add(tree["left_child"])  # the next node
        right = add(tree["right_child"])
        offset, feature = wanted[tree["split_feature"]]
        nodes[index] = (offset * FEATURES + feature, right - index, tree["threshold"])
        return index

    for tree in model.dump_model()["tree_info"]:
        firsts.append(len(nodes))
        add(tree["tree_structure"])
    return nodes, firsts


def checkpoints(model, x):
    """After each few trees the odds from which, over all lines, the rest of the sum changed nothing."""
    final = model.predict(x, raw_score=True)
    found = []
    for trees in range(STEP, model.num_trees(), STEP):
        partly = model.predict(x, raw_score=True, num_iteration=trees)
        found.append((max(0.0, partly[final <= SLACK].max()) + SLACK, partly[final > LEAST_ODDS - SLACK].min() - SLACK))
        ended = numpy.mean((partly > found[-1][0]) | (partly < found[-1][1]))
        print(f"after {trees:3} trees above {found[-1][0]:.2f} or below {found[-1][1]:.2f}: {ended:.3f} of the lines", flush=True)
    return found


def write(model, wanted, x, out, with_checkpoints):
    nodes, firsts = flatten(model, wanted)
    if with_checkpoints:
        out.append(f"constexpr Checkpoint kCheckpoints[] = {{  // after each {STEP} trees")
        out.extend("    {%.2fF, %.2fF}," % c for c in checkpoints(model, x))
        out.append("};")
    out.append("constexpr TreeNode kNodes[] = {")
    for begin in range(0, len(nodes), 4):
        out.append("    " + " ".join("{%d, %d, %sF}," % (a, r, number(v)) for a, r, v in nodes[begin : begin + 4]))
    out.append("};")
    out.append("constexpr uint16_t kTrees[] = {")
    for begin in range(0, len(firsts), 16):
        out.append("    " + " ".join(f"{f}," for f in firsts[begin : begin + 16]))
    out.append("};")


def number(value):
    text = "%.5g" % value
    return text if any(c in text for c in ".e") else text + ".0"


def table(name, sets, odds):
    """What the model alone makes of pages that it has not seen."""
    groups = collections.defaultdict(list)
    for i, (page, _, texts, _) in enumerate(sets):
        chosen = [o > 0 for o in odds[i]]
        groups[page["group"]].append(cleanup_quality.score(page["article_body"], body_of(texts, chosen)))
    for group, scores in sorted(groups.items()):
        print(f"{name:16} {group:12} {len(scores):4} F1 {cleanup_quality.f1_of(scores):.3f} "
              f"P {cleanup_quality.mean(s[0] for s in scores):.3f} R {cleanup_quality.mean(s[1] for s in scores):.3f} "
              f"exact {cleanup_quality.mean(float(s[2]) for s in scores):.3f}", flush=True)


def shared(features, odds):
    """As LineModel::ShareOdds: lines of one look, in blocks of as many lines, are judged by what all of them say."""
    alike = collections.defaultdict(list)
    for i, row in enumerate(features):
        alike[(*row[[LOOK_LINES, TAG, DEPTH, PARENT_LINES]], row[LINK] > 50)].append(i)
    own = numpy.clip(odds, -MOST_SHARED, MOST_SHARED)
    found = odds.copy()
    for lines in alike.values():
        if len(lines) > 1:
            found[lines] += (own[lines].sum() - own[lines]) / (len(lines) - 1)
    return found


def invented(folder, is_page):
    """The articles of tests/processors/cleanup/languages: as pages, or as text with all of their furniture,
    with that around the article alone, and with that between its paragraphs."""
    documents = []
    for path in sorted(folder.glob("*.txt")):
        lines = [(line[0], line[2:]) for line in path.read_text(encoding="utf-8").splitlines() if len(line) > 2]
        title = next(text for kind, text in lines if kind == "=")
        lines = [line for line in lines if line[0] in "+h-~"]
        places = [i for i, (kind, _) in enumerate(lines) if kind == "+"]
        page = {"id": path.stem, "url": path.stem, "group": "invented", "title": title,
                "article_body": "\n".join(text for kind, text in lines if kind in "+h")}
        if is_page:
            tags = {"+": "<p>%s</p>", "h": "<h2>%s</h2>", "-": "<div>%s</div>", "~": "<div><a href=/1>%s</a></div>"}
            html = "".join(tags[kind] % text for kind, text in lines)
            documents.append((page, {"html": f"<title>{title}</title><main><h1>{title}</h1>{html}</main>"}))
            continue
        for around, within in ((True, True), (True, False), (False, True)):
            chosen = [text for i, (kind, text) in enumerate(lines)
                      if kind in "+h" or (within if places[0] < i < places[-1] else around)]
            documents.append((page, {"title": title, "text": "\n".join([title, *chosen])}))
    return documents


def body_of(texts, chosen):
    return "\n".join(t for t, c in zip(texts, chosen) if c)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("kind", choices=("page", "text"))
    arguments.add_argument("program")
    arguments.add_argument("data", type=pathlib.Path)
    arguments.add_argument("out")
    arguments.add_argument("--all", action="store_true", help="with the pages that are held back")
    arguments.add_argument("--without", type=int, metavar="K", help="all pages but those of this fold")
    options = arguments.parse_args()
    pages = []
    for name in ("pages", "news_pages"):
        with gzip.open(options.data / f"{name}.ndjson.gz", "rt", encoding="utf-8") as lines:
            pages += [p for p in map(json.loads, lines)]
    is_page = options.kind == "page"
    for p in pages:
        p["group"] = "news" if "country" in p else "pages"
    if is_page:
        documents = [(p, {"html": p["html"], "url": p["url"]}) for p in pages]
    else:
        documents = []
        for p in pages:
            full, light = cleanup_quality.visible(p)
            given = {"text": full}, {"text": light}, {"text": p["article_body"], "title": p.get("title") or ""}
            for kind, document in zip(("full", "light", "clean"), given):
                documents.append((dict(p, group=f"{kind} {p['group']}"), document))
    documents += invented(pathlib.Path(__file__).resolve().parents[3] / "tests/processors/cleanup/languages", is_page)
    known = [f for f in range(FEATURES) if is_page or f not in PAGE_ONLY]
    reach = 2 if is_page else REACH
    wanted = [(0, f) for f in known] + [(o, f) for o in range(-reach, reach + 1) if o for f in BESIDE if f in known]
    sets = []
    for (page, _), (features, texts) in zip(documents, rows_of(options.program, [d for _, d in documents])):
        near = features[:, 22] == 1 if is_page else numpy.ones(len(texts), dtype=bool)
        sets.append((page, features, texts, labels_of(texts, page["article_body"], near)))
    fold_of = cleanup_quality.fold_of

    def is_used(page):
        if options.without is not None:
            return fold_of(page) != options.without
        return options.all or not cleanup_quality.held_back(page["id"])

    used = [s for s in sets if is_used(s[0]) and len(s[1])]
    shape = dict(page=(12, 160, 0.1, -1), text=(24, 110, 0.14, 6))[options.kind]

    def fit(chosen):
        x = numpy.vstack([columns(f, wanted) for _, f, _, _ in chosen])
        y = numpy.concatenate([label for *_, label in chosen])
        w = numpy.concatenate([weights_of(f) * (INVENTED if p["group"] == "invented" else 1) for p, f, _, _ in chosen])
        return train(x, y, w, *shape, is_page)

    apart = {}
    for k in range(cleanup_quality.FOLDS if options.without is None else 0):
        model = fit([s for s in used if fold_of(s[0]) != k])
        for i, s in enumerate(used):
            if fold_of(s[0]) == k:
                apart[i] = model.predict(columns(s[1], wanted), raw_score=True)
    if apart:
        table("unseen folds", used, apart)
    if apart and is_page:
        table("odds shared", used, {i: shared(used[i][1], odds) for i, odds in apart.items()})
    table("perfect choice", used, [2 * label - 1 for *_, label in used])
    out = [f"// Weights of the line model for {'pages' if is_page else 'plain text'}: made by training/train_lines.py.",
           "// clang-format off"]
    write(fit(used), wanted, numpy.vstack([columns(f, wanted) for _, f, _, _ in used]), out, not is_page)
    out.append("// clang-format on")
    pathlib.Path(options.out).write_text("\n".join(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
