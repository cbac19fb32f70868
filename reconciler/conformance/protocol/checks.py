"""What is asked of a server, in order, and what has to come back.

Each check is one request whose answer is looked at. What only some servers have is *not offered* where they say so
themselves; what needs an inference that is answered is *not tried* where none was.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from reconciler.conformance.protocol import answers, requests
from reconciler.conformance.protocol.client import Answered, Client, Sent, posted
from reconciler.conformance.protocol.requests import Document
from reconciler.model.text import printable

BINARY = "binary_tensor_data"
"""The name of the extension for binary data, as servers tell which they have."""
MOST_SHOWN = 400
"""Letters of what was sent and answered."""
NOBODY = "setpoint-knows-no-such-model"

Look = Callable[[Answered], str]
"""What looks at an answer; it says what is wrong."""


class Verdict(StrEnum):
    """How a check ends."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_OFFERED = "not offered"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Result:
    """How one check ended, with what was sent and answered, cut short."""

    check: str
    verdict: Verdict
    words: str = ""
    sent: str = ""
    answered: str = ""


def models_of(client: Client) -> list[str]:
    """Return the models that a server tells of, by either extension for that; the protocol itself has none."""
    document = client.ask(Sent("GET", "/v2/models")).document
    listed = document.get("models") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        listed = client.ask(posted("/v2/repository/index", {})).document
    found = listed if isinstance(listed, list) else []
    names = [one.get("name") if isinstance(one, dict) else one for one in found]
    return [name for name in names if isinstance(name, str)]


