"""A floor for the endpoint: uvicorn, as lean as it gets, around what reads a body and answers a fixed one.

`python -m tests.bench.bare PORT ANSWER`
"""

import sys
from typing import Any

import uvicorn


class Bare:
    """An ASGI application that does nothing.

    Args:
        answer: what it answers every request.
    """

    def __init__(self, answer: bytes) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        self._start = {"type": "http.response.start", "status": 200, "headers": headers}
        self._body = {"type": "http.response.body", "body": answer}

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        while (await receive()).get("more_body"):
            pass
        await send(self._start)
        await send(self._body)


if __name__ == "__main__":
    bare = Bare(sys.argv[2].encode())
    told = {"loop": "uvloop", "http": "httptools", "ws": "none", "lifespan": "off", "proxy_headers": False}
    uvicorn.run(bare, port=int(sys.argv[1]), log_config=None, access_log=False, server_header=False, **told)
