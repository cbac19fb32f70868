"""A schema registry's protocol: a message begins with a zero and the number of its schema, which the registry has."""

import json
import ssl
import struct
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runners.contract import InputError, RunnerError, SourceUnavailable
from runners.sources.streams.log import PATIENCE
from runners.staging import reveal

MAGIC, HEAD = 0, 5
"""The first byte of a message, and the bytes before what follows the number of its schema."""
LARGEST = 2**22
"""Bytes of what a registry may answer."""
DEEPEST = 20
"""References to references that are followed."""
WHERE = "source.stream.registry"
BROKEN = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, EOFError, RecursionError, struct.error)
"""What readers of formats raise on bytes that are of none."""


class Unreadable(Exception):
    """A message can't be read; says why, in words that hold nothing of its value."""


def headed(value: bytes) -> tuple[int, bytes]:
    """Return the number of a message's schema, and what follows it.

    Raises:
        Unreadable: it doesn't begin as such a message does.
    """
    if len(value) < HEAD or value[0] != MAGIC:
        raise Unreadable("it doesn't begin with the number of a schema")
    return int.from_bytes(value[1:HEAD], "big"), value[HEAD:]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows none: credentials are for the registry that is named."""

    def redirect_request(self, *_args: Any) -> None:
        """Refuse to be led elsewhere."""
        return


@dataclass(frozen=True)
class Schema:
    """A schema as its author wrote it, and those that it refers to, by the names that it has for them."""

    kind: str
    text: str
    references: Mapping[str, "Schema"] = field(default_factory=dict)


class Registry:
    """A registry at a URL, which may hold `user:password@`; each schema is asked for once."""

    def __init__(self, url: str) -> None:
        """Open one; nothing is asked for yet.

        Raises:
            InputError: the URL is none of the web.
        """
        self._told, parts = url, urllib.parse.urlsplit(reveal(url))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError("this is no URL of the web", WHERE, "write https://host")
        host = parts.netloc.rpartition("@")[2]
        self._url = urllib.parse.urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
        self._headers = {"Accept": "application/vnd.schemaregistry.v1+json, application/json"}
        if parts.username:
            named = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
            self._headers["Authorization"] = f"Basic {b64encode(named.encode()).decode()}"
        secure = urllib.request.HTTPSHandler(context=ssl.create_default_context())
        self._opener = urllib.request.build_opener(secure, _NoRedirects)
        self._schemas: dict[tuple[int, bool], Schema | None] = {}

    def schema(self, number: int, *, serialized: bool = False) -> Schema:
        """Return a schema by its number; of Protobuf as a descriptor where it is to be `serialized`.

        Raises:
            Unreadable: the registry has none of that number.
            InputError: it lets nobody ask, or answers with no schema.
            SourceUnavailable: it doesn't answer.
        """
        if (number, serialized) not in self._schemas:
            told = self._get(f"/schemas/ids/{number}{'?format=serialized' if serialized else ''}")
            self._schemas[number, serialized] = None if told is None else self._schema(told, serialized, DEEPEST)
        if (found := self._schemas[number, serialized]) is None:
            raise Unreadable(f"the registry has no schema {number}")
        return found

    def _schema(self, told: Mapping[str, Any], serialized: bool, deep: int) -> Schema:
        references = {}
        for one in told.get("references") or ():
            subject, version = urllib.parse.quote(str(one["subject"]), safe=""), int(one["version"])
            suffix = "?format=serialized" if serialized else ""
            found = self._get(f"/subjects/{subject}/versions/{version}{suffix}") if deep else None
            if found is None:
                what = f"a schema refers to {str(one['subject'])[:100]}, which can't be had"
                raise InputError(what, WHERE, "register it again")
            references[str(one["name"])] = self._schema(found, serialized, deep - 1)
        return Schema(str(told.get("schemaType") or "AVRO"), str(told["schema"]), references)

    def _get(self, path: str) -> Any | None:
        request = urllib.request.Request(self._url + path, headers=self._headers)
        try:
            with self._opener.open(request, timeout=PATIENCE) as answer:
                text = answer.read(LARGEST + 1)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404:
                    return None
                raise self._refusal(error.code) from None
        except (OSError, TimeoutError) as error:
            what = f"the schema registry doesn't answer ({type(error).__name__})"
            raise SourceUnavailable(what, self._told, "see that it runs and can be reached") from None
        return self._answer(text)

    def _answer(self, text: bytes) -> dict[str, Any]:
        if len(text) > LARGEST:
            raise InputError(f"a schema has more than {LARGEST:,} bytes", WHERE, "register a smaller one")
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict) or not isinstance(told.get("schema"), str):
            raise InputError("what answers there is no schema registry", self._told, "correct the URL")
        return told

    def _refusal(self, status: int) -> RunnerError:
        what = f"the schema registry answers with status {status}"
        if status >= 500 or status == 429:
            return SourceUnavailable(what, self._told, "see that it is well")
        return InputError(what, WHERE, "correct the URL or its credentials, user:password@ before the host")
