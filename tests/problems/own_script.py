"""A script of one's own: reads what it is handed, tells all that it could see, learns, and leaves a model as ONNX."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

OUTPUT = Path(os.environ.get("SETPOINT_OUTPUT", "."))
REPORTED = {"my own": 42.0, "accuracy": 7.0, "rmse": -1.0}
"""What it says of its model: of these only the first is no figure that is measured."""
Array = Any


def tell(rows: Any, columns: list[str]) -> None:
    """Write down all that can be seen from here."""
    told, root = os.environ, OUTPUT.parent
    paths = [path for path in root.rglob("*") if path.is_file() or not any(path.iterdir())]
    seen = {
        "rows": rows["id"].to_pylist(),
        "rows of the CSV": _of_type(csv.read_csv(told["SETPOINT_TRAIN_CSV"])["id"], rows["id"]),
        "rows of the folder": _listed(Path(told["SETPOINT_DATA"]))["id"].to_pylist(),
        "columns": {name: rows[name].to_pylist() for name in columns},
        "files": [path.relative_to(root).as_posix() for path in paths],
        "told": json.dumps(dict(told)) + Path(told["SETPOINT_REQUEST"]).read_text("utf-8"),
        "params": json.loads(told["SETPOINT_PARAMS"]),
        "seed": int(told["SETPOINT_SEED"]),
    }
    (OUTPUT / "seen.json").write_text(json.dumps(seen), "utf-8")
    (OUTPUT / "metrics.json").write_text(json.dumps(REPORTED), "utf-8")


def _listed(folder: Path) -> Any:
    manifest = folder / "manifest.parquet"
    return parquet.read_table(manifest if manifest.exists() else folder / "data.parquet")


def _of_type(values: Any, like: Any) -> list[Any]:
    return values.cast(like.type).to_pylist()


def matrix_of(rows: Any, names: list[str]) -> Array:
    """Return columns of numbers and truths as floats, NaN where one is missing."""
    return np.column_stack([rows[name].cast(pa.float32()).to_numpy().astype(np.float32) for name in names])


def linear(y: Array) -> Any:
    """Return a linear model for numbers, or for classes."""
    from sklearn.linear_model import LogisticRegression, Ridge

    params = json.loads(os.environ["SETPOINT_PARAMS"])
    return Ridge() if is_number(y) else LogisticRegression(C=params["C"], max_iter=500)


def is_number(_y: Array) -> bool:
    """Tell whether a number is to be predicted."""
    return json.loads(Path(os.environ["SETPOINT_REQUEST"]).read_text("utf-8"))["params"]["task"] == "regression"


def learn_matrix(rows: Any, names: list[str], y: Array) -> bytes:
    """Leave one matrix of all numbers, by skl2onnx."""
    from skl2onnx import to_onnx
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x = matrix_of(rows, names)
    model = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), linear(y)).fit(x, y)
    options = None if is_number(y) else {id(model): {"zipmap": False}}
    content: bytes = to_onnx(model, x[:1], options=options).SerializeToString()
    return content


def learn_by_name(rows: Any, names: list[str], y: Array) -> bytes:
    """Leave an input for each column, under its name, by nodes of one's own."""
    from onnx import TensorProto, helper, numpy_helper

    x = np.nan_to_num(matrix_of(rows, names), nan=0.0)
    model = linear(y).fit(x, y)
    weights, bias = np.atleast_2d(model.coef_).T, np.atleast_1d(model.intercept_)
    if not is_number(y) and weights.shape[1] == 1:
        weights, bias = np.hstack([0 * weights, weights]), np.hstack([[0.0], bias])
    held = {"weights": weights, "bias": bias, "nought": np.zeros(1)}
    nodes = [helper.make_node("IsNaN", [name], [f"{name} gap"]) for name in names]
    nodes += [helper.make_node("Where", [f"{name} gap", "nought", name], [f"{name} whole"]) for name in names]
    nodes += [
        helper.make_node("Concat", [f"{name} whole" for name in names], ["x"], axis=1),
        helper.make_node("Gemm", ["x", "weights", "bias"], ["z"]),
        helper.make_node(*(("Identity",) if is_number(y) else ("Softmax",)), ["z"], ["answer"]),
    ]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in names]
    outputs = [helper.make_tensor_value_info("answer", TensorProto.FLOAT, [None, len(bias)])]
    values = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in held.items()]
    graph = helper.make_graph(nodes, "own", inputs, outputs, values)
    operators = [helper.make_opsetid("", 17)]
    content: bytes = helper.make_model(graph, opset_imports=operators, ir_version=8).SerializeToString()
    return content


def learn_words(rows: Any, names: list[str], y: Array) -> bytes:
    """Leave a model of the words of one column."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import StringTensorType
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.pipeline import make_pipeline

    texts = [text or "" for text in rows[names[0]].to_pylist()]
    model = make_pipeline(
        CountVectorizer(token_pattern="[a-zA-Z0-9_]+", lowercase=False, max_features=50), linear(y)
    ).fit(texts, y)
    options = None if is_number(y) else {id(model): {"zipmap": False}}
    kinds = [("text", StringTensorType([None, 1]))]
    content: bytes = convert_sklearn(model, initial_types=kinds, options=options).SerializeToString()
    return content


def learn_pictures(rows: Any, _names: list[str], y: Array) -> bytes:
    """Leave a model of grey pictures of 4 by 4 pixels."""
    from PIL import Image
    from skl2onnx import to_onnx

    files = [Image.open(path).convert("L").resize((4, 4)) for path in rows["path"].to_pylist()]
    x = np.stack([np.asarray(file, np.float32).ravel() / 255 for file in files])
    model = linear(y).fit(x, y)
    content: bytes = to_onnx(model, x[:1], options={id(model): {"zipmap": False}}).SerializeToString()
    return content


def learn_booster(rows: Any, names: list[str], y: Array) -> None:
    """Leave LightGBM's own text."""
    import lightgbm

    classes, codes = np.unique(y, return_inverse=True)
    told = {"verbose": -1, "num_threads": 1, "min_data_in_leaf": 3, "objective": "regression"}
    if not is_number(y):
        several = {"objective": "multiclass", "num_class": len(classes)}
        told |= {"objective": "binary"} if len(classes) == 2 else several
    data = lightgbm.Dataset(matrix_of(rows, names).astype(float), y if is_number(y) else codes)
    lightgbm.train(told, data, 5).save_model(OUTPUT / "model.txt")


def main() -> None:
    """Train in the way that the params name."""
    told = json.loads(Path(os.environ["SETPOINT_REQUEST"]).read_text("utf-8"))["params"]
    rows, names = parquet.read_table(os.environ["SETPOINT_TRAIN"]), told.get("features") or []
    tell(rows, [*names, told["target"]])
    y = np.array(rows[os.environ["SETPOINT_TARGET"]].to_pylist())
    ways = {
        "matrix": learn_matrix, "by name": learn_by_name, "words": learn_words, "booster": learn_booster,
        "pictures": learn_pictures,
    }  # fmt: skip
    content = ways[told["params"]["way"]](rows, names, y)
    if content is not None:
        (OUTPUT / "model.onnx").write_bytes(content)


if __name__ == "__main__":
    main()
