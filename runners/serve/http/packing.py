"""Answers by gzip (RFC 9110, 8.4 and 12.5.3), where the client takes that and the answer is large enough to gain by it.

A smaller one is sent as it is, whatever the client takes: a thread has to be asked, which costs more than most answers
do. What is binary is sent as it is, too: numbers as they lie in memory hardly get smaller.
"""

import zlib
from collections.abc import Mapping
from functools import lru_cache

from runners.serve.answers import Answer

SMALLEST = 16 * 1024
"""Bytes from which on an answer is packed."""
_LEVEL = 1
"""Higher ones take a multiple of the time for a tenth less of what is sent."""
_KINDS = (b"application/json", b"text/")
_VARY = (b"vary", b"accept-encoding")


def is_packable(answer: Answer) -> bool:
    """Tell whether an answer is of a kind and a size that is packed for who takes it."""
    kind = next((value for name, value in answer.headers if name == b"content-type"), b"")
    return len(answer.body) >= SMALLEST and kind.startswith(_KINDS)


def takes_gzip(head: Mapping[bytes, bytes]) -> bool:
    """Tell whether a client says that it takes gzip."""
    told = head.get(b"accept-encoding")
    return told is not None and _takes(told)


@lru_cache(64)
def _takes(told: bytes) -> bool:
    weights: dict[str, bool] = {}
    for part in told.decode("latin-1").lower().split(","):
        name, *parameters = (one.strip() for one in part.split(";"))
        weights[name] = not any(_is_zero(one) for one in parameters)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", False)))


def _is_zero(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return name.strip() == "q" and not value.strip().strip("0.")


def varying(answer: Answer) -> Answer:
    """Return an answer that could have been packed, and says so to caches."""
    return answer._replace(headers=(*answer.headers, _VARY))


def packed(answer: Answer) -> Answer:
    """Return an answer by gzip; as it is where that isn't smaller."""
    packer = zlib.compressobj(_LEVEL, wbits=zlib.MAX_WBITS | 16)
    body = packer.compress(answer.body) + packer.flush()
    whole = varying(answer)
    if len(body) >= len(answer.body):
        return whole
    return whole._replace(body=body, headers=(*whole.headers, (b"content-encoding", b"gzip")))
