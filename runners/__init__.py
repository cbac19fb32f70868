"""What runs inside a pool: ingest, label, train, evaluate, replica, smoke, serve, monitor.

Law of the house: JSON in (a `Request`), files and a `result.json` out; nothing here imports `reconciler`, so a runner
can live in a container that has never heard of the daemon. It speaks to nobody whom no spec names.
"""

import os

# onnxruntime (Privacy.md, 1.32) else reports to its makers from every process that imports it, a user's script too.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
