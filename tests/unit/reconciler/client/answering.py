"""A server that answers as it is told to."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.servers.loopback import listening


@dataclass
class Answering:
    """What is answered by path, and what was asked."""

    answers: dict[str, tuple[int, bytes]]
    url: str = ""
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


@contextmanager
def answering(answers: dict[str, tuple[int, bytes]]) -> Iterator[Answering]:
    """Serve answers on the loopback."""
    found = Answering(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, dict(self.headers)))
            status, content = found.answers.get(self.path, (404, b'{"detail": "there is no such thing"}'))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/api/v1/good")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    with listening(Handler) as found.url:
        yield found
