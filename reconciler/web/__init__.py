"""What the daemon tells over HTTP: its health and its metrics.

Law of the room: read-only. Nothing that is asked here changes anything.
"""
