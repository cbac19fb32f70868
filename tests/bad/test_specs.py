"""Specs that are wrong or hostile, in a real repository: one resource stalls with file and line, the others go on."""

from pathlib import Path

import pytest

from tests.bad.ground import LOANS, Ground, memory_held

SPEC = "specs/datasets/bad.yaml"
TRAINING = "dataset: datasets/loans\ntarget: paid\nrunner: tabular\nmetric: {name: roc_auc}\n"
GROWN = ("n_estimators", "min_child_samples", "num_leaves")
PART = "specs/parts/bad.yaml"
USER = "defaults: [bad, _self_]\nsource: {sql: {url: 'sqlite:///x.db', query: SELECT 1}}\n"
LAUGHS = b"a0: &a0 [x, x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 40))
DEEP = b"source: " + b"[" * 10_000 + b"]" * 10_000 + b"\n"
LARGE = b"source: {}\n" + b"# nothing but words\n" * 2_500_000

Case = tuple[str, bytes, str, str]
TEXTS: dict[str, Case] = {
    "no YAML": (SPEC, b"source: {files: [\n", f"{SPEC}:2:1:", "this isn't YAML"),
    "a tab": (SPEC, b"source:\n\tsql: {}\n", f"{SPEC}:2:1:", "a tab can't indent YAML (use spaces)"),
    "binary": (SPEC, bytes(range(256)), f"{SPEC}:", "the file isn't UTF-8 (save it as UTF-8)"),
    "50 MB": (SPEC, LARGE, f"{SPEC}:", "the file is too large: 47.7 MiB, and a spec may have 1 MiB (keep data"),
    "10,000 levels": (SPEC, DEEP, f"{SPEC}:1:108:", "nested more than 100 levels deep (flatten it)"),
    "aliases without end": (SPEC, LAUGHS, f"{SPEC}:15:", "100,000 values once its aliases are written out (make"),
    "interpolations without end": (
        SPEC,
        b"a0: [x, x]\n" + b"".join(b"a%d: ['${a%d}', '${a%d}']\n" % (n, n - 1, n - 1) for n in range(1, 40)),
        f"{SPEC}:",
        "written out, the interpolations make more than 100,000 values (interpolate less)",
    ),
    "an unknown field": (
        SPEC,
        b"source: {sql: {url: 'sqlite:///x.db', query: SELECT 1}}\nrefersh: '@daily'\n",
        f"{SPEC}:2:1: refersh:",
        "unknown field `refersh` (did you mean `refresh`?)",
    ),
    "a wrong unit": (
        "specs/experiments/bad.yaml",
        f"{TRAINING}resources: {{memory: 2GiB}}\n".encode(),
        "specs/experiments/bad.yaml:5:21: resources.memory:",
        "2GiB",
    ),
    "a wrong span": (
        "specs/experiments/bad.yaml",
        f"{TRAINING}timeout: 3 fortnights\n".encode(),
        "specs/experiments/bad.yaml:5:10: timeout:",
        "fortnights",
    ),
    "a reference to nothing": (
        "specs/experiments/bad.yaml",
        TRAINING.replace("loans", "laons").encode(),
        "specs/experiments/bad.yaml:1:10: dataset:",
        "`datasets/laons` is declared nowhere: there is no specs/datasets/laons.yaml (did you mean `datasets/loans`?)",
    ),
    "a look at the environment": (
        SPEC,
        b"source: {sql: {url: '${oc.env:HOME}', query: SELECT 1}}\n",
        f"{SPEC}:1:21: source.sql.url:",
        "`${oc.env:...}` reads the world outside this repository (set it under `variables`",
    ),
    "a nested look at the environment": (
        SPEC,
        b"source: {sql: {url: '${oc.select:x,${oc.env:HOME}}', query: SELECT 1}}\n",
        f"{SPEC}:1:21:",
        "reads the world outside",
    ),
    "a sweep of 10^9 trials": (
        "specs/experiments/bad.yaml",
        (TRAINING + "params: {" + ", ".join(f"{name}: 'range(2,1002)'" for name in GROWN) + "}\n").encode(),
        "specs/experiments/bad.yaml:5:9: params:",
        "the sweep makes 1,000,000,000 trials, and budget.trials allows",
    ),
    "a sweep of 10^18 values": (
        "specs/experiments/bad.yaml",
        f"{TRAINING}params: {{n_estimators: 'range(1,1000000000000000000)'}}\n".encode(),
        "specs/experiments/bad.yaml:5:9: params:",
        "sweep less, or raise budget.trials",
    ),
}


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    ground = Ground(tmp_path / "repository")
    ground.passes()
    return ground


def others_go_on(ground: Ground, *, bad: str) -> None:
    """See that a change elsewhere is applied beside the bad file, and that taking that away is enough."""
    ground.commit({"specs/pools/new.yaml": "capacity: {cpus: 2}\n"})
    ground.passes()
    states = {address: ground.state(address) for address in ("pools/shared", "pools/new", "datasets/loans")}
    assert set(states.values()) == {"ready"}, states
    assert ground.told == []
    ground.commit({bad: None})
    ground.passes()
    assert ground.problems() == ""


@pytest.mark.parametrize("name", TEXTS)
def test_a_bad_spec_stalls_alone_and_names_its_place(ground: Ground, name: str) -> None:
    path, content, place, words = TEXTS[name]
    ground.commit({path: content})
    with memory_held(below=40 * 2**20):
        ground.once()
    (problem,) = ground.problems().splitlines()
    assert problem.startswith(place)
    assert words in problem
    address = path.removeprefix("specs/").removesuffix(".yaml")
    assert (ground.state(address), ground.message(address)) == ("stalled", problem)
    others_go_on(ground, bad=path)


