"""HTTP over Unix sockets: to Caddy's administration, and to a replica's health."""

import http.client
import socket
from pathlib import Path

READ_LIMIT = 64 * 2**20


class UnixConnection(http.client.HTTPConnection):
    """A connection to a server that listens on a socket in the file system.

    Args:
        path: the socket.
        timeout: seconds that each step may take.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket.

        Raises:
            OSError: nobody listens.
        """
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.sock.settimeout(self.timeout)
            self.sock.connect(str(self._path))
        except OSError:
            self.close()
            raise


def ask(path: Path, target: str, body: bytes | None = None, *, timeout: float) -> tuple[int, bytes]:
    """Make one request, a GET or, with a body of JSON, a POST; return the status and the answer.

    Raises:
        OSError: nobody listens, or the answer didn't come in time.
    """
    connection = UnixConnection(path, timeout)
    try:
        method, headers = ("POST", {"Content-Type": "application/json"}) if body is not None else ("GET", {})
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(READ_LIMIT)
    except http.client.HTTPException as error:
        raise ConnectionError(f"no whole answer came from {path.name}") from error
    finally:
        connection.close()
