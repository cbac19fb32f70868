"""The watched branch: its newest commit, and the files of any commit.

Law of the room: specs are read by object id and never from a work tree; nothing is written.
"""
