"""A server's own description of its API (OpenAPI 3.0), held against requests and answers, and turned into documents.

It is held more strictly than it has to be: what it doesn't name may neither be asked nor answered, so that nobody reads
or sends a field that the real server doesn't know.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

Json = Any
_ALWAYS = dict.fromkeys((401, 403, 404, 429), "basic-error") | {422: "validation-error"}
"""Refusals that any call may end with, described or not, and the form that they have."""
_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Operation:
    """One call of the API, with the values of the variables in its path."""

    name: str
    described: Mapping[str, Any]
    values: Mapping[str, str]


class Description:
    """A description, as `tests/contracts/prune.py` keeps it.

    Args:
        path: its file.
    """

    def __init__(self, path: Path) -> None:
        self.document = json.loads(path.read_text())
        self._schemas: dict[int, Json] = {}
        self._paths = [(_pattern(path), calls) for path, calls in self.document["paths"].items()]

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request is of; a path without variables goes before one with some."""
        found = [
            Operation(calls[method.lower()]["operationId"], calls[method.lower()], match.groupdict())
            for pattern, calls in self._paths
            if method.lower() in calls and (match := pattern.fullmatch(path))
        ]
        return min(found, key=lambda operation: len(operation.values), default=None)

    def flaws_of_request(self, operation: Operation, query: Mapping[str, str], body: bytes) -> list[str]:
        """Return what is wrong with a request; nothing where it is as described."""
        known = {one["name"]: one for one in map(self.resolved, operation.described.get("parameters", ()))}
        told = {**operation.values, **query}
        flaws = [f"there is no parameter {name}" for name in told if name not in known]
        flaws += [
            f"the parameter {name} is missing" for name in known if known[name].get("required") and name not in told
        ]
        for name, value in told.items():
            if name in known:
                schema = self.resolved(known[name]["schema"])
                flaws += self._flaws(schema, _as_typed(schema, value), name)
        return flaws + self._flaws_of_body(operation, body)

    def _flaws_of_body(self, operation: Operation, body: bytes) -> list[str]:
        described = operation.described.get("requestBody")
        if not described:
            return ["there is a body, and none is described"] if body else []
        if not body:
            return ["there is no body"] if described.get("required") else []
        return self._flaws(described["content"]["application/json"]["schema"], json.loads(body), "body")

    def flaws_of_answer(self, operation: Operation, status: int, document: Json) -> list[str]:
        """Return what is wrong with an answer; nothing where it is as described."""
        described = operation.described["responses"].get(str(status))
        if described is None and status not in _ALWAYS:
            return [f"{status} isn't described"]
        if described is None:
            return self._flaws({"$ref": f"#/components/schemas/{_ALWAYS[status]}"}, document, "answer")
        content = self.resolved(described).get("content")
        if not content:
            return [] if document is None else [f"{status} has no document"]
        return self._flaws(content["application/json"]["schema"], document, "answer")

    def flaws(self, schema: Json, document: Json) -> list[str]:
        """Return what is wrong with a document; nothing where it is as a schema of the description has it."""
        return self._flaws(schema, document, "document")

    def sample(self, kind: str, /, **fields: Json) -> Json:
        """Return a document of a kind: all that it has to have, made up, and over it these fields.

        Fields of mappings are laid over one another, level by level.
        """
        return laid_over(self._sample({"$ref": f"#/components/schemas/{kind}"}, is_asked=True), fields)

    def resolved(self, node: Json) -> Json:
        """Return what a node points to, or the node."""
        while isinstance(node, dict) and "$ref" in node:
            found = self.document
            for name in node["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            node = found
        return node

    def _flaws(self, schema: Json, value: Json, where: str) -> list[str]:
        validator = Draft202012Validator(self._plain(schema))
        wrong = [f"{where}{error.json_path[1:]}: {error.message[:200]}" for error in validator.iter_errors(value)]
        return wrong + [f"{where}{path} isn't described" for path in self._unknown(schema, value)]

    def _plain(self, node: Json) -> Json:
        """Return a schema as JSON Schema has it: references followed, `nullable` as another type."""
        node = self.resolved(node)
        if id(node) not in self._schemas:
            self._schemas[id(node)] = self._translated(node)
        return self._schemas[id(node)]

    def _translated(self, node: Json) -> Json:
        if isinstance(node, list):
            return [self._plain(one) for one in node]
        if not isinstance(node, dict):
            return node
        plain = {key: self._plain(value) for key, value in node.items() if key != "nullable"}
        if "properties" in node:
            plain["properties"] = {name: self._plain(value) for name, value in node["properties"].items()}
        return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain

    def _unknown(self, schema: Json, value: Json) -> Iterator[str]:
        """Yield the places of a value that its schema doesn't name."""
        branches = list(self._branches(schema))
        if isinstance(value, list):
            parts = [branch["items"] for branch in branches if "items" in branch]
            for place, one in enumerate(value):
                yield from (f"[{place}]{path}" for path in self._unknown({"anyOf": parts}, one))
        if isinstance(value, dict) and not any(branch.get("additionalProperties") for branch in branches):
            for name, one in value.items():
                parts = [b["properties"][name] for b in branches if name in b.get("properties", {})]
                if not parts:
                    yield f".{name}"
                yield from (f".{name}{path}" for path in self._unknown({"anyOf": parts}, one) if parts)

    def _branches(self, schema: Json) -> Iterator[Json]:
        schema = self.resolved(schema)
        yield schema
        for word in ("allOf", "anyOf", "oneOf"):
            for branch in schema.get(word, ()):
                yield from self._branches(branch)

    def _sample(self, schema: Json, *, is_asked: bool = False) -> Json:
        schema = self.resolved(schema)
        if schema.get("nullable") and not is_asked:
            return None
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return self._sample(schema[word][0])
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "object" or "properties" in schema:
            needed = schema.get("required", ())
            return {name: self._sample(schema["properties"][name]) for name in needed}
        if schema.get("type") == "string":
            return _TEXTS.get(schema.get("format", ""), "made up")
        return {"integer": 1, "number": 1.0, "boolean": False, "array": []}[schema["type"]]


_TEXTS = {"uri": "https://forge.example/made-up", "date-time": "2026-01-01T00:00:00Z"}


def laid_over(below: Json, above: Json) -> Json:
    """Lay one document over another: its fields, and those of mappings in it, go before."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{name: laid_over(below.get(name), value) for name, value in above.items()}}


def _pattern(path: str) -> re.Pattern[str]:
    """Return what matches a path: a variable is one step, but for a ref, which may have slashes."""
    parts = _VARIABLE.split(path)
    texts, names = parts[::2], parts[1::2]
    steps = [f"(?P<{name}>{'.+' if name == 'ref' else '[^/]+'})" for name in names]
    return re.compile("".join(a + b for a, b in zip(map(re.escape, texts), [*steps, ""], strict=True)))


def _as_typed(schema: Json, text: str) -> Json:
    """Read a text of a path or a query as the type that is described."""
    if schema.get("type") == "integer" and re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if schema.get("type") == "boolean" else text
