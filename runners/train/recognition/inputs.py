"""Inputs: which columns of the data a model's own inputs are made from."""

import math
from collections.abc import Mapping, Sequence

from runners.contract import InputError
from runners.models import Column, Tensor
from runners.train.examples import DATATYPES, Examples
from runners.train.nearest import did_you_mean

Inputs = tuple[tuple[Column, ...], tuple[Tensor, ...]]
WORDS: Mapping[str, str] = {
    "tensor(float)": "FP32",
    "tensor(float16)": "FP32",
    "tensor(double)": "FP64",
    "tensor(int64)": "INT64",
    "tensor(int32)": "INT64",
    "tensor(bool)": "BOOL",
    "tensor(string)": "BYTES",
}
"""The protocol's words by onnxruntime's names of types."""
ONE_EACH = "export with one named input for each column, or exclude columns that aren't numbers"


def for_onnx(given: Mapping[str, tuple[str, tuple[int, ...]]], examples: Examples) -> Inputs:
    """Match an ONNX model's inputs, (type, shape) by name, with the data's columns.

    A picture's pixels; or one input for each column, by name; or one matrix of all features, in their order.

    Raises:
        InputError: they can't be matched.
    """
    for name, (type_, _) in given.items():
        if type_ not in WORDS:
            raise InputError(
                f"the model's input {name} is a {type_}", name, "export it with tensors of numbers or texts"
            )
    if examples.image:
        return _picture(given, examples)
    known = {feature.name: feature for feature in _candidates(examples)}
    if set(given) <= set(known):
        inputs = [_column(known[name], WORDS[type_]) for name, (type_, _) in given.items()]
        return tuple(inputs), tuple(Tensor(name, WORDS[type_], (name,)) for name, (type_, _) in given.items())
    if len(given) > 1:
        stranger = next(name for name in given if name not in known)
        raise InputError(f"the model's input {stranger} is no column", stranger, did_you_mean(stranger, known))
    ((name, (type_, shape)),) = given.items()
    return _matrix(name, WORDS[type_], shape[-1] if len(shape) > 1 else 1, examples)


def for_network(given: Mapping[str, tuple[str, tuple[int, ...]]], examples: Examples) -> Inputs:
    """Match a network's input with the pictures.

    Raises:
        InputError: the data has none, or of another size.
    """
    if not examples.image:
        raise InputError("a network in safetensors takes pictures, and the data has rows", fix="export it to ONNX")
    return _picture(given, examples)


def for_booster(names: Sequence[str], examples: Examples, tensor: str) -> Inputs:
    """Match LightGBM's features with the columns: by name (LightGBM writes spaces as underscores), or by their order.

    Raises:
        InputError: they can't be matched.
    """
    known = {feature.name.replace(" ", "_"): feature for feature in _candidates(examples)}
    if set(names) <= set(known):
        features = [known[name] for name in names]
        return _of_matrix(tensor, "FP64", features)
    if not all(name.startswith("Column_") for name in names):
        stranger = next(name for name in names if name not in known)
        raise InputError(f"the model's feature {stranger} is no column", stranger, did_you_mean(stranger, known))
    return _matrix(tensor, "FP64", len(names), examples)


def _picture(given: Mapping[str, tuple[str, tuple[int, ...]]], examples: Examples) -> Inputs:
    (feature,) = examples.features
    if len(given) != 1:
        raise InputError(f"the model has {len(given)} inputs, and the data one: {feature.name}", "model")
    ((name, (_, shape)),) = given.items()
    values = math.prod(shape[1:])
    if -1 not in shape[1:] and values != feature.width:
        shown = " x ".join(map(str, shape[1:]))
        what = f"the model takes {values} values a picture ({shown}), and there are {feature.width}"
        raise InputError(what, name, "say params.size (pixels a side) and params.colour as the model wants them")
    return (feature,), (Tensor(name, "FP32", (feature.name,)),)


def _candidates(examples: Examples) -> list[Column]:
    """Return the features, and the identifier where the user's code may have taken it for one."""
    name = examples.identifier
    if name is None or name not in examples.columns or any(f.name == name for f in examples.features):
        return list(examples.features)
    identifier = Column(name, DATATYPES.get(examples.columns[name].dtype.kind, "BYTES"))
    names = [column for column in examples.columns if column == name or column in {f.name for f in examples.features}]
    by_name = {feature.name: feature for feature in (*examples.features, identifier)}
    return [by_name[column] for column in names]


def _matrix(name: str, datatype: str, width: int, examples: Examples) -> Inputs:
    """Take the features in their order; of a width that doesn't fit, those that are numbers, or the identifier too."""
    numbers = [feature for feature in examples.features if feature.datatype != "BYTES"]
    guesses = [list(examples.features), numbers, _candidates(examples)]
    fitting = [guess for guess in guesses if width in (-1, len(guess)) and _fits(guess, datatype)]
    if not fitting:
        raise InputError(_misfit(datatype, width, examples), name, ONE_EACH)
    return _of_matrix(name, datatype, fitting[0])


def _misfit(datatype: str, width: int, examples: Examples) -> str:
    texts = [feature.name for feature in examples.features if feature.datatype == "BYTES"]
    held = f", of which {', '.join(texts[:5])} hold texts" if texts and datatype != "BYTES" else ""
    wanted = f"{width} columns" if width >= 0 else "numbers"
    return f"the model takes a matrix of {wanted}, and there are {len(examples.features)} features{held}"


def _fits(features: Sequence[Column], datatype: str) -> bool:
    return all((feature.datatype == "BYTES") == (datatype == "BYTES") for feature in features)


def _of_matrix(name: str, datatype: str, features: Sequence[Column]) -> Inputs:
    if not _fits(features, datatype):
        text = next(feature.name for feature in features if feature.datatype == "BYTES")
        raise InputError(f"the model takes numbers, and {text} holds texts", text, ONE_EACH)
    inputs = tuple(_column(feature, datatype) for feature in features)
    return inputs, (Tensor(name, datatype, tuple(feature.name for feature in features)),)


def _column(feature: Column, datatype: str) -> Column:
    """Ask for doubles where the model takes doubles; else for what the data holds."""
    if feature.datatype == "FP32" and datatype == "FP64":
        return Column(feature.name, "FP64", feature.shape)
    return feature
