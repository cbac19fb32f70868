"""Free texts: their words, or runs of their characters, counted.

Words are runs of letters, digits and underscores of any script. A to Z are taken in lower case; other letters keep
theirs, because to fold them the graph would need a locale of the machine that it runs on.
"""

from collections import Counter

import numpy as np

from runners.contract import InputError
from runners.contract.preparations import Text
from runners.train.prepared.categories import bucket_of
from runners.train.prepared.columns import Array, Given, Ready
from runners.train.prepared.graph import CONTRIB, LEARNING

_PAD = "\x01"
"""What fills up rows of fewer terms than others: no word, as it is neither letter nor digit."""
_EXPRESSIONS = {"words": r"[\pL\pN_]+", "characters": r"(?s)[^\x01]"}
FEWEST = 2
"""Training rows that a term is in at least: one that is in a single row says nothing about others."""


def counted(given: Given, how: Text) -> Ready:
    """Return a text's terms as numbers, of length one together; an empty text has zeros.

    Raises:
        InputError: the column holds no texts, or no term twice.
    """
    graph = given.graph
    flat = graph.add("Reshape", given.tensor, np.array([-1], np.int64))
    lower = graph.add("StringNormalizer", flat, case_change_action="LOWER", locale="C")
    told = {"mark": 0, "pad_value": _PAD, "mincharnum": 1, "tokenexp": _EXPRESSIONS[how.of]}
    tokens = graph.add("Tokenizer", lower, domain=CONTRIB, **told)
    names, counts = _hashed(given, tokens, how) if how.by == "hashing" else _terms(given, tokens, how)
    return Ready(tuple(f"{given.name}: {name}" for name in names), _of_length_one(given, counts))


def _of_length_one(given: Given, counts: str) -> str:
    graph = given.graph
    squares = graph.add("Mul", counts, counts)
    length = graph.add("Sqrt", graph.add("ReduceSum", squares, np.array([1], np.int64), keepdims=1))
    return graph.add("Div", counts, graph.add("Max", length, np.float32(1e-12)))


def _hashed(given: Given, tokens: str, how: Text) -> tuple[tuple[str, ...], str]:
    graph = given.graph
    buckets = bucket_of(given, tokens, how.terms)
    is_there = {"keys_strings": [_PAD], "values_floats": [0.0], "default_float": 1.0}
    ones = graph.add("LabelEncoder", tokens, domain=LEARNING, **is_there)
    rows = graph.add("Slice", graph.add("Shape", tokens), np.array([0]), np.array([1]))
    shape = graph.add("Concat", rows, np.array([how.terms], np.int64), axis=0)
    zeros = graph.add("Expand", np.zeros((1, 1), np.float32), shape)
    counts = graph.add("ScatterElements", zeros, buckets, ones, axis=1, reduction="add")
    return tuple(f"#{place}" for place in range(how.terms)), counts


def _terms(given: Given, tokens: str, how: Text) -> tuple[tuple[str, ...], str]:
    rows = given.graph.values(tokens)
    terms, weights = _vocabulary(rows, how)
    if not terms:
        what = f"no {'word' if how.of == 'words' else 'run of characters'} of {given.name} is in {FEWEST} training rows"
        raise InputError(what, f"preparations.{given.name}", "say by: hashing, or drop it")
    lengths = [size * sum(len(term) == size for term in terms) for size in range(1, how.longest)]
    counts = given.graph.add(
        "TfIdfVectorizer",
        tokens,
        mode="TF",
        min_gram_length=how.shortest,
        max_gram_length=how.longest,
        max_skip_count=0,
        ngram_counts=[0, *np.cumsum(lengths).tolist()],
        ngram_indexes=list(range(len(terms))),
        pool_strings=[token for term in terms for token in term],
    )
    joint = " " if how.of == "words" else ""
    weighed = given.graph.add("Mul", counts, weights.astype(np.float32).reshape(1, -1))
    return tuple(joint.join(term) for term in terms), weighed


def _vocabulary(rows: Array, how: Text) -> tuple[list[tuple[str, ...]], Array]:
    """Return the terms that are in most rows, the shorter first, and the weight of each: the rarer, the more."""
    seen: Counter[tuple[str, ...]] = Counter()
    for row in rows.tolist():
        tokens = [token for token in row if token != _PAD]
        sizes = range(how.shortest, how.longest + 1)
        seen.update({tuple(tokens[at : at + size]) for size in sizes for at in range(len(tokens) - size + 1)})
    often = sorted((item for item in seen.items() if item[1] >= FEWEST), key=lambda item: (-item[1], item[0]))
    terms = sorted((term for term, _ in often[: how.terms]), key=lambda term: (len(term), term))
    counts = np.array([seen[term] for term in terms], np.float64)
    return terms, np.log((1 + len(rows)) / (1 + counts)) + 1
