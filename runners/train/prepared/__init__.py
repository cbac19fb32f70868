"""Preparations that are named in the spec, compiled once into the model's own graph.

Law of the room: what a model learns from is what its graph answers. Features of the training rows are computed by
running the very nodes that the exported model begins with, on the columns as a server brings them to it
(`runners.models.columns`); so training and serving can't differ. The one exception is told where it is made: of a
training row, `target` averages the other folds alone.

    compiled   all columns of a trial, to one matrix and the graph that gives it
    graph      nodes that grow, and are run as far as they have come
    columns    what steps hand on
    numbers    impute, clip, log, scale
    moments    datetime
    categories encode
    texts      text
"""

from runners.train.prepared.compiled import Prepared, prepare

__all__ = ["Prepared", "prepare"]
