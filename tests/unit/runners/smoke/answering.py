"""A revision that answers examples, as it is told to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answering = Callable[[str, Any], tuple[int, Any]]
"""From the path and the body of a request to the status and the body of its answer."""


class Revision:
    """What a revision was asked, and where it answers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[tuple[str, Any, dict[str, str]]] = []


@contextmanager
def revision(answer: Answering) -> Iterator[Revision]:
    """Let a revision answer for a while."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            body = json.loads(text) if text else None
            found.asked.append((self.path, body, dict(self.headers.items())))
            status, told = answer(self.path, body)
            text = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Revision(f"http://127.0.0.1:{server.server_address[1]}/employment/revisions/aaaaaaaaaaaa")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


def example(age: float, prediction: int, probability: float) -> dict[str, Any]:
    """Return one recorded example, as a trial leaves it."""
    inputs = [
        {"name": "AGEP", "shape": [1, 1], "datatype": "FP32", "data": [age]},
        {"name": "SEX", "shape": [1, 1], "datatype": "BYTES", "data": ["1"]},
    ]
    outputs = [
        {"name": "prediction", "shape": [1, 1], "datatype": "INT64", "data": [prediction]},
        {"name": "predicted_probability", "shape": [1, 1], "datatype": "FP64", "data": [probability]},
    ]
    return {"request": {"inputs": inputs}, "response": {"outputs": outputs}}


EXAMPLES = [example(30.0, 0, 0.5), example(60.0, 1, 0.8), example(10.0, 0, 0.2)]


def as_recorded(path: str, body: Any) -> tuple[int, Any]:
    """Answer every example as it was recorded, by both versions of the protocol."""
    known = {item["request"]["inputs"][0]["data"][0]: item["response"]["outputs"] for item in EXAMPLES}
    if path.endswith("/infer"):
        return 200, {"id": "x", "model_name": "employment", "outputs": known[body["inputs"][0]["data"][0]]}
    return 200, {"predictions": [known[row["AGEP"]][0]["data"][0] for row in body["instances"]]}
