"""The daemon never does the work, so it never loads what does: it stays small and starts at once."""

import subprocess
import sys

from tests.house.yardstick import sources, told

HEAVY = {
    "crowdkit",
    "duckdb",
    "flaml",
    "kserve",
    "kubernetes",
    "lakefs",
    "lakefs_sdk",
    "lightgbm",
    "lightkube",
    "matplotlib",
    "nannyml",
    "nltk",
    "numpy",
    "onnx",
    "onnxruntime",
    "pandas",
    "pyarrow",
    "ray",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "sqlglot",
    "statsmodels",
    "torch",
    "xgboost",
}
EXTRAS = {"cryptography", "pytest", "urllib3"}
"""What `setpoint[forges]`, `setpoint[kubernetes]` and `setpoint[conformance]` bring, and a plain install hasn't got."""
LOADED = """
import importlib, sys
for module in sys.argv[1:]:
    importlib.import_module(module)
print(*{name.split(".")[0] for name in sys.modules})
"""


def heavy_after(*modules: str) -> list[str]:
    """Import the modules in a fresh interpreter; return the heavy packages that came with them."""
    return sorted(HEAVY & loaded_after(*modules))


def loaded_after(*modules: str) -> set[str]:
    """Import the modules in a fresh interpreter; return all packages that it has then."""
    result = subprocess.run([sys.executable, "-c", LOADED, *modules], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


def test_the_daemon_is_light() -> None:
    modules = [".".join(s.module) for s in sources("reconciler") if not s.path.startswith("reconciler/providers/")]
    assert "reconciler.cli" in modules, "the command line is gone from reconciler/cli"
    heavy = heavy_after(*modules)
    advice = "Do the work in a runner; an SDK is imported by its provider, which wiring loads when asked for."
    assert not heavy, told(heavy, advice)


def test_a_plain_install_is_enough_for_what_asks_for_no_extra() -> None:
    extras = sorted(EXTRAS & loaded_after("reconciler.cli", "reconciler.wiring", "reconciler.simulation"))
    assert not extras, told(extras, "Import it where it is used, with a word on which extra to install.")


def test_the_check_sees_what_is_heavy() -> None:
    assert "numpy" in heavy_after("numpy")
