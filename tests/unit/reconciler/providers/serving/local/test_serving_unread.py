"""A record that can't be understood, among real processes and Caddys: its endpoint stands still, the others go on."""

import json
import os
import urllib.request

import pytest

from reconciler.model.errors import Unavailable
from reconciler.model.ids import Address
from reconciler.model.observed import RevisionState
from tests.unit.reconciler.providers.serving.local.conftest import Place
from tests.unit.reconciler.providers.serving.local.told import DEPLOYMENT, NEW, OLD, order

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_process_left")]

SHOP = Address("deployments/shop")


def test_a_record_that_can_t_be_read_stalls_its_endpoint_alone(place: Place) -> None:
    """It answers as before, whoever starts; the others get revisions and traffic, and end."""
    place.go_live()
    place.serving.start(order(deployment=SHOP))
    place.until(lambda: place.serving.list()[SHOP].revisions[OLD].state is RevisionState.READY)
    url, pid = place.endpoint.url, place.ask()["pid"]
    path = place.folder / "endpoints" / "employment.json"
    text = path.read_text()
    path.write_text(text[:50])
    place.serving = place.opened()
    assert f"the record {path} can't be understood" in place.endpoint.unread
    assert "restore it, or remove it" in place.endpoint.unread
    assert (place.endpoint.revisions, place.endpoint.traffic) == ({}, {})
    place.serving.start(order(NEW, deployment=SHOP))
    place.until(lambda: place.serving.list()[SHOP].revisions[NEW].state is RevisionState.READY)
    place.serving.route(SHOP, {NEW: 100})
    place.until(lambda: _answers(place, url.replace("employment", "shop"), "shop") == NEW)
    assert place.ask(url=url)["pid"] == pid
    for act in (place.serving.delete, lambda it: place.serving.stop(it, OLD), lambda it: place.serving.logs(it, OLD)):
        with pytest.raises(Unavailable, match="can't be understood"):
            act(DEPLOYMENT)
    with pytest.raises(Unavailable, match="can't be understood"):
        place.serving.start(order())
    place.serving.delete(SHOP)
    place.until(lambda: SHOP not in place.serving.list())
    assert place.ask(url=url)["pid"] == pid
    path.write_text(text)
    place.until(lambda: place.revision().state is RevisionState.READY)
    assert (place.endpoint.unread, place.ask()["pid"]) == ("", pid)


def _answers(place: Place, url: str, name: str) -> str:
    """Return which revision answers at an endpoint; empty while none does."""
    try:
        request = urllib.request.Request(f"{url}/v2/models/{name}/infer", b"x")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(json.load(answer)["revision"])
    except OSError:
        return ""


def test_a_stranger_s_record_is_told_and_touches_nobody(place: Place) -> None:
    place.go_live()
    folder = place.folder / "endpoints"
    (folder / "shop.json").write_text((folder / "employment.json").read_text())
    (folder / "No Name.json").write_text("{}")
    os.mkfifo(folder / "pipe.json")
    place.serving = place.opened()
    listed = place.serving.list()
    assert {name: bool(endpoint.unread) for name, endpoint in listed.items()} == {
        DEPLOYMENT: False,
        SHOP: True,
        Address("deployments/pipe"): True,
    }
    assert "it is that of deployments/employment" in listed[SHOP].unread
    assert "is a named pipe" in listed[Address("deployments/pipe")].unread
    place.serving.settle()
    assert place.ask()["revision"] == OLD
    for name in ("shop.json", "No Name.json", "pipe.json"):
        (folder / name).unlink()
