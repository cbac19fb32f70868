"""Serves Label Studio as `label-studio start` does, without what that does before: it takes half a minute.

Run by the Python of Label Studio's own environment: `serve.py ADDRESS PORT`.
"""

import os
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import label_studio

sys.path.insert(0, str(Path(label_studio.__file__).parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.label_studio")

from django.core.wsgi import get_wsgi_application


class Threads(ThreadingMixIn, WSGIServer):
    """A thread for each request."""

    daemon_threads = True


if __name__ == "__main__":
    make_server(sys.argv[1], int(sys.argv[2]), get_wsgi_application(), Threads, WSGIRequestHandler).serve_forever()
