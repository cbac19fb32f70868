"""The state machine: what happens to a repository and its environments, one thing after another, drawn by Hypothesis.

It tells two lives the same, one with faults and one without, and the audit holds every call of theirs against what is
promised. At the end the faults stop, what is broken is mended, and both must have come to the same.
"""

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from reconciler.model.ids import Address, address, kind_of
from reconciler.simulation import Files
from reconciler.simulation.commits import WRONG, changed, difference, followers, path_of, specs, without
from reconciler.simulation.lives import Lives
from reconciler.simulation.people import ACTS
from tests.lives import repositories as random
from tests.lives.habits import troubled
from tests.lives.mending import mended
from tests.lives.renaming import FURTHER, renamed

SPANS = st.lists(st.sampled_from((0.0, 1.0, 20.0, 300.0)), min_size=1, max_size=8)
LONG = st.sampled_from((3600.0, 6 * 3600.0, 2 * 86400.0))
RATES = st.sampled_from((0.02, 0.05, 0.15, 0.3))
ENVIRONMENTS = (("dev",), ("dev",), ("dev", "prod"))


class Living(RuleBasedStateMachine):
    """A repository and its environments.

    In a patient life, people wait until all is at rest before they do something new, and both lives must then be the
    same. In a hasty one what is promoted and live depends on how far it came, and is not compared; only there alerts
    are raised.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lives = Lives((), 0, 0.0)
        self.names: Sequence[str] = ()
        self.files: Files = {}
        self.sound: Files = {}
        self.former: list[Files] = []
        self.held: set[Address] = set()
        self.is_patient = True

    @initialize(data=st.data(), seed=st.integers(0, 2**16), rate=RATES, names=st.sampled_from(ENVIRONMENTS),
                patient=st.booleans())  # fmt: skip
    def begin(self, data: st.DataObject, seed: int, rate: float, names: Sequence[str], patient: bool) -> None:
        """Begin with a random repository that has lived for a while."""
        self.names, self.is_patient = names, patient
        self.lives = Lives(names, seed, rate, troubled(alerts=not patient))
        self._commit(data.draw(random.repositories(names)), "begin")
        self.lives.play([60.0] * data.draw(st.sampled_from((0, 15, 40))))

    @rule(spans=SPANS)
    def live(self, spans: list[float]) -> None:
        """Let passes be made while things go wrong."""
        self.lives.play(spans)

    @rule(span=LONG, passes=st.integers(1, 6))
    def wait(self, span: float, passes: int) -> None:
        """Let hours or days pass: schedules fall due."""
        self.lives.play([span] * passes)

    @rule()
    def kill(self) -> None:
        """Kill the daemons."""
        self.lives.kill()

    @rule()
    def rest(self) -> None:
        """Let the faults stop for a while; a daemon that never saw a sound environment couldn't make a pass."""
        self._wait()
        if not self.is_patient and not any(self.files[_environment(name)] in WRONG for name in self.names):
            self.lives.rest()

    @rule(data=st.data(), spec=st.sampled_from(random.EVERY))
    def write(self, data: st.DataObject, spec: Address) -> None:
        """Add a spec, or write one anew."""
        self._wait()
        self._commit({**self.files, path_of(spec): random.written(data.draw(random.specs(spec)))}, f"write {spec}")

    @rule(data=st.data(), number=st.integers(0, 99))
    def change(self, data: st.DataObject, number: int) -> None:
        """Change a spec a little, or suspend it."""
        if spec := self._spec(data):
            self._wait()
            self._commit(changed(self.files, spec, number), f"change {spec}")

    @rule(data=st.data(), name=st.sampled_from((*FURTHER, "a", "b")))
    def rename(self, data: st.DataObject, name: str) -> None:
        """Rename a resource that goes on under its first name, or back."""
        old = self._spec(data)
        if old is None or kind_of(old) == "pools" or self.files[path_of(old)] in WRONG:
            return
        new = address(kind_of(old), name)
        if new not in specs(self.files):
            self._wait()
            self.lives.edit(lambda files: renamed(files, old, new, self.names), f"rename {old} to {new}")
            self._remember(renamed(self.files, old, new, self.names))
            self.held = self.held | ({new} if old in self.held else set())

    @rule(data=st.data(), wrong=st.sampled_from(WRONG))
    def spoil(self, data: st.DataObject, wrong: bytes) -> None:
        """Break a spec."""
        if spec := self._spec(data):
            self._wait()
            self._commit({**self.files, path_of(spec): wrong}, f"break {spec}")

    @rule(data=st.data(), wrong=st.sampled_from(WRONG))
    def spoil_environment(self, data: st.DataObject, wrong: bytes) -> None:
        """Break an environment's file."""
        name = data.draw(st.sampled_from(self.names))
        self._wait()
        self._commit({**self.files, _environment(name): wrong}, f"break {name}")

    @rule(data=st.data(), whole=st.booleans())
    def remove(self, data: st.DataObject, whole: bool) -> None:
        """Remove a spec, alone or with all that refers to it."""
        if spec := self._spec(data):
            gone = {spec} | (followers(self.files, [spec]) if whole else set())
            self._wait()
            self._commit(without(self.files, gone, self.names), f"remove {', '.join(sorted(gone))}")

    @rule(data=st.data())
    def revert(self, data: st.DataObject) -> None:
        """Go back to a former commit."""
        files = self.former[data.draw(st.integers(0, len(self.former) - 1))]
        self._wait()
        self._commit(files, "revert")

    @rule(data=st.data(), accepts=st.booleans())
    def rewrite(self, data: st.DataObject, accepts: bool) -> None:
        """Rewrite the history, and accept that, or leave it for later."""
        files = self.former[data.draw(st.integers(0, len(self.former) - 1))]
        self._wait()
        self.lives.rewrite(files)
        self._remember(files)
        if accepts:
            self.lives.accept()

    @rule(word=st.sampled_from(sorted(ACTS)), spec=st.sampled_from(random.EVERY))
    def act(self, word: str, spec: Address) -> None:
        """Suspend, resume or reconcile a resource, or review what is proposed for it."""
        self._wait()
        self.lives.act(word, spec)
        if word in ("suspend", "resume"):
            self.held = self.held - {spec} | ({spec} if word == "suspend" else set())

    def _spec(self, data: st.DataObject) -> Address | None:
        there = sorted(specs(self.files))
        return data.draw(st.sampled_from(there)) if there else None

    def _wait(self) -> None:
        """Wait, in a patient life, until both are at rest and the same."""
        if self.is_patient:
            self.lives.compare(timeless=False)
            self.promises_hold()

    def _accept_for_good(self) -> None:
        """Accept the newest commit, and again where one environment merged onto it before another had seen it."""
        self.lives.accept()
        self.lives.rest()
        self.lives.accept()

    def _commit(self, files: Files, what: str) -> None:
        """Commit files. Whoever removes a spec removes its patches too, whoever wrote them."""
        gone = set(specs(self.files)) - set(specs(files))
        patches = dict.fromkeys(f"environments/{name}/{spec}.yaml" for spec in gone for name in self.names)
        self.lives.commit({**patches, **difference(self.files, files)}, what)
        self._remember(files)

    def _remember(self, files: Files) -> None:
        self.files = files
        self.former.append(files)
        self.sound = {**self.sound, **{path: text for path, text in files.items() if text not in WRONG}}

    @invariant()
    def promises_hold(self) -> None:
        """See that no promise broke."""
        assert not self.lives.violations, "\n".join(map(str, self.lives.violations))

    def teardown(self) -> None:
        """Stop the faults, mend what is broken, resume what is held, and see that both lives end the same."""
        if not self.names or self.lives.violations:
            return
        self.lives.commit(mended(self.files, self.sound, self.names), "mend")
        self._accept_for_good()
        for spec in sorted(self.held):
            self.lives.act("resume", spec)
        self.lives.compare(timeless=not self.is_patient)
        self.promises_hold()


def _environment(name: str) -> str:
    return f"environments/{name}/environment.yaml"
