"""The scorer: a model that is put to the rows of a Parquet file, batch by batch, and what its answers are called.

Beside the kept columns stand `prediction`; the probabilities, as `predicted_probability` of a binary model's positive
class, or `probability_<class>` of each class in the model's order; and `model`, the model's digest. Nothing else, no
moment above all: what is made of the same rows by the same model is the same.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
from pyarrow import parquet

from runners.contract import InputError
from runners.evaluate.candidates import OF_CLASS
from runners.evaluate.tables import array_of
from runners.models import Model, ModelInputError, ModelRefused, Prediction, Signature
from runners.sources.parameters import PredictionsSource
from runners.sources.reading import BATCH_ROWS, check_names, no_rows
from runners.tables.reading import Reading
from runners.tables.streamed import BUFFER

WHERE = "source.predictions"
PREDICTION, PROBABILITY, MODEL = "prediction", "predicted_probability", "model"
MOST_ORIGINS = 10_000
"""Origins that are told of the probabilities of single classes, all together; where there are more, none are."""
MOST_SHOWN = 10
MOST_CLASSES = 100
"""Classes that the result tells; the columns of their probabilities tell all."""

Origins = Mapping[str, Sequence[str] | None]


@dataclass(frozen=True)
class Scorer:
    """A model, and whose rows it is put to.

    `keep` are the columns that stand beside the answers; `hidden` those of the rows whose values are shown nowhere.
    """

    model: Model
    source: PredictionsSource
    keep: tuple[str, ...]
    hidden: frozenset[str]
    threads: int = 1
    """How many batches are scored at a time: each by one thread, so that no figure depends on how many there are."""

    @classmethod
    def of(
        cls, model: Model, source: PredictionsSource, reading: Reading, columns: Sequence[str], threads: int = 1
    ) -> Self:
        """Return the scorer of the rows of a dataset.

        Args:
            model: the model.
            source: whose rows, and what is kept of them; unset, what names a row.
            reading: how the dataset's version was read.
            columns: its columns.
            threads: how many batches are scored at a time.

        Raises:
            InputError: there is no column that the model needs or that is to be kept, or two would have one name.
        """
        keep = source.keep or ((reading.identifier,) if reading.identifier else ())
        signature = model.signature
        if signature.image:
            fix = "take a model of tables; what an endpoint is asked about pictures is in its payload log"
            raise InputError(f"the model of {source.by} takes pictures", f"{WHERE}.by", fix)
        if lost := [name for name in signature.columns if name not in columns]:
            what = f"{source.of} has no {_listed(lost)}, which the model of {source.by} is asked with"
            raise InputError(what, f"{WHERE}.of", "score a dataset that has all columns that the model learned from")
        if lost := [name for name in keep if name not in columns]:
            raise InputError(f"{source.of} has no {_listed(lost)}", f"{WHERE}.keep", "keep columns that it has")
        scorer = cls(model, source, keep, reading.sensitive, threads)
        check_names([*keep, *scorer.answers], f"{WHERE}.keep")
        return scorer

    @property
    def digest(self) -> str:
        """Return the model's digest."""
        return self.model.signature.digest

    @cached_property
    def answers(self) -> Mapping[str, Any]:
        """Return the types of the answers' columns, by their names, in their order."""
        types = {PREDICTION: _type_of(self.model.signature), **self._probabilities()}
        return {**types, MODEL: pa.string()}

    def _probabilities(self) -> dict[str, Any]:
        signature = self.model.signature
        if signature.reading in ("label", "value"):
            return {}
        if signature.positive is not None and not signature.thresholds:
            return {PROBABILITY: pa.float64()}
        return {f"{OF_CLASS}{label}": pa.float64() for label in signature.classes}

    @property
    def moving(self) -> frozenset[str]:
        """Return the answers whose values are others by another model, by nature: all but classes."""
        is_class = bool(self.model.signature.classes)
        return frozenset(name for name in self.answers if name != PREDICTION or not is_class)

    @property
    def told(self) -> dict[str, Any]:
        """Return what the result says of the model, beside its answers."""
        signature = self.model.signature
        classes = {"classes": list(signature.classes[:MOST_CLASSES])} if signature.classes else {}
        positive = {} if signature.positive is None else {"positive": signature.positive}
        return {"model": self.digest, "task": signature.task, **classes, **positive}

    def origins(self, table: str) -> Origins:
        """Return from which columns of the rows each column is made; nothing of the model's name, which is of none."""
        asked = [f"{table}.{name}" for name in self.model.signature.columns]
        single = [name for name in self.answers if name.startswith(OF_CLASS)]
        few = asked if len(single) * len(asked) <= MOST_ORIGINS else None
        told = {name: few if name in single else asked for name in self.answers if name != MODEL}
        return {**{name: [f"{table}.{name}"] for name in self.keep}, **told}

    def secrets(self, table: str) -> Origins:
        """Return whose secrecy each column shares: that of what is kept, or of what is predicted.

        Answers aren't as secret as what the model was asked with: an endpoint tells them to whoever asks.
        """
        target = [f"{table}.{self.model.signature.target}"]
        return {**{n: [f"{table}.{n}"] for n in self.keep}, **{n: target for n in self.answers if n != MODEL}}

    @property
    def sensitive(self) -> frozenset[str]:
        """Return what the model learned to keep to itself: the target, where it is sensitive in training data."""
        schema, target = self.model.signature.schema, self.model.signature.target
        return frozenset({target} & schema.sensitive if schema else ())

    def rows(self, path: Path, name: str) -> Iterator[Any]:
        """Yield the answers for the rows of a file, after a batch without any.

        Args:
            path: the file.
            name: what it is called, for people.

        Raises:
            InputError: the model can't answer a row.
        """
        asked = list(dict.fromkeys([*self.keep, *self.model.signature.columns]))
        with parquet.ParquetFile(path, pre_buffer=False, buffer_size=BUFFER) as file:
            types = {column: file.schema_arrow.field(column).type for column in self.keep}
            yield no_rows(pa.schema([*types.items(), *self.answers.items()]))
            yield from self._side_by_side(file.iter_batches(BATCH_ROWS, columns=asked), name)

    def _side_by_side(self, batches: Iterator[Any], name: str) -> Iterator[Any]:
        """Yield the answers in the order of the rows, as many batches at a time as there are threads."""
        begin, waiting = 0, deque[Future[Any]]()
        with ThreadPoolExecutor(self.threads) as pool:
            for batch in batches:
                waiting.append(pool.submit(self._scored, batch, f"row {begin:,} of {name}"))
                begin += batch.num_rows
                if len(waiting) > self.threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _scored(self, batch: Any, place: str) -> Any:
        table = pa.Table.from_batches([batch])
        columns = {name: array_of(table[name]) for name in self.model.signature.columns}
        said = _by_name(self._predicted(columns, place), self.model.signature)
        arrays = {name: batch.column(name) for name in self.keep}
        for name, type_ in self.answers.items():
            given = pa.repeat(self.digest, batch.num_rows) if name == MODEL else pa.array(said[name], type_)
            arrays[name] = given
        return pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))

    def _predicted(self, columns: Mapping[str, Any], place: str) -> Prediction:
        fix = "fill in or leave out such rows by a query of your own, and score what it makes"
        try:
            return self.model.predict(columns)
        except ModelInputError as error:
            is_hidden = error.where in self.hidden or (not error.where and self.hidden)
            why = f"a value of {error.where or 'a row'} isn't one that it takes" if is_hidden else error.what
            what = f"the model can't answer: {why} (rows are counted from {place} on)"
            raise InputError(what, f"{WHERE}.of", fix) from error
        except ModelRefused as error:
            raise InputError(error.what, f"{WHERE}.by", error.fix) from error


def _type_of(signature: Signature) -> Any:
    """Return the type of what is predicted."""
    if signature.task == "multilabel":
        return pa.string()
    return pa.array(list(signature.classes)).type if signature.classes else pa.float64()


def _by_name(prediction: Prediction, signature: Signature) -> dict[str, Any]:
    told = {PREDICTION: prediction.prediction, PROBABILITY: prediction.probability}
    if prediction.probabilities is not None:
        names = (f"{OF_CLASS}{label}" for label in signature.classes)
        told |= dict(zip(names, prediction.probabilities.T, strict=True))
    return told


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return f"column{'s' * (len(names) > 1)} {', '.join(names[:MOST_SHOWN])}{more}"
