"""Sites are read as they were written, and one that isn't whole lets nobody in."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.ids import Digest
from reconciler.model.kinds.access import Access
from reconciler.providers.serving.local.access import Guard
from reconciler.providers.serving.local.former_sites import keep, read
from reconciler.providers.serving.local.sites import Site
from tests.unit.reconciler.providers.serving.local.told import NEW, OLD

PLAIN = Site("plain", {OLD: ()}, {}, key="X-User")
GUARDED = Site("guarded", {OLD: (Path("/a"), Path("/b")), NEW: ()}, {OLD: 90, NEW: 10}, True, Guard(("k" * 16,)))
ASKED = Site("asked", {NEW: ()}, {}, True, Guard(forward="http://auth"))
CORS = Access.model_validate({"open": True, "cors": {"origins": ["https://a.example"], "max_age": "1h"}}).cors
COUNTED = Site("counted", {NEW: ()}, {NEW: 100}, True, Guard(is_open=True, policy="cG9saWN5", by="address", cors=CORS))
KEYS = {("guarded", OLD): ["k" * 16]}


def keys_of(name: str, revision: Digest) -> list[str]:
    return KEYS.get((name, revision), [])


def test_they_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "sites.json"
    assert read(path, {"plain"}, keys_of) == ()
    keep(path, (PLAIN, GUARDED, ASKED, COUNTED))
    assert read(path, {"guarded", "asked", "counted", "plain"}, keys_of) == (ASKED, COUNTED, GUARDED, PLAIN)
    assert read(path, {"guarded"}, lambda *_: ()) == (replace(GUARDED, guard=Guard()),), "nobody is let in"
    assert "k" * 16 not in path.read_text()
    before = path.stat()
    keep(path, (ASKED, COUNTED, PLAIN, GUARDED))
    assert path.stat() == before
    keep(path, ())
    assert read(path, {"plain"}, keys_of) == ()


def test_what_a_former_version_wrote_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sites.json"
    keep(path, (GUARDED, ASKED))
    told = json.loads(path.read_text())
    for site in told.values():
        site["guard"] = {"forward": site["guard"]["forward"]}
    path.write_text(json.dumps(told))
    assert read(path, {"guarded", "asked"}, keys_of) == (ASKED, GUARDED)


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("guard", {}),
        ("guard", 1),
        ("guard", []),
        ("guard", {"forward": "", "cors": {"origins": ["x"]}}),
        ("pools", []),
        ("pools", {OLD: 1}),
        ("traffic", {OLD: "x"}),
    ],
)
def test_one_that_isn_t_whole_is_left_out(tmp_path: Path, name: str, odd: Any) -> None:
    path = tmp_path / "sites.json"
    keep(path, (PLAIN, GUARDED))
    told = json.loads(path.read_text())
    told["guarded"][name] = odd
    path.write_text(json.dumps(told))
    assert read(path, {"plain", "guarded"}, keys_of) == (PLAIN,)
    del told["guarded"]["guard"]
    path.write_text(json.dumps(told))
    assert read(path, {"guarded"}, keys_of) == ()
