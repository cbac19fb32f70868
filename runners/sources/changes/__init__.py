"""Change data capture: a table as it was at one moment, and every change since, in the order of their commits.

Law of the room: a decoder is pure, from what a server sent to changes. How far changes were read is nobody's state but
the version's that holds them: here nothing is remembered. What is made in a source, a slot and a publication, has a
name that says whose it is, and is made only where the server itself bounds what it costs.
"""

from runners.sources.changes.change import Change

__all__ = ["Change"]
