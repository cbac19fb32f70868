"""Issuers: when keys are fetched, how often, and how long they are kept, by a clock that the tests set."""

import asyncio
from typing import Any

import pytest

from reconciler.model.kinds.access import Jwt
from reconciler.providers.serving.local.authorizer.fetching import Unreachable
from reconciler.providers.serving.local.authorizer.issuers import AGAIN, FRESH, KEPT, SOON, Issuers
from tests.unit.reconciler.providers.serving.local.authorizer.issuing import EC, NEXT, RSA, Key

ISSUER = "https://login.example"
DISCOVERY, AT = f"{ISSUER}/.well-known/openid-configuration", "https://keys.example/jwks"


class World:
    """The documents of the world, each fetch of one, and the time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.asked: list[str] = []
        self.documents: dict[str, Any] = {DISCOVERY: {"issuer": ISSUER, "jwks_uri": AT}}
        self.has(RSA)
        self.gate: asyncio.Event | None = None

    def has(self, *keys: Key) -> None:
        self.documents[AT] = {"keys": [key.public for key in keys]}

    async def __call__(self, url: str) -> Any:
        self.asked.append(url)
        if self.gate:
            await self.gate.wait()
        if url not in self.documents:
            raise Unreachable(f"{url} is away")
        return self.documents[url]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def issuers(world: World) -> Issuers:
    return Issuers(world, lambda: world.now)


def jwt(**told: Any) -> Jwt:
    return Jwt.model_validate({"issuer": ISSUER, "audience": "shop", **told})


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_keys_are_where_the_issuer_says_and_are_fetched_once(world: World, issuers: Issuers) -> None:
    async def play() -> None:
        found = await asyncio.gather(*(issuers.keys(jwt()) for _ in range(5)))
        assert len({*map(id, found)}) == 1
        assert world.asked == [DISCOVERY, AT]
        world.now += FRESH - 1
        await issuers.keys(jwt(audience="other"))
        await settled()
        assert len(world.asked) == 2

    asyncio.run(play())


def test_an_address_that_is_told_is_asked_alone(world: World, issuers: Issuers) -> None:
    asyncio.run(issuers.keys(jwt(jwks_url=AT)))
    assert world.asked == [AT]


def test_keys_that_are_told_are_taken_and_nobody_is_asked(world: World, issuers: Issuers) -> None:
    async def play() -> None:
        wanted = jwt(jwks=[EC.public])
        keys = await issuers.keys(wanted)
        assert keys.find("ec-1", "ES256")
        assert await issuers.keys(wanted) is keys
        assert await issuers.newer(wanted, keys) is None

    asyncio.run(play())
    assert not world.asked


def test_keys_are_renewed_while_nobody_waits(world: World, issuers: Issuers) -> None:
    async def play() -> None:
        former = await issuers.keys(jwt())
        world.has(NEXT)
        world.now += FRESH
        assert await issuers.keys(jwt()) is former
        await settled()
        assert (await issuers.keys(jwt())).find("rsa-2", "RS256")

    asyncio.run(play())


def test_keys_that_nobody_asked_for_in_a_while_are_not_taken_as_they_are(world: World, issuers: Issuers) -> None:
    async def play() -> None:
        former = await issuers.keys(jwt())
        world.has(NEXT)
        world.now += 2 * FRESH
        found = await asyncio.gather(*(issuers.keys(jwt()) for _ in range(3)))
        assert all(keys.find("rsa-2", "RS256") for keys in found)
        latest, world.documents = found[0], {}
        world.now += 2 * FRESH
        assert await issuers.keys(jwt()) is latest is not former, "the issuer is away"

    asyncio.run(play())


def test_an_unknown_key_has_them_fetched_but_not_at_will(world: World, issuers: Issuers) -> None:
    async def play() -> None:
        former = await issuers.keys(jwt())
        world.has(RSA, NEXT)
        assert await issuers.newer(jwt(), former) is None, "they were fetched a moment ago"
        assert len(world.asked) == 2
        world.now += AGAIN
        newer = await asyncio.gather(*(issuers.newer(jwt(), former) for _ in range(50)))
        assert all(keys and keys.find("rsa-2", "RS256") for keys in newer)
        assert len(world.asked) == 4
        latest = await issuers.keys(jwt())
        for _ in range(50):
            assert await issuers.newer(jwt(), latest) is None
        assert len(world.asked) == 4

    asyncio.run(play())


def test_keys_are_kept_while_the_issuer_is_away_for_a_day(world: World, issuers: Issuers) -> None:
    async def play() -> None:
        former = await issuers.keys(jwt())
        known = world.documents.pop(AT)
        for _ in range(100):
            world.now += (KEPT - 100) / 100
            assert await issuers.keys(jwt()) is former
            await settled()
        world.now += 101
        with pytest.raises(Unreachable, match="is away"):
            await issuers.keys(jwt())
        world.documents[AT] = known
        world.now += AGAIN
        assert await issuers.keys(jwt())

    asyncio.run(play())


def test_while_none_are_known_it_is_asked_now_and_then(world: World, issuers: Issuers) -> None:
    async def play() -> None:
        known = world.documents.pop(DISCOVERY)
        for _ in range(20):
            with pytest.raises(Unreachable):
                await issuers.keys(jwt())
        assert len(world.asked) == 1
        world.documents[DISCOVERY] = known
        world.now += SOON
        assert await issuers.keys(jwt())

    asyncio.run(play())


def test_who_gives_up_waiting_ends_no_fetch_of_others(world: World, issuers: Issuers) -> None:
    async def play() -> None:
        world.gate = asyncio.Event()
        first, second = (asyncio.create_task(issuers.keys(jwt())) for _ in range(2))
        await settled()
        first.cancel()
        world.gate.set()
        assert await second

    asyncio.run(play())


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"issuer": "https://other.example", "jwks_uri": AT}, "of another issuer"),
        ({"issuer": f"{ISSUER}/", "jwks_uri": AT}, "of another issuer"),
        ([], "of another issuer"),
        ({"issuer": ISSUER}, "no address of keys"),
        ({"issuer": ISSUER, "jwks_uri": 1}, "no address of keys"),
        ({"issuer": ISSUER, "jwks_uri": "http://127.0.0.1:8500/v1/kv"}, "no address of keys"),
        ({"issuer": ISSUER, "jwks_uri": "https://localhost/keys"}, "no address of keys"),
        ({"issuer": ISSUER, "jwks_uri": "http://[::1/"}, "no address of keys"),
    ],
)
def test_a_discovery_is_of_its_issuer_and_leads_to_nothing_of_this_machine(
    world: World, issuers: Issuers, told: Any, why: str
) -> None:
    world.documents[DISCOVERY] = told
    with pytest.raises(Unreachable, match=why):
        asyncio.run(issuers.keys(jwt()))


def test_a_document_that_is_no_key_set_is_told(world: World, issuers: Issuers) -> None:
    world.documents[AT] = {"keys": []}
    with pytest.raises(Unreachable, match="can't be used"):
        asyncio.run(issuers.keys(jwt()))
