#!/usr/bin/env python3
"""Classes of words from vectors, for the lexicon of the tagger.

    word_classes.py MODEL_FOLDER WORDS.tsv ARTICLES.ndjson.gz...

Four classes a word, 0 for none: k-means with 100, 400 and 1,600 centres over the vectors of the spaCy
model (CC0), and 1,000 centres over skip-gram vectors that are trained here on the articles. Words are in
lower case, as the tagger folds them. Seeds are fixed and one thread is used: same bytes each time.
"""

import collections
import gzip
import json
import os
import re
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy  # noqa: E402
import spacy  # noqa: E402
from gensim.models import Word2Vec  # noqa: E402

SEED = 7
CENTRES = (100, 400, 1600)
SKIP_GRAM_CENTRES = 1000
LEAST_COUNT = 3           # in the articles, of a word that gets classes of the model's vectors
LEAST_SKIP_GRAM_COUNT = 6
SKIP_GRAM_EPOCHS = int(os.environ.get('SKIP_GRAM_EPOCHS', '2'))
ROUNDS = 15
WORD = re.compile(r"[^\W_]+(?:['’.&][^\W_]+)*\.?|\S")
ABBREVIATION = re.compile(r"^(?:[a-z]\.)+[a-z]?\.?$|^(?:mr|mrs|ms|dr|jr|sr|st|gov|sen|rep|gen|inc|corp|co|ltd|prof|lt|col|sgt|capt)\.$")


def words_of(text):
    for match in WORD.finditer(text):
        word = match.group().lower().replace("’", "'")
        if word.endswith(".") and len(word) > 1 and not ABBREVIATION.match(word):
            yield word[:-1]
            yield "."
        elif word.endswith("'s") and len(word) > 2:
            yield word[:-2]
            yield "'s"
        else:
            yield word


def sentences(paths):
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                for paragraph in json.loads(line).get("body", "").split("\n"):
                    words = list(words_of(paragraph))
                    if words:
                        yield words[:400]


def cluster(vectors, count):
    """k-means on the unit sphere: the class of each row, from 1."""
    random = numpy.random.default_rng(SEED)
    vectors = vectors / numpy.maximum(numpy.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    vectors = vectors.astype(numpy.float32)
    centres = vectors[random.choice(len(vectors), count, replace=False)]
    for _ in range(ROUNDS):
        nearest = (vectors @ centres.T).argmax(axis=1)
        sums = numpy.zeros_like(centres)
        numpy.add.at(sums, nearest, vectors)
        norms = numpy.linalg.norm(sums, axis=1, keepdims=True)
        centres = numpy.where(norms > 0, sums / numpy.maximum(norms, 1e-9), centres)
    return (vectors @ centres.T).argmax(axis=1) + 1


def main():
    folder, out_path, *articles = sys.argv[1:]
    counts = collections.Counter()
    corpus = []
    for words in sentences(articles):
        corpus.append(words)
        counts.update(words)
    vocab = spacy.load(folder, exclude=["tok2vec", "tagger", "parser", "senter", "attribute_ruler", "lemmatizer", "ner"]).vocab
    rows = {}
    for word, count in counts.items():
        if count < LEAST_COUNT or not any(c.isalnum() for c in word):
            continue
        # Names are found under their usual case.
        for form in (word, word.capitalize(), word.upper()):
            row = vocab.vectors.find(key=vocab.strings[form]) if form in vocab.strings else -1
            if row < 0:
                row = vocab.vectors.key2row.get(vocab.strings.add(form), -1)
            if row >= 0:
                rows[word] = int(row)
                break
    print(len(counts), "words,", len(rows), "with vectors", flush=True)
    data = numpy.asarray(vocab.vectors.data)
    classes = [cluster(data, count) for count in CENTRES]
    print("classes of the model's vectors made", flush=True)
    own = {}
    if SKIP_GRAM_EPOCHS > 0:
        skip_gram = Word2Vec(corpus, vector_size=64, window=4, sg=1, negative=5, sample=1e-4,
                             epochs=SKIP_GRAM_EPOCHS, min_count=LEAST_SKIP_GRAM_COUNT, workers=1, seed=SEED)
        own = dict(zip(skip_gram.wv.index_to_key, cluster(skip_gram.wv.vectors, SKIP_GRAM_CENTRES)))
    with open(out_path, "w", encoding="utf-8") as out:
        for word in sorted(set(rows) | set(own)):
            row = rows.get(word)
            cells = [0, 0, 0] if row is None else [int(c[row]) for c in classes]
            out.write("\t".join([word, *map(str, cells), str(int(own.get(word, 0))), "0"]) + "\n")


if __name__ == "__main__":
    main()
