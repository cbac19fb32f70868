"""The locked requirements are whole: every file has its hash, and one machine can hold both locks at once."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.yardstick import ROOT, told

LOCKS = ("build", "daemon", "demo", "formats", "image", "label-studio", "mlserver", "servers", "test", "uv")
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>\S+)(?: ; (?P<marker>[^\\]+))? \\$", re.MULTILINE)
DECLARED = re.compile(r"^[A-Za-z0-9._-]+")
REGENERATE = "Run `make lock` and commit what it writes."


def lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")


def pins(text: str) -> set[tuple[str, str]]:
    return {(found["name"], found["version"]) for found in PIN.finditer(text)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    text = lock(name)
    bare = [line for line in text.splitlines() if line and line[0].isalnum() and not PIN.match(line)]
    assert not bare, told(bare, REGENERATE)
    blocks = re.split(r"\n(?=\S)", text)
    unsure = [block.split()[0] for block in blocks if "--hash=sha256:" not in block]
    assert not unsure, told(unsure, REGENERATE)


def test_the_test_lock_holds_all_of_the_demo_lock() -> None:
    different = sorted("==".join(pin) for pin in (pins(lock("demo")) | pins(lock("uv"))) - pins(lock("test")))
    assert not different, told(different, REGENERATE)


def test_the_demo_lock_holds_all_of_the_daemon_s() -> None:
    daemon = pins(lock("build")) | pins(lock("daemon"))
    different = sorted("==".join(pin) for pin in daemon - pins(lock("demo")))
    assert not different, told(different, REGENERATE)


def test_the_demo_needs_no_gpu_libraries() -> None:
    gpu = [name for name, _ in sorted(pins(lock("demo"))) if name.startswith(("nvidia-", "torch", "triton", "ray"))]
    assert not gpu, told(gpu, "Something drags in gigabytes that the demo doesn't use: see tool.uv in pyproject.toml.")


def test_everything_declared_is_locked() -> None:
    project = tomllib.loads(Path(ROOT, "pyproject.toml").read_text("utf-8"))
    extras, groups = project["project"]["optional-dependencies"], project["dependency-groups"]
    declared = [*project["project"]["dependencies"], *extras["local"], *extras["monitor"], *groups["build"]]
    more = [*declared, *extras["torch"], *extras["ray"], *groups["dev"]]
    missing = missing_from(lock("demo"), declared) + missing_from(lock("test"), more)
    missing += missing_from(lock("daemon"), project["project"]["dependencies"])
    missing += missing_from(lock("build"), project["build-system"]["requires"])
    assert not missing, told(missing, REGENERATE)


def missing_from(text: str, declared: list[str]) -> list[str]:
    """Return the declared requirements whose package has no pin."""
    locked = {name for name, _ in pins(text)}
    return [line for line in declared if normal(DECLARED.findall(line)[0]) not in locked]
