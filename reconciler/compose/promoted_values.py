"""What promotions of a spec's values have before them: what other environments say, and if it can be said here.

1. What an environment before this one says is composed from the same commit: what stands in Git is promoted, and its
   status branch only tells that this is in force.
2. The patch that would say so here is written and composed with all the rest before anybody proposes it.
3. What is written is what was written there, as far as that comes to the same here; else all of it, defaults too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from reconciler.compose.interpolation import literal
from reconciler.model.edits import path_of
from reconciler.model.errors import BadSpec, Problem, Refused
from reconciler.model.ids import Address, CommitId
from reconciler.model.kinds.promotions import Promotion
from reconciler.model.kinds.spec import Spec
from reconciler.model.resource import Desired, Resource
from reconciler.model.spec_values import PromotedValues, SpecValues, ValuesBefore, digest_of, values_of
from reconciler.model.text import printable
from reconciler.ports.source import SourceTree
from reconciler.yaml.edit import edit_yaml
from runners.contract.secrets import SECRET

_WRITTEN = "what is promoted"
"""The id of the blob that nobody has committed; no blob's is like it."""


class Workshop(Protocol):
    """Composes what isn't asked for here."""

    @property
    def tree(self) -> SourceTree:
        """Return the files of the commit."""

    def written(self, resource: Resource, environment: str) -> Mapping[str, Any]:
        """Return a resource's fields as its files have them in an environment, before they are interpolated."""

    def elsewhere(self, environment: str) -> Desired:
        """Compose another environment of the same commit.

        Raises:
            BadSpec: it isn't there, or its file is wrong.
        """

    def as_it_would_be(self, tree: SourceTree) -> Desired:
        """Compose this environment with other files.

        Raises:
            BadSpec: its file is wrong.
        """


@dataclass(frozen=True, slots=True)
class _Written:
    """A commit with one file written anew."""

    under: SourceTree
    path: str
    content: bytes
    files: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        blob = f"{_WRITTEN}: {self.path}: {self.content.decode()}"
        object.__setattr__(self, "files", {**self.under.files, self.path: blob})

    @property
    def commit(self) -> CommitId:
        return self.under.commit

    @property
    def odd(self) -> Mapping[str, str]:
        return self.under.odd

    def read(self, blob: str) -> bytes:
        return self.content if blob.startswith(_WRITTEN) else self.under.read(blob)

    def size(self, blob: str) -> int:
        return len(self.content) if blob.startswith(_WRITTEN) else self.under.size(blob)

    def tree_id(self, folder: str) -> str | None:
        return self.under.tree_id(folder)

    def inside(self, folder: str) -> frozenset[str]:
        return self.under.inside(folder)

    def unfit(self, folder: str) -> tuple[str, str] | None:
        return self.under.unfit(folder)


def promoted_values(desired: Desired, workshop: Workshop) -> Mapping[Address, PromotedValues]:
    """Return what each promotion of a spec's values has before it."""
    found: dict[Address, PromotedValues] = {}
    for address, spec in desired.of_kind(Promotion).items():
        subject = desired.resources.get(Address(spec.subject))
        if spec.is_of_spec and subject is not None:
            found[address] = _Look(desired, spec, subject, workshop).found()
    return found


