"""The wiring: the one place that names both ports and providers. Providers are imported when they are asked for."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from socket import gethostname
from typing import Any, cast

from reconciler.compose import Composer
from reconciler.compose.commit_policy import read_policy
from reconciler.containment import Failure, contained
from reconciler.controllers import CONTROLLERS
from reconciler.git.remote import Access
from reconciler.home import CODE, MIRROR, claim, claim_for
from reconciler.lease.claim import NOBODY
from reconciler.lease.heartbeat import Heartbeat
from reconciler.lease.lease import LeaseHeld
from reconciler.lease.opening import FAR, NEAR, AnyLease, Opened, open_lease
from reconciler.lineage.events import Place
from reconciler.loop.announcing import Announcing
from reconciler.loop.apply import Applier
from reconciler.loop.asking import Asking
from reconciler.loop.attesting import Attesting
from reconciler.loop.cycle import Cycle
from reconciler.loop.environment import Converging
from reconciler.loop.reviewing import Reviewer
from reconciler.loop.telling import Telling
from reconciler.loop.verification import Verification, Verifier
from reconciler.loop.whole_pages import WholePages
from reconciler.model.commit_policy import CommitPolicy
from reconciler.model.environment import Environment, ProviderChoice
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.ids import Address, CommitId
from reconciler.model.text import printable
from reconciler.notices.bodies import Sender
from reconciler.plugins import PORTS, PROVIDERS, Plugins, installed
from reconciler.ports.engines import Engines
from reconciler.ports.forge import Forge
from reconciler.ports.pool import RunnerPool
from reconciler.ports.reviews import Reviews
from reconciler.ports.source import SourceTree
from reconciler.reviews.rehearsals import Rehearsals
from reconciler.settings import APP_KEY, Settings, git_app
from reconciler.signatures import SigningKey, check, pinned
from reconciler.status.branch import StatusBranch
from reconciler.status.elsewhere import Elsewhere
from reconciler.status.write import BEAT
from reconciler.watched.branch import Source
from runners.contract.secrets import PREFIX, SECRET

LOCAL = ProviderChoice(provider="local")
SHARED = ("data", "pool")
"""The ports whose embedded engines all environments of a repository share."""


class SystemClock:
    """The system's clock."""

    def now(self) -> datetime:
        """Return the time, in UTC and aware of it."""
        return datetime.now(UTC)


def provider(port: str, choice: ProviderChoice, plugins: Plugins) -> Callable[..., Any]:
    """Import the provider that an environment chose for a port.

    Raises:
        Refused: there is no such provider, or its package or what that needs isn't installed.
    """
    known = plugins.provider(port, choice.provider)
    try:
        return cast("Callable[..., Any]", plugins.load(PROVIDERS, f"{port}.{choice.provider}", known.build))
    except Refused as error:
        if not (isinstance(error.__cause__, ImportError) and known.install):
            raise
        raise Refused(
            f"the {port} provider {choice.provider} needs a package that is not installed: {error.__cause__.name}",
            f"pip install '{known.install}'",
        ) from error


def engines(environment: Environment, settings: Settings, source: Source, plugins: Plugins | None = None) -> Engines:
    """Build the engines that an environment's file names. The embedded ones keep their state below `settings.home`."""
    data, pool, serving, forge, labelling = (engine(port, environment, settings, source, plugins) for port in PORTS)
    return Engines(
        data=data,
        reader=data,
        pool=pool,
        serving=serving,
        forge=forge,
        clock=SystemClock(),
        reviews=forge if isinstance(forge, Reviews) else None,
        labelling=labelling,
    )


def engine(
    port: str, environment: Environment, settings: Settings, source: Source, plugins: Plugins | None = None
) -> Any:
    """Build the engine that an environment's file names for one port, such as `data`."""
    home, choice = settings.home, cast("ProviderChoice", getattr(environment, port))
    claim(home, source.repository.place)
    default = home / port if port in SHARED else home / port / settings.environment
    place = folder(choice, default, home)
    if place != default and port not in SHARED:
        claim_for(place, settings.environment)
    offers = {"clock": SystemClock(), "environ": offered(environment), **_named(settings, source), "folder": place}
    return _built(port, choice, offers, plugins or installed())


def forge_of(environment: Environment, settings: Settings, source: Source) -> Forge:
    """Build the forge of an environment by itself, for who asks nothing else of its engines."""
    return cast("Forge", _built("forge", environment.forge, _named(settings, source), installed()))


def _named(settings: Settings, source: Source) -> Mapping[str, Any]:
    """Return what a provider may be given of the repository, and of the environment by its name."""
    return {
        "environment": settings.environment,
        "repository": source.repository,
        "branch": settings.branch,
        "signing_key": signing_key(settings),
    }


