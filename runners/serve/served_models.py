"""All models of a process: the one that the endpoint is named after, and those that a graph combines, by name."""

from collections.abc import Iterator, Sequence

from runners.serve.served_model import NotServed, ServedModel


class ServedModels:
    """Models by name.

    Args:
        first: the one that the endpoint is named after.
        others: those that it combines.
    """

    def __init__(self, first: ServedModel, others: Sequence[ServedModel] = ()) -> None:
        self.first = first
        self._known = {served.name: served for served in (first, *others)}

    def __iter__(self) -> Iterator[ServedModel]:
        """Go over all, the first one first."""
        return iter(self._known.values())

    @property
    def names(self) -> list[str]:
        """Return the names of all."""
        return list(self._known)

    def find(self, name: str, version: str = "") -> ServedModel:
        """Return the model that was asked for.

        Raises:
            NotServed: there is none of the name, or it is of another version.
        """
        served = self._known.get(name)
        if served is None:
            raise NotServed(f"the model {name[:100]} does not exist: this endpoint serves {', '.join(self.names)}")
        served.check_version(version)
        return served
