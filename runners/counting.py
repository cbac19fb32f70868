"""Numbers of things in the words of messages and pages."""


def counted(count: int, noun: str) -> str:
    """Write a number of things, such as `1 alert` or `1,200 rows`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def some(count: int, total: int, nouns: str, one: str, many: str) -> str:
    """Write how many of a total do something, with the verb that fits: `1 of 3 rows has`, `2 of 3 rows have`."""
    return f"{count:,} of {total:,} {nouns} {one if count == 1 else many}"
