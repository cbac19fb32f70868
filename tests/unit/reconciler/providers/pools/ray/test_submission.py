"""From an order to what the cluster is asked for, and back from what it lists."""

import hashlib
import json
import zlib
from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.errors import Refused
from reconciler.model.ids import RunName
from reconciler.providers.pools.ray.jobs_api import ClusterJob
from reconciler.providers.pools.ray.options import read_options
from reconciler.providers.pools.ray.submission import FACTS, OWNER, read_facts, submission, submission_id
from tests.unit.reconciler.providers.pools.ray.conftest import RUN, order

OPTIONS = read_options({"address": "http://head:8265", "python": "/opt/my python", "grace": "2.5s"})


def variables(asked: dict[str, Any]) -> dict[str, str]:
    told: dict[str, str] = asked["runtime_env"]["env_vars"]
    return told


def test_names_are_readable_and_each_attempt_s_own() -> None:
    assert submission_id("setpoint", RUN, 2).startswith("setpoint-experiments-e-0123456789ab-")
    names = {submission_id("setpoint", RunName(run), n) for run in (RUN, "experiments-e-0123456789ab") for n in (1, 2)}
    assert len(names) == 4
    odd = submission_id("setpoint", RunName("datasets/ünï\n%/" + "x" * 500 + "\ud800"), 1)
    assert odd.isascii()
    assert len(odd) < 120
    assert "/" not in odd


def test_the_cluster_is_asked_for_what_the_order_asks_for() -> None:
    asked = submission(order(cpus=1.5, memory=2**30, gpus=2), 5.0, OPTIONS)
    assert (asked["entrypoint_num_cpus"], asked["entrypoint_num_gpus"]) == (1.5, 2)
    assert (asked["entrypoint_memory"], asked["entrypoint_resources"]) == (2**30, {})
    assert asked["entrypoint"] == "exec '/opt/my python' -m runners.launcher"
    assert asked["metadata"]["job_name"] == RUN
    assert variables(asked)["RAY_JOB_STOP_WAIT_TIME_S"] == "5"


def test_a_pool_may_ask_for_more_by_the_cluster_s_names() -> None:
    options = read_options(
        {"address": "http://head:8265", "resources": {"pools/shared": {"accelerator_type:A100": 0.1}}}
    )
    asked = submission(order(), 5.0, options)
    assert asked["entrypoint_resources"] == {"accelerator_type:A100": 0.1}
    assert json.loads(variables(asked)["SETPOINT_ORDER"])["resources"] == {"accelerator_type:A100": 0.1}
    assert submission(order(pool="pools/other"), 5.0, options)["entrypoint_resources"] == {}


def test_the_launcher_of_several_nodes_takes_nothing_for_itself() -> None:
    asked = submission(order(nodes=2, gpus=4), 5.0, OPTIONS)
    assert not [name for name in asked if name.startswith("entrypoint_")]
    told = json.loads(variables(asked)["SETPOINT_ORDER"])
    assert (told["nodes"], told["gpus"], told["placement"]) == (2, 4, "SPREAD")


def test_the_runtime_environment_is_the_operator_s_and_the_launcher_s() -> None:
    own = {"pip": ["a"], "env_vars": {"HF_HOME": "/data"}}
    options = read_options({"address": "http://head:8265", "runtime_env": own})
    asked = submission(order(), 5.0, options)
    assert asked["runtime_env"]["pip"] == ["a"]
    assert variables(asked)["HF_HOME"] == "/data"
    assert own == {"pip": ["a"], "env_vars": {"HF_HOME": "/data"}}


def test_nothing_is_put_into_a_request_on_its_way() -> None:
    params = {"query": "select '$HOME', '${PATH}'", "url": "${secret:WAREHOUSE}"}
    told = variables(submission(order(params=params), 5.0, OPTIONS))["SETPOINT_REQUEST"]
    assert "$" not in told
    assert json.loads(told) == {"params": params}


def test_a_long_request_is_packed() -> None:
    params = {f"column {number}": {"type": "integer", "minimum": 0} for number in range(5_000)}
    told = variables(submission(order(params=params), 5.0, OPTIONS))
    assert "SETPOINT_REQUEST" not in told
    assert len(told["SETPOINT_REQUEST_PACKED"]) < 80_000
    assert json.loads(zlib.decompress(b64decode(told["SETPOINT_REQUEST_PACKED"]))) == {"params": params}


def test_a_request_that_no_variable_holds_is_refused() -> None:
    noise = "".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(5_000))
    with pytest.raises(Refused, match="too large to be handed"):
        submission(order(params={"noise": noise}), 5.0, OPTIONS)


def test_an_order_is_read_from_the_cluster_s_list() -> None:
    ordered = order(cpus=2, nodes=3, attempt=4, team="vision")
    metadata = submission(ordered, 5.5, OPTIONS)["metadata"]
    job = ClusterJob(type="SUBMISSION", status="RUNNING", metadata=metadata)
    assert read_facts(job, "setpoint") == (replace(ordered, request={}), 5.5)
    assert read_facts(job, "another") is None


@pytest.mark.parametrize("metadata", [None, {}, {OWNER: "setpoint"}, {OWNER: "setpoint", FACTS: '{"run": "a"}'}])
def test_what_isn_t_ours_is_not_read(metadata: dict[str, str] | None) -> None:
    assert read_facts(ClusterJob(type="SUBMISSION", status="RUNNING", metadata=metadata), "setpoint") is None
