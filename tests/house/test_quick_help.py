"""The help of a verb is there at once: nothing that takes long is imported before a verb does its work."""

import json
import subprocess
import sys

from reconciler.cli import VERBS, module_of

HEAVY = (
    "apscheduler",
    "fsspec",
    "git",
    "hydra",
    "jsonschema",
    "omegaconf",
    "pydantic",
    "rich",
    "ruamel",
    "structlog",
    "yaml",
)

LOOK = f"""
import importlib, json, sys
found = {{}}
for verb in {list(map(module_of, VERBS))!r}:
    importlib.import_module(verb)
    found[verb] = sorted(set({HEAVY!r}) & set(sys.modules))
print(json.dumps(found))
"""


def test_no_verb_imports_anything_heavy_before_it_is_called() -> None:
    told = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True).stdout
    guilty = {verb: names for verb, names in json.loads(told).items() if names}
    assert not guilty, f"import them in the function that needs them: {guilty}"
