"""What providers would refuse of specs by their options alone is found when specs are checked, at its field."""

from collections.abc import Iterator

import pytest

from reconciler.model.kinds.spec import Spec
from reconciler.plugins.options import LocalServing
from reconciler.plugins.refusals import Refusal
from tests.unit.reconciler.compose.samples import SMALL, told

PUBLIC = "visibility: public\naccess: {%s}\n"
OWN = "dataset: datasets/loans\ntarget: paid\nmetric: {name: roc_auc}\nrunner: {command: [python], image: own}\n"
KSERVE = {"serving": "{provider: kserve, image: x, %s}"}
KUBERNETES = {"pool": "{provider: kubernetes, image: x, gpu_kinds: {a100: {gpu: a100}}}"}

REFUSED: tuple[tuple[dict[str, str], str, str, str], ...] = (
    (
        {},
        "deployments/api",
        PUBLIC % "open: true",
        "visibility: public endpoints of this environment listen",
    ),
    ({}, "deployments/api", PUBLIC % "forward: true", "access.forward: its spec says access.forward, and this"),
    ({}, "experiments/own", OWN, "runner.image: it asks for the image own, and the jobs of this environment run"),
    (
        {"serving": KSERVE["serving"] % ""},
        "deployments/api",
        PUBLIC % "keys: ['${secret:K}']",
        "access.keys: it asks",
    ),
    (
        {"serving": KSERVE["serving"] % ""},
        "deployments/api",
        "rollout: {steps: [50, 100]}\n",
        "rollout.steps: its traffic can't be divided",
    ),
    (
        {"serving": KSERVE["serving"] % "runtime: {format: onnx, logger: http://log}"},
        "deployments/api",
        "payloads: {sample: 0.5}\n",
        "payloads: KServe's agent logs all of each request",
    ),
    (
        KUBERNETES,
        "pools/own",
        "capacity: {gpu_kinds: {t4: 1}}\n",
        "capacity.gpu_kinds.t4: no labels are known",
    ),
    (
        {"pool": "{provider: kubernetes, image: x, gpu_kinds: {a: {x: y}, b: {x: z}}}"},
        "pools/own",
        "capacity: {gpu_kinds: {a: 1, b: 1}}\nteams: {risk: {limit: {gpus: 1}}}\n",
        "teams.risk.limit.gpus: the pool has gpus of several kinds",
    ),
    (
        {"pool": "{provider: ray, address: 'http://ray:8265'}"},
        "experiments/own",
        OWN,
        "runner.image: it asks for the image own",
    ),
)


def problems(choices: dict[str, str], address: str, spec: str) -> list[str]:
    """Return what is told of a spec in an environment of such providers."""
    environment = SMALL["environments/dev/environment.yaml"]
    kept = [line for line in environment.splitlines() if line.split(":")[0] not in choices]
    text = "\n".join([*kept, *(f"{port}: {choice}" for port, choice in choices.items())]) + "\n"
    return told({**SMALL, "environments/dev/environment.yaml": text, f"specs/{address}.yaml": spec})


@pytest.mark.parametrize(("choices", "address", "spec", "what"), REFUSED)
def test_what_is_refused_later_is_found_before(choices: dict[str, str], address: str, spec: str, what: str) -> None:
    found = problems(choices, address, spec)
    assert any(what in one for one in found), found


@pytest.mark.parametrize(
    ("choices", "address", "spec"),
    [
        ({"serving": "{provider: local, tls: internal}"}, "deployments/api", PUBLIC % "open: true"),
        ({"serving": "{provider: local, tls: off}"}, "deployments/api", PUBLIC % "open: true"),
        ({"serving": "{provider: local, public_address: 127.0.0.1}"}, "deployments/api", PUBLIC % "open: true"),
        ({"serving": "{provider: local, tls: '${secret:T}'}"}, "deployments/api", PUBLIC % "open: true"),
        ({}, "deployments/api", "rollout: {steps: [50, 100]}\n"),
        (
            {"serving": KSERVE["serving"] % "gateways: {internal: a/b}"},
            "deployments/api",
            "rollout: {steps: [9,100]}\n",
        ),
        ({"serving": KSERVE["serving"] % ""}, "deployments/api", PUBLIC % "open: true"),
        (KUBERNETES, "pools/own", "capacity: {gpu_kinds: {a100: 1}}\n"),
        (KUBERNETES, "experiments/own", OWN),
    ],
)
def test_what_is_taken_is_not_refused(choices: dict[str, str], address: str, spec: str) -> None:
    assert problems(choices, address, spec) == []


def test_a_provider_that_fails_to_say_is_an_error_of_the_spec(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: LocalServing, __: Spec) -> Iterator[Refusal]:
        raise KeyError("odd")

    monkeypatch.setattr(LocalServing, "refusals", fails)
    assert any("serving.local" in one for one in problems({}, "deployments/api", "replicas: {maximum: 2}\n"))