def scratch_pool(environment: Environment, folder: Path) -> RunnerPool:
    """Return a pool of this machine that keeps all in a folder of its own: what it runs, no other pool hears of.

    Its jobs get what those of the environment's pool get where that is one of this machine, too.
    """
    plugins, chosen = installed(), environment.pool if environment.pool.provider == "local" else LOCAL
    offers = {"folder": folder, "clock": SystemClock(), "environ": offered(environment)}
    return cast("RunnerPool", _built("pool", chosen, offers, plugins))


def _built(port: str, choice: ProviderChoice, offers: Mapping[str, Any], plugins: Plugins) -> Any:
    """Make the provider that an environment chose.

    Raises:
        Refused: its options don't fit, or its declaration asks for what isn't handed to any provider.
    """
    build, given = provider(port, choice, plugins), plugins.provider(port, choice.provider).given
    what = f"the {port} provider {choice.provider} can't be made"
    if strange := sorted(set(given) - offers.keys()):
        raise Refused(f"{what}: it asks for {', '.join(strange)}", f"it may be given {', '.join(sorted(offers))}")
    options = {key: value for key, value in choice.options.items() if key != "path" or "folder" not in given}
    made_of = {name: offers[name] for name in given}
    try:
        signature(build).bind(**made_of, **options)
        return build(**made_of, **options)
    except (TypeError, ValueError) as error:
        hint = f"see its options in the documentation, and `{port}` in environment.yaml"
        raise Refused(f"{what}: {error}", hint) from error


def offered(environment: Environment) -> Mapping[str, str]:
    """Return the environment variables that a pool of this machine may give to jobs: no secret of a provider."""
    choices: tuple[ProviderChoice, ...] = tuple(getattr(environment, port) for port in PORTS)
    named = {PREFIX + name for choice in choices for name in SECRET.findall(str(choice.options))}
    named |= {PREFIX + APP_KEY} if git_app() else set()
    return {name: value for name, value in os.environ.items() if name not in named}


def folder(choice: ProviderChoice, default: Path, home: Path) -> Path:
    """Return the folder of an embedded engine: the option `path`, which is one below the home, or the default.

    Raises:
        Refused: the path leads out of the home, by itself or by a link, or to a folder of the home's other parts.
    """
    path = choice.options.get("path")
    if not path:
        return default
    chosen, root = home / str(path), home.resolve()
    place = chosen.resolve()
    what = f"the path {printable(str(path))} of the provider {choice.provider}"
    if not place.is_relative_to(root) or place == root:
        raise Refused(
            f"{what} is no folder below {home}", "name one below the daemon's home; --home says where that is"
        )
    room = place.relative_to(root).parts[0]
    if room in (*PORTS, CODE, MIRROR) and place != default.resolve():
        raise Refused(f"{what} lies in {room}, which belongs to others", f"name another one, such as my-{room}")
    return chosen


class Holding:
    """The lease as the daemon asks for it: held or not, and by whom. `check` raises where it may not be asked for."""

    def __init__(self, lease: AnyLease, check: Callable[[], None] = lambda: None) -> None:
        self._lease = lease
        self._check = check
        self._other = NOBODY

    def acquire(self) -> bool:
        """Take the lease, or hold it for another span; False while another daemon holds it.

        Raises:
            Refused: a newer version of Setpoint ran this environment; the lease is left to those who can go on.
            Unavailable: the repository is out of reach.
        """
        if not self._lease.held():
            self._check()
        try:
            self._lease.acquire()
        except LeaseHeld as error:
            self._other = error.claim
            return False
        return True

    def held(self) -> bool:
        """Tell whether it is held, by its own clock; asks nobody."""
        return self._lease.held()

    def had_last(self) -> bool:
        """Tell whether nobody is known to have held it since this daemon did."""
        return self._lease.had_last()

    def holder(self) -> str:
        """Return who else held it when this daemon last asked; nobody asks anybody here."""
        return self._other.holder or "nobody yet"

    def other(self) -> Heartbeat:
        """Return when whoever else held it was alive, when this daemon last asked."""
        return Heartbeat(self._other.holder, self._other.seen, self._other.span)

    def release(self) -> None:
        """Give it back."""
        self._lease.release()


@dataclass(frozen=True, slots=True)
class Wired:
    """One environment of a repository, wired up. Its lease is renewed at intervals of `renewal`."""

    settings: Settings
    source: Source
    status: StatusBranch
    lease: Holding
    renewal: timedelta
    converging: Converging
    reviewer: Reviewer
    telling: Telling
    announcing: Announcing


