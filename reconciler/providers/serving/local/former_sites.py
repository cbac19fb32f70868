"""The sites that were routed last, kept so that an endpoint whose record can't be read stays reachable as it was.

Keys that let clients in aren't kept a second time: they are those of the revision with the most traffic. Tokens aren't
kept at all: those of the moment are made anew.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reconciler.model.ids import Digest
from reconciler.model.kinds.access import Cors
from reconciler.providers.serving.local.access import Guard
from reconciler.providers.serving.local.inner_gate import Inner
from reconciler.providers.serving.local.sites import Site
from reconciler.providers.serving.local.store import read_json, write


def keep(path: Path, sites: Sequence[Site]) -> None:
    """Write sites to a file, unless it holds them."""
    told = {site.name: _as_json(site) for site in sites}
    if read_json(path) != told:
        write(path, told)


def read(path: Path, names: Collection[str], keys: Callable[[str, Digest], Collection[str]]) -> tuple[Site, ...]:
    """Read sites from a file; one that isn't there, or isn't whole, is left out.

    Args:
        path: the file.
        names: which sites.
        keys: returns the keys that let in, by the site's name and the revision that says so.
    """
    told = read_json(path)
    found = (_from_json(name, told[name], keys) for name in sorted(names) if name in told)
    return tuple(site for site in found if site)


def _as_json(site: Site) -> dict[str, Any]:
    return {
        "pools": {revision: [str(socket) for socket in sockets] for revision, sockets in site.pools.items()},
        "traffic": dict(site.traffic),
        "is_public": site.is_public,
        "guard": _guard_as_json(site.guard) if site.guard else None,
        **({"key": site.key} if site.key else {}),
        **({"inner": True} if site.inner else {}),
    }


def _guard_as_json(guard: Guard) -> dict[str, Any]:
    told = {"forward": guard.forward, "is_open": guard.is_open, "policy": guard.policy, "by": guard.by}
    return {**told, "cors": guard.cors.model_dump(mode="json") if guard.cors else None}


def _guard_from_json(told: Mapping[str, Any], keys: Callable[[], Collection[str]]) -> Guard:
    forward, is_open = str(told["forward"]), told.get("is_open") is True
    policy, by = (str(told.get(name, "")) for name in ("policy", "by"))
    cors = Cors.model_validate(told["cors"]) if told.get("cors") else None
    known = () if forward or is_open else tuple(sorted(keys()))
    return Guard(known, forward, is_open=is_open, policy=policy, by=by, cors=cors)


def _from_json(name: str, told: Mapping[str, Any], keys: Callable[[str, Digest], Collection[str]]) -> Site | None:
    try:
        pools = {Digest(revision): tuple(map(Path, sockets)) for revision, sockets in told["pools"].items()}
        traffic = {Digest(revision): int(share) for revision, share in told["traffic"].items()}
        site = Site(name, pools, traffic, bool(told["is_public"]), key=str(told.get("key", "")))
        if told["guard"] is None and not told.get("inner"):
            return site
        leading = max(traffic, key=lambda revision: traffic[revision], default=None) or next(iter(pools))
        guard = _guard_from_json(told["guard"], lambda: keys(name, leading)) if told["guard"] is not None else None
        inner = Inner(tuple(sorted(keys(name, leading)))) if told.get("inner") else None
        return replace(site, guard=guard, inner=inner)
    except (AttributeError, KeyError, StopIteration, TypeError, ValueError):
        return None