@dataclass(frozen=True, slots=True)
class _Look:
    """One promotion at one commit."""

    desired: Desired
    promotion: Promotion
    here: Resource
    workshop: Workshop

    @property
    def place(self) -> str:
        """Return the file that what is promoted is written to."""
        return f"environments/{self.desired.environment_name}/{self.here.address}.yaml"

    def found(self) -> PromotedValues:
        """Return what the fields say here and there, and what says here what is said there."""
        told = PromotedValues(self._said(self.here))
        there = {name: self._elsewhere(name) for name in self.promotion.before(self.desired.environment_name)}
        told = replace(told, before={name: self._before(one) for name, one in there.items()})
        said = {one.said.digest if one.said else "" for one in told.before.values()}
        name, first = next(iter(there.items()), ("", ""))
        if isinstance(first, str) or len(said) != 1 or told.here.digest in said:
            return told
        edits, problems = self._tried(name, first)
        return replace(told, edits=edits, problems=problems)

    def _said(self, resource: Resource) -> SpecValues:
        return values_of(resource.spec, self.promotion.fields)

    def _before(self, there: Resource | str) -> ValuesBefore:
        return ValuesBefore(None, there) if isinstance(there, str) else ValuesBefore(self._said(there))

    def _elsewhere(self, environment: str) -> Resource | str:
        """Return what is promoted as another environment has it, or why nobody knows it."""
        subject = self.here.address
        try:
            there = self.workshop.elsewhere(environment)
        except BadSpec as error:
            return str(error.problems[0])
        if (resource := there.resources.get(subject)) is not None:
            return resource
        problems = there.broken.get(subject)
        return str(problems[0]) if problems else f"{subject} isn't there"

    def _tried(self, environment: str, there: Resource) -> tuple[Mapping[str, Any], tuple[Problem, ...]]:
        """Write the patch that says here what is said there, and see what comes of it."""
        changed = [name for name in self.promotion.fields if not _same(self.here.spec, there.spec, name)]
        written = self.workshop.written(there, environment)
        if flaw := _bound(written, changed, f"environments/{environment}/{there.address}.yaml"):
            return {}, (flaw,)
        said = self._said(there)
        whole = {name: said.whole[name] for name in changed}
        problems: tuple[Problem, ...] = ()
        for values in (_over(whole, _plain_texts(written)), _over(whole, said.values), whole):
            if flaw := _unsayable(values, self.place):
                return {}, (flaw,)
            edits = {path_of(name): literal(value) for name, value in values.items()}
            found = self._composed(edits)
            if not isinstance(found, Resource):
                problems = found
            elif wrong := [name for name in changed if not _same(found.spec, there.spec, name)]:
                problems = tuple(_otherwise(wrong, self.place))
            else:
                return edits, ()
        return {}, problems

    def _composed(self, edits: Mapping[str, Any]) -> Resource | tuple[Problem, ...]:
        """Return the resource as the edited patch would make it, or what would be wrong."""
        tree, place = self.workshop.tree, self.place
        blob = tree.files.get(place)
        try:
            text = edit_yaml(tree.read(blob).decode() if blob else "", edits, place)
            would_be = self.workshop.as_it_would_be(_Written(tree, place, text.encode()))
        except (Refused, UnicodeDecodeError) as error:
            return (Problem(place, 0, 0, "", str(error)),)
        except BadSpec as error:
            return error.problems
        before = self.desired.broken
        if broken := [problem for a, found in would_be.broken.items() if a not in before for problem in found]:
            return tuple(broken)
        gone = (Problem(place, 0, 0, "", f"{self.here.address} wouldn't be there"),)
        return would_be.resources.get(self.here.address) or gone


def _same(one: Spec, other: Spec, name: str) -> bool:
    return digest_of(one, (name,)) == digest_of(other, (name,))


def _over(whole: Mapping[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: values.get(name, value) for name, value in whole.items()}


def _plain_texts(written: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields that stand as they were written, `2Gi`: nothing in them is interpolated or escaped."""
    return {name: value for name, value in written.items() if not any("${" in text for text in _texts(value))}


def _bound(written: Mapping[str, Any], fields: Iterable[str], place: str) -> Problem | None:
    """Tell of a field that follows variables of its environment: its value is of that environment alone."""
    if not any("${env." in text for text in _texts(dict(written))):
        return None
    for name in fields:
        texts = list(_texts(written.get(name)))
        if any("${" in SECRET.sub("", text) for text in texts):
            what = f"{name} follows the environment's variables, which aren't those of another one"
            return Problem(place, 0, 0, name, what, f"write its value out, or take {name} out of the promotion")
    return None


def _unsayable(values: Mapping[str, Any], place: str) -> Problem | None:
    """Tell of a value that no patch can say, or that mustn't leave its environment."""
    for name, value in values.items():
        for text in _texts(value):
            if SECRET.search(text):
                what = f"it names a secret, {printable(text, 80)}, and secrets stay in their environment"
                return Problem(place, 0, 0, name, what, f"take {name} out of the promotion")
            if text == "???":
                return Problem(place, 0, 0, name, "it says `???`, which a patch can't", "say something else there")
    return None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)


def _otherwise(fields: Iterable[str], place: str) -> Iterator[Problem]:
    """Tell of the fields that would say something else than there, whatever the patch says."""
    for name in fields:
        what = "a patch that says the same would still make it say something else: files below it go into it, too"
        yield Problem(place, 0, 0, name, what, f"see what lower files bring to {name}, as a patch takes nothing away")
