"""What runs inside a pool: ingest, label, train, evaluate, smoke, serve, monitor.

Law of the house: JSON in (a `Request`), files and a `result.json` out; nothing here imports `reconciler`, so a runner
can live in a container that has never heard of the daemon.
"""