HOSTILE = ["no YAML", "binary", "50 MB", "10,000 levels", "aliases without end"]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("path", ["environments/dev/datasets/loans.yaml", PART])
def test_a_hostile_patch_or_part_is_refused_like_a_spec(ground: Ground, name: str, path: str) -> None:
    """What was accepted before stays: the dataset stalls, and its version is kept."""
    versions = ground.engines.data.list().versions
    ground.commit({path: TEXTS[name][1], **({LOANS: USER} if path == PART else {})})
    with memory_held(below=40 * 2**20):
        ground.once()
    (problem,) = ground.problems().splitlines()
    assert problem.startswith(f"{path}:")
    assert TEXTS[name][3] in problem
    assert ground.state("datasets/loans") == "stalled"
    assert ground.state("pools/shared") == "ready"
    assert ground.engines.data.list().versions == versions
    ground.commit({path: None, LOANS: None})
    assert ground.told == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_environment_leaves_the_last_commit_in_force(ground: Ground, name: str) -> None:
    path, applied = "environments/dev/environment.yaml", ground.source.head()
    ground.commit({path: TEXTS[name][1]})
    with memory_held(below=40 * 2**20):
        ground.once()
    (note,) = ground.last_pass()["notes"]
    assert f"is not applied: {path}:" in note
    assert TEXTS[name][3] in note
    assert ground.last_pass()["commit"] == applied
    assert ground.state("datasets/loans") == "ready"


CIRCLES = {
    "interpolations": ({SPEC: "source: ${b}\nb: ${source}\n"}, f"{SPEC}:1:9: source:", "round in a circle: source → b"),
    "parts": ({SPEC: USER, PART: "defaults: [bad]\n"}, f"{SPEC}:", "includes itself (remove it from the list)"),
    "parts of parts": (
        {
            SPEC: USER.replace("bad", "shape"),
            "specs/parts/shape.yaml": "defaults: [/parts/a]\n",
            "specs/parts/a.yaml": "defaults: [/parts/shape]\n",
        },
        "specs/parts/a.yaml:1:12:",
        "`parts/shape` includes itself (remove it from the list)",
    ),
}
"""Resources can't refer to each other in a circle: each kind refers to other kinds, and none of them back."""


@pytest.mark.parametrize("name", CIRCLES)
def test_a_circle_is_named_and_what_is_outside_goes_on(ground: Ground, name: str) -> None:
    files, place, words = CIRCLES[name]
    ground.commit(files)
    ground.once()
    assert place in ground.problems()
    assert words in ground.problems()
    assert ground.state("datasets/bad") == "stalled"
    others_go_on(ground, bad=SPEC)


NAMES = {
    "specs/datasets/..bad.yaml": None,  # a hidden file: somebody's own
    "specs/datasets/a..b.yaml": "`a..b` is no name for a resource",
    "specs/datasets/Ünïcode.yaml": "`Ünïcode` is no name for a resource",
    "specs/datasets/a\u202eb.yaml": "its path isn't plain text",
    "specs/datasets/a\u0308.yaml": "is no name for a resource",
    "specs/datasets/аdmin.yaml": "is no name for a resource",  # noqa: RUF001  a Cyrillic letter, on purpose
    "specs/datasets/😀.yaml": "is no name for a resource",
    "specs/datasets/a\nb.yaml": "its path isn't plain text",
    "specs/datasets/-x.yaml": "`-x` is no name for a resource",
    f"specs/datasets/{'x' * 64}.yaml": "is no name for a resource",
    "specs/datasets/bad.yml": "rename it to bad.yaml",
    "specs/dataset/bad.yaml": "there is no kind `dataset` (did you mean `datasets`?)",
    "specs/datasets/deep/bad.yaml": "a spec lies directly in datasets/",
}


@pytest.mark.parametrize("path", NAMES, ids=ascii)
def test_a_name_that_is_none_is_told_and_makes_nothing(ground: Ground, path: str) -> None:
    words = NAMES[path]
    ground.commit({path: "source: {sql: {url: 'sqlite:///x.db', query: SELECT 1}}\n"})
    ground.once()
    told = ground.problems().splitlines()
    assert [words in problem and problem.isprintable() for problem in told] == ([True] if words else [])
    assert all(status.count("/") == 2 for status in ground.status.read().files if status.startswith("status/"))
    others_go_on(ground, bad=path)


def test_a_name_in_a_reference_climbs_nowhere(ground: Ground) -> None:
    path = "specs/experiments/bad.yaml"
    ground.commit({path: TRAINING.replace("datasets/loans", "datasets/../../../etc/passwd")})
    ground.once()
    assert f"{path}:1:10: dataset:" in ground.problems()
    others_go_on(ground, bad=path)


def test_code_climbs_nowhere(ground: Ground) -> None:
    path = "specs/experiments/bad.yaml"
    for code in ("../outside", "/etc", "a/../../b", "./x"):
        command = f"{{command: [python, train.py], code: {code}}}"
        ground.commit({path: TRAINING.replace("runner: tabular", f"runner: {command}")})
        ground.once()
        assert f"{path}:3:" in ground.problems()
        assert "is no folder of this repository (write its path from the root" in ground.problems()
    others_go_on(ground, bad=path)


def test_every_bad_spec_of_a_commit_is_told_at_once(ground: Ground) -> None:
    bad = {f"specs/datasets/bad-{number}.yaml": case[1] for number, case in enumerate(TEXTS.values())}
    ground.commit(bad)
    ground.once()
    assert {line.split(":")[0] for line in ground.problems().splitlines()} == set(bad)
    assert ground.state("datasets/loans") == "ready"
