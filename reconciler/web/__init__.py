"""What is told over HTTP: the daemon's health and metrics, the page of all environments, and that on which one labels.

Law of the room: read-only. Nothing that is asked here changes anything, but a person's own answers (`labelling`).
"""
