"""The loop: compose, observe, decide, apply, record; again when something changed.

Law of the room: a pass is pinned to one commit; nothing in a pass waits; what fails is contained.
"""
