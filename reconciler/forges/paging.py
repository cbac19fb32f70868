"""Pages of a list: how a forge is asked for one, and how it says that there is another."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MOST_PAGES = 40
"""Pages of one list that are read: a list that never ends isn't one."""
_NEXT = re.compile(r"""[;,]\s*rel="?next"?(?=[\s;,]|$)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Paging:
    """How a forge pages its lists.

    Attributes:
        size: things that are asked for in one page; the forge may be set to give fewer.
        names: what the forge calls that size in a query.
        links: whether each page that isn't the last says so by a header `Link`, so that silence means the last one.
    """

    size: int = 50
    names: tuple[str, ...] = ("limit", "per_page")
    links: bool = False

    def query(self, page: int) -> Mapping[str, str]:
        """Return the query for a page, which are counted from 1."""
        return {"page": str(page), **dict.fromkeys(self.names, str(self.size))}

    def is_last(self, headers: Mapping[str, str], counts: list[int]) -> bool:
        """Tell whether a page was the last.

        Where nothing in the answer tells, a page is the last that is shorter than those before it, or empty: a first
        page that isn't full may only be as long as the forge is set to.

        Args:
            headers: what came with the page, by names in small letters.
            counts: how many things were in each page so far.
        """
        if not counts[-1]:
            return True
        if "link" in headers or self.links:
            return not _NEXT.search(headers.get("link", ""))
        total = headers.get("x-total-count", "")
        if total.isascii() and total.isdigit() and len(total) < 12:
            return sum(counts) >= int(total)
        return counts[-1] < counts[0]
