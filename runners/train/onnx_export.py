"""Export: a fitted scikit-learn pipeline as ONNX, with one named input for each column.

skl2onnx converts what comes after the narrowing, for which all numbers are floats; what a server sends is brought there
by nodes of our own (`onnx_narrowing.py`).

LightGBM compares with doubles where ONNX compares with floats. Its thresholds are therefore rounded down: for every
float x and every double t, `x <= t` and `x <= (the largest float up to t)` are the same. For the trees of scikit-learn,
skl2onnx does the same.
"""

import re
import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from runners.models import Tensor
from runners.train.examples import Examples
from runners.train.narrowing import Narrowing
from runners.train.onnx_narrowing import bring_in, bring_out
from runners.train.preparation import name_of

if TYPE_CHECKING:
    from runners.train.prepared import Prepared

Array = NDArray[Any]
OPSETS: Mapping[str, int] = MappingProxyType({"": 17, "ai.onnx.ml": 3})
"""Versions of ONNX's operators: onnxruntime 1.13 and later run them."""
SCORES, VALUES = "probabilities", "variable"
"""The outputs that are read, of classifiers and of regressors."""
IDLE = Narrowing()


def to_onnx(
    pipeline: Any,
    examples: Examples,
    target: Narrowing = IDLE,
    raw: Examples | None = None,
    prepared: "Prepared | None" = None,
) -> tuple[bytes, tuple[Tensor, ...]]:
    """Convert a fitted pipeline; equal pipelines give equal bytes.

    Args:
        pipeline: what was fitted.
        examples: tell the features and the classes.
        target: how the numbers to predict were moved.
        raw: tell the columns as they came, where preparations are named.
        prepared: these, whose graph comes before what was fitted.

    Returns:
        The model, and its inputs: one for each feature, in order. ONNX's names are identifiers, so a column of another
        name has an input that is called a little otherwise. A truth goes in as 0 or 1.
    """
    from skl2onnx import convert_sklearn

    model = pipeline.named_steps["model"]
    _register(type(getattr(model, "estimator", model)))
    narrow = pipeline.named_steps.get("narrow")
    fitted = Pipeline(pipeline.steps[1:]) if narrow else pipeline
    options = {id(fitted): {"zipmap": False}} if examples.classes else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = convert_sklearn(
            fitted, name="setpoint", initial_types=_types(examples), options=options, target_opset=dict(OPSETS)
        )
    tensors = _tensors(raw or examples, _names(model.graph))
    if prepared:
        prepared.put_ahead(model, tensors)
    else:
        bring_in(model.graph, tensors, narrow.narrowings_ if narrow else [None])
    if not target.is_idle:
        bring_out(model.graph, VALUES, target)
    _declare(model)
    model.opset_import.sort(key=lambda used: used.domain)  # they come from a set, in another order in each process
    return model.SerializeToString(deterministic=True), tensors


def _declare(model: Any) -> None:
    """Declare the operators' version that skl2onnx was asked to write for, which it lowers where it used old ones."""
    plain = [used for used in model.opset_import if not used.domain] or [model.opset_import.add(domain="")]
    plain[0].version = OPSETS[""]


def _types(examples: Examples) -> list[tuple[str, Any]]:
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    kinds = [StringTensorType if f.datatype == "BYTES" else FloatTensorType for f in examples.features]
    shapes = [[None, feature.width] for feature in examples.features]
    return [(name_of(place), kind(shape)) for place, (kind, shape) in enumerate(zip(kinds, shapes, strict=True))]


def _tensors(examples: Examples, taken: set[str]) -> tuple[Tensor, ...]:
    """Return the inputs: called after their columns, by names that are identifiers and that nothing else has."""
    tensors: list[Tensor] = []
    for feature in examples.features:
        plain = re.sub(r"[^0-9A-Za-z_]", "_", feature.name)
        name = plain if plain[:1].isalpha() else f"_{plain}"
        while name in taken:
            name += "_"
        taken.add(name)
        is_whole = feature.datatype == "BOOL" or examples.columns[feature.name].dtype.kind == "M"
        datatype = "INT64" if is_whole else feature.datatype
        tensors.append(Tensor(name, datatype, (feature.name,)))
    return tuple(tensors)


def _names(graph: Any) -> set[str]:
    nodes = {name for node in graph.node for name in (*node.input, *node.output)}
    return nodes | {value.name for value in (*graph.output, *graph.initializer)}


def _register(estimator: type) -> None:
    """Tell skl2onnx how LightGBM's models are converted."""
    if estimator.__name__ not in _LIKE:
        return
    from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm
    from skl2onnx import update_registered_converter
    from skl2onnx.common import shape_calculator

    shape, options = _LIKE[estimator.__name__]
    update_registered_converter(
        estimator,
        f"LightGbm{estimator.__name__}",
        getattr(shape_calculator, shape),
        _rounding_down(convert_lightgbm),
        options=dict(options),
    )


_LIKE: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "LGBMClassifier": (
            "calculate_linear_classifier_output_shapes",
            {"nocl": [True, False], "zipmap": [True, False, "columns"]},
        ),
        "LGBMRegressor": ("calculate_linear_regressor_output_shapes", {"split": None}),
    }
)
"""The function that tells the shapes of a model's outputs, and the converter's options."""


def _rounding_down(convert: Callable[..., None]) -> Callable[..., None]:
    def rounded(scope: Any, operator: Any, container: Any) -> None:
        convert(scope, operator, _RoundingDown(container))

    return rounded


class _RoundingDown:
    """skl2onnx's container of nodes, but that thresholds of trees are rounded down on their way in."""

    def __init__(self, container: Any) -> None:
        self._container = container

    def __getattr__(self, name: str) -> Any:
        return getattr(self._container, name)

    def add_node(self, op_type: str, inputs: Any, outputs: Any, **attributes: Any) -> None:
        """Add a node."""
        if "nodes_values" in attributes:
            attributes["nodes_values"] = floor32(np.array(attributes["nodes_values"], np.float64)).tolist()
        self._container.add_node(op_type, inputs, outputs, **attributes)


def floor32(values: Array) -> Array:
    """Return the largest numbers of 32 bits that are not above some of 64."""
    with np.errstate(over="ignore"):
        nearest = values.astype(np.float32)
        down: Array = np.where(nearest.astype(np.float64) > values, np.nextafter(nearest, np.float32(-np.inf)), nearest)
    return down
