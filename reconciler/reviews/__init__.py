"""Reviews: what a pull request would do once it is merged, found out by the code that applies, and written for people.

Law of the room: it reads Git's objects by id, and nothing else. It composes and decides, and what it knows of the world
was observed for a pass of the merged commit: no engine, secret, address or file is reached because a pull request names
it.
"""