def wire(
    settings: Settings,
    goes_on: Callable[[], bool] = lambda: True,
    tell: Callable[[Address, Failure], None] = lambda _address, _failure: None,
    *,
    trees: Callable[[CommitId], SourceTree] | None = None,
    source: Source | None = None,
    verifier: Verifier | None = None,
) -> Wired:
    """Wire up an environment.

    Args:
        settings: what was told from outside.
        goes_on: asked before each change; False stops further writes, as does a lease that isn't held or has run out.
        tell: told of defects that were contained.
        trees: lists the files of a commit that the watched repository may not have, such as one that isn't pushed.
        source: the watched branch, where it is open already.
        verifier: decides whether a commit may be applied; by default, who signed it.
    """
    source = source or open_source(settings)
    composer = Composer(lambda commit: _tree(source, trees, commit), settings.environment)
    opened = _lease(settings, source)
    lease = opened.lease
    status = StatusBranch(source.repository, settings.environment, lease)
    elsewhere = Elsewhere(lambda name: StatusBranch(source.repository, name))

    def may_write() -> bool:
        return lease.held() and goes_on()

    asking, telling, announcing = Asking(SystemClock().now), *_telling(settings, may_write)

    def make_cycle(chosen: Engines) -> Cycle:
        applier = _applier(chosen, settings, source, may_write, asking)
        return Cycle(
            composer, chosen, status, controllers=CONTROLLERS, applier=applier, tell=tell, beat=BEAT,
            elsewhere=elsewhere.read, answers=asking.answers, host=lease.holder, telling=telling, announcing=announcing,
        )  # fmt: skip

    converging = Converging(
        source,
        status,
        composer,
        build=lambda environment: engines(environment, settings, source),
        make_cycle=make_cycle,
        verifier=verifier or verification(settings, source),
        elsewhere=elsewhere.moved,
    )
    reviewer = _reviewer(settings.environment, source, status, converging, tell)
    holding = Holding(lease, converging.is_readable)
    return Wired(settings, source, status, holding, opened.every, converging, reviewer, telling, announcing)


def _telling(settings: Settings, may_send: Callable[[], bool]) -> tuple[Telling, Announcing]:
    """Return what tells a catalogue of runs, and people of what needs them."""
    place = Place("", settings.environment, settings.place, settings.branch, version("setpoint"))
    telling = Telling(place, may_send, folder=settings.home / "lineage" / settings.environment)
    return telling, Announcing(Sender(settings.environment, settings.place), may_send)


def _reviewer(
    environment: str,
    source: Source,
    status: StatusBranch,
    converging: Converging,
    tell: Callable[[Address, Failure], None],
) -> Reviewer:
    rehearsals = Rehearsals(Source(source.repository, source.branch), environment, contained(CONTROLLERS, tell))
    return Reviewer(rehearsals, environment, lambda: converging.reviews, WholePages(environment, status))


def _lease(settings: Settings, source: Source) -> Opened:
    repository, span = source.repository, lease_span(source)
    return open_lease(settings.lease, repository, settings.environment, holder_name(), clock=SystemClock(), span=span)


def _applier(
    chosen: Engines, settings: Settings, source: Source, may_write: Callable[[], bool], asking: Asking
) -> Applier:
    attest = Attesting(chosen.reader, signing_key(settings), version("setpoint"))

    def to_folder(tree: str) -> str:
        return export(source, tree, settings.home / CODE)

    return Applier(chosen, to_folder, may_write, attest=attest, ask=asking.ask)


def verification(settings: Settings, source: Source) -> Verification:
    """Return what decides whether a commit may be applied, by who signed it."""

    def policy_of(commit: CommitId) -> CommitPolicy:
        return read_policy(source.tree(commit), settings.environment)

    key = signing_key(settings)
    own_key = key.public if key else None
    return Verification(
        source, policy_of, check, now=SystemClock().now, pinned=pinned(settings.verify_with), own_key=own_key
    )


def signing_key(settings: Settings) -> SigningKey | None:
    """Return the key that signs what is merged from here, and statements about models."""
    return SigningKey(settings.signing_key) if settings.signing_key else None


def holder_name() -> str:
    """Return who holds a lease: where people find the daemon, and what tells it from all others.

    Containers of one name have their processes' ids in common.
    """
    return f"{gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def _tree(source: Source, trees: Callable[[CommitId], SourceTree] | None, commit: CommitId) -> SourceTree:
    """List the files of a commit: by the watched repository, or where that hasn't got it, by another."""
    if trees is None:
        return source.tree(commit)
    try:
        return source.tree(commit)
    except Unavailable:
        return trees(commit)


def lease_span(source: Source) -> timedelta:
    """Return how long a claim holds: short where renewing costs nothing, longer where a forge counts the requests."""
    return NEAR if source.repository.watched else FAR


def open_source(settings: Settings) -> Source:
    """Open the watched branch."""
    place = settings.repository
    return Source.open(place, settings.branch, settings.home / MIRROR, git_access(place))


def git_access(place: str) -> Access | None:
    """Return what gives Git its credentials for a repository: the App that the environment variables name, if any."""
    options = git_app()
    if not options or not place.startswith(("https://", "http://")):
        return None
    from reconciler.providers.forge.github.git_access import git_access as by_app

    return by_app(place, **options).given


def export(source: Source, tree: str, home: Path) -> str:
    """Write a folder of the repository, once, to where the jobs of this machine can read it; return its URL."""
    source.export(tree, home / tree)
    return (home / tree).absolute().as_uri()
