"""Numbers of things in the words of messages and pages."""

from runners.contract.text import counted as counted  # noqa: PLC0414 - it is found beside the other


def some(count: int, total: int, nouns: str, one: str, many: str) -> str:
    """Write how many of a total do something, with the verb that fits: `1 of 3 rows has`, `2 of 3 rows have`."""
    return f"{count:,} of {total:,} {nouns} {one if count == 1 else many}"
