"""Releases: which model came to which deployment, when, by whom, what became of it, and the four DORA metrics of that.

Law of the room: all of it is told from Git's history alone, the watched branch's and the status branch's. It reads a
whole history by a few processes, asks no engine and writes nothing. `read` is the only file that reads; all others are
functions from values to values.
"""
