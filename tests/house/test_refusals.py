"""What providers refuse of specs by their options alone, `setpoint validate` finds (`reconciler/plugins/refusals.py`).

So each refusal that a provider raises by itself is listed here, with why it can't be told from specs and options.
"""

import ast
from collections.abc import Iterator

from tests.house.yardstick import Source, functions, sources, told

ROOMS = ("reconciler/providers/serving", "reconciler/providers/pools")
OPTIONS = "it is of the options, which are checked with environment.yaml, or of files of the daemon's machine"
STATE = "it is of what runs, not of what is asked for"
MACHINE = "only the machine of the daemon, or of the jobs, knows"
LATE: dict[tuple[str, str], str] = {
    ("serving/kserve/options.py", "read"): OPTIONS,
    ("serving/kserve/predictor.py", "model"): "`refusals.one_model` finds it in specs, and an order has none",
    ("serving/kserve/predictor.py", "storage_uri"): "the data store says where a model is",
    ("serving/kserve/serving.py", "route"): STATE,
    ("serving/kserve/serving.py", "_ready"): STATE,
    ("serving/kserve/serving.py", "stop"): STATE,
    ("serving/kserve/writing.py", "_way"): "the cluster has something of that name",
    ("serving/local/access.py", "keys_of"): "secrets are the daemon's",
    ("serving/local/access.py", "checked"): MACHINE,
    ("serving/local/access.py", "service"): OPTIONS,
    ("serving/local/proxy.py", "find_caddy"): MACHINE,
    ("serving/local/record_files.py", "_record"): STATE,
    ("serving/local/serving.py", "stop"): STATE,
    ("serving/local/serving.py", "_checked"): STATE,
    ("serving/local/tls.py", "read"): OPTIONS,
    ("pools/kubernetes/manifests.py", "_template"): "the request is known when the job is ordered",
    ("pools/kubernetes/manifests.py", "_nodes"): "a job's kind is one of its pool's, which is refused before",
    ("pools/kubernetes/pool.py", "__init__"): OPTIONS,
    ("pools/ray/jobs_api.py", "submit"): "the cluster refuses it",
    ("pools/ray/options.py", "read_options"): OPTIONS,
    ("pools/ray/seal.py", "seal"): "the data store gives secrets, or it doesn't",
    ("pools/ray/submission.py", "_request"): "the request is known when the job is ordered",
}


def refusals(source: Source) -> Iterator[tuple[str, str, int]]:
    """Yield where a file refuses something by itself: its name below the providers, the function and the line."""
    name = source.path.removeprefix("reconciler/providers/")
    for function in functions(source):
        for node in ast.walk(function):
            if isinstance(node, ast.Raise) and node.exc and ast.unparse(node.exc).startswith("Refused("):
                yield name, function.name, node.lineno


def test_a_provider_refuses_by_itself_what_specs_do_not_tell() -> None:
    found = [one for room in ROOMS for source in sources(room) for one in refusals(source)]
    strange = [f"{name}:{line}: {function}" for name, function, line in found if (name, function) not in LATE]
    hint = "Let `reconciler/plugins/refusals.py` refuse it, so that `validate` finds it; else say here why it can't."
    assert not strange, told(strange, hint)
    assert LATE.keys() <= {(name, function) for name, function, _ in found}, "what is listed refuses nothing any more"


def test_a_refusal_is_seen() -> None:
    bad = Source("reconciler/providers/pools/odd.py", "def submit():\n    if x:\n        raise Refused('no')\n")
    assert list(refusals(bad)) == [("pools/odd.py", "submit", 3)]