class Trial:
    """One server that is asked about one model.

    Args:
        client: asks the server.
        model: the model's name.
        request: an inference that it answers; one of zeros is made up where none is given.
    """

    def __init__(self, client: Client, model: str, request: Document | None = None) -> None:
        self._client, self._model = client, model
        self._path = f"/v2/models/{quote(model, safe='')}"
        self._request, self._is_made_up = request, request is None
        self._has_binary = False
        self._declares: set[str] = set()
        """Of `inputs` and `outputs`, those whose names the model tells: any other name is a mistake then."""
        self._versions: list[str] = []
        self._outputs: answers.Outputs = {}

    def results(self) -> Iterator[Result]:
        """Ask one thing after another."""
        yield from self._about_server()
        yield from self._about_model()
        yield from self._inferred()
        yield from self._other_forms()
        yield from self._mistakes()

    def _ask(self, check: str, sent: Sent, look: Look) -> Result:
        answer = self._client.ask(sent)
        wrong = look(answer)
        verdict = Verdict.FAILED if wrong else Verdict.PASSED
        return Result(check, verdict, printable(wrong, 300), _shown(sent), _shown_answer(answer))

    def _about_server(self) -> Iterator[Result]:
        yield self._ask("server live", Sent("GET", "/v2/health/live"), _is_ok)
        yield self._ask("server ready", Sent("GET", "/v2/health/ready"), _is_ok)

        def look(answer: Answered) -> str:
            if not (wrong := answers.server_metadata(answer)):
                self._has_binary = BINARY in answer.document.get("extensions", ())
            return wrong

        yield self._ask("server metadata", Sent("GET", "/v2"), look)

    def _about_model(self) -> Iterator[Result]:
        yield self._ask("model ready", Sent("GET", f"{self._path}/ready"), _is_ok)

        def look(answer: Answered) -> str:
            if not (wrong := answers.model_metadata(answer, self._model)):
                self._request = self._request or requests.made_up(answer.document)
                self._declares = {role for role in ("inputs", "outputs") if answer.document[role]}
                told = answer.document.get("versions")
                self._versions = [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
            return wrong

        yield self._ask("model metadata", Sent("GET", self._path), look)
        if self._versions:
            path = f"{self._path}/versions/{quote(self._versions[0], safe='')}"
            yield self._ask("model version", Sent("GET", path), lambda a: answers.model_metadata(a, self._model))
        else:
            yield Result("model version", Verdict.NOT_OFFERED, "the model tells of no versions")

    def _inferred(self) -> Iterator[Result]:
        if self._request is None:
            yield Result("inference", Verdict.FAILED, "the model doesn't say what it takes: give a request that fits")
            return

        statuses = []

        def look(answer: Answered) -> str:
            self._outputs, wrong = answers.outputs_of(answer, self._model)
            statuses.append(answer.status)
            return wrong

        found = self._ask("inference", posted(f"{self._path}/infer", self._request), look)
        if self._is_made_up and found.verdict is Verdict.FAILED and 400 <= statuses[0] < 500:
            words = (
                f"{found.words}: a request was made up, of zeros and texts; give one that fits the model (--request)"
            )
            found = replace(found, verdict=Verdict.NOT_TRIED, words=printable(words, 400))
        yield found

    def _other_forms(self) -> Iterator[Result]:
        """Ask the same in other forms: the answer has to be the same."""
        path, good = f"{self._path}/infer", self._request
        if not self._outputs or good is None:
            names = ("identifier", "one output", "nested values", "binary inputs", "binary outputs", "gzip")
            yield from (Result(name, Verdict.NOT_TRIED, "no inference was answered") for name in names)
            return
        name = next(iter(self._outputs))
        yield self._ask("identifier", posted(path, {**good, "id": "setpoint-7"}), _has_id)
        yield self._ask("one output", posted(path, requests.with_outputs(good, [name])), self._has_only(name))
        yield self._ask("nested values", posted(path, requests.with_nested(good)), self._is_same)
        yield from self._binary(path, good)
        packed = gzip.compress(json.dumps(good).encode(), mtime=0)
        yield self._optional("gzip", Sent("POST", path, packed, {"Content-Encoding": "gzip"}))

    def _binary(self, path: str, good: Document) -> Iterator[Result]:
        if not self._has_binary:
            words = f"{BINARY} is none of the extensions that the server tells of"
            yield from (Result(name, Verdict.NOT_OFFERED, words) for name in ("binary inputs", "binary outputs"))
            return
        try:
            yield self._ask("binary inputs", requests.as_binary(path, good), self._is_same)
        except ValueError as error:
            yield Result("binary inputs", Verdict.NOT_TRIED, f"the request's values have no binary form: {error}")
        wanted = posted(path, requests.with_outputs(good, list(self._outputs), binary_data=True))
        yield self._ask("binary outputs", wanted, self._is_same)

    def _optional(self, check: str, sent: Sent) -> Result:
        result = self._ask(check, sent, self._is_same)
        answer = result.answered
        if result.verdict is Verdict.FAILED and answer.startswith("4"):
            return replace(result, verdict=Verdict.NOT_OFFERED, words="")
        return result

    def _is_same(self, answer: Answered) -> str:
        outputs, wrong = answers.outputs_of(answer, self._model)
        if not wrong and outputs.keys() != self._outputs.keys():
            wrong = f"its outputs are {', '.join(outputs)}, and were {', '.join(self._outputs)}"
        return wrong or answers.differs(self._outputs, outputs)

    def _has_only(self, name: str) -> Look:
        def look(answer: Answered) -> str:
            outputs, wrong = answers.outputs_of(answer, self._model)
            others = [other for other in outputs if other != name]
            if not wrong and (others or name not in outputs):
                wrong = f"{name} alone was asked for, and {', '.join(outputs)} answered"
            return wrong or answers.differs(outputs, self._outputs)

        return look

    def _mistakes(self) -> Iterator[Result]:
        """Make mistakes: none is the server's fault, and each is told."""
        yield self._ask("unknown model", Sent("GET", f"/v2/models/{NOBODY}"), answers.refused)
        body = self._request or {"inputs": []}
        yield self._ask("inference of an unknown model", posted(f"/v2/models/{NOBODY}/infer", body), answers.refused)
        for check, broken in [*_broken(self._request), *self._strangers()]:
            sent = broken if isinstance(broken, bytes) else json.dumps(broken).encode()
            yield self._ask(check, Sent("POST", f"{self._path}/infer", sent), answers.refused)

    def _strangers(self) -> Iterator[tuple[str, Any]]:
        """Yield inferences with names that the model doesn't have, where it tells which it has."""
        if self._request is None:
            return
        first, *rest = self._request["inputs"]
        if "inputs" in self._declares:
            stranger = {**first, "name": "setpoint-knows-no-such-input"}
            yield "an unknown input", {**self._request, "inputs": [stranger, *rest]}
        if "outputs" in self._declares:
            name = "setpoint-knows-no-such-output"
            yield "an unknown output", requests.with_outputs(self._request, [name])


def _broken(request: Document | None) -> Iterator[tuple[str, Any]]:
    """Yield inferences that no server can answer."""
    yield "no JSON", b'{"inputs": ['
    yield "no object", []
    yield "no inputs", {"id": "setpoint"}
    if request is None:
        return
    first, *rest = request["inputs"]

    def other(**told: Any) -> Document:
        return {**request, "inputs": [{**first, **told}, *rest]}

    values = requests.flat(first["data"])
    yield "no data", {**request, "inputs": [{k: v for k, v in first.items() if k != "data"}, *rest]}
    yield "more values than the shape says", other(data=[*values, *values[:1]])
    yield "an unknown datatype", other(datatype="FP7")
    yield "a shape below 0", other(shape=[-1, *first["shape"][1:]])
    yield "a shape of texts", other(shape=["one"])
    yield "an object as a value", other(data=[{}] * len(values))
    yield "a number as a name", other(name=7)


def _is_ok(answer: Answered) -> str:
    return "" if answer.status == 200 else f"the status is {answers.told(answer)}"


def _has_id(answer: Answered) -> str:
    if wrong := answers.good(answer):
        return wrong
    return "" if answer.document.get("id") == "setpoint-7" else "the answer hasn't the request's id"


def _shown(sent: Sent) -> str:
    return f"{sent.method} {sent.path} {_text(sent.body)}".strip()


def _shown_answer(answer: Answered) -> str:
    return f"{answer.status} {_text(answer.body)}".strip() if answer.status else "no answer"


def _text(body: bytes) -> str:
    return printable(body[: 2 * MOST_SHOWN].decode("utf-8", "replace"), MOST_SHOWN)
