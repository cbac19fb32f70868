"""Serves Label Studio as `label-studio start` does, without what that does before: it takes half a minute.

Run by the Python of Label Studio's own environment: `serve.py ADDRESS PORT`.
"""

import os
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import label_studio

sys.path.insert(0, str(Path(label_studio.__file__).parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.label_studio")

from django.core.wsgi import get_wsgi_application


class Threads(ThreadingMixIn, WSGIServer):
    """A thread for each request."""

    daemon_threads = True


class Told(WSGIRequestHandler):
    """Logs a request before it is answered: who has the answer finds it in the log."""

    def get_environ(self) -> dict[str, Any]:
        """Return what the application is told of the request, which is on its way to it now."""
        self.log_message('"%s"', self.requestline)
        return super().get_environ()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say of an answer what the log doesn't have yet."""
        self.log_message("answered %s %s", code, size)


if __name__ == "__main__":
    make_server(sys.argv[1], int(sys.argv[2]), get_wsgi_application(), Threads, Told).serve_forever()
