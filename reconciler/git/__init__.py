"""Git, spoken by object id: reading, writing, and moving refs by compare-and-swap, in a local or a remote repository.

Law of the room: nothing here reads or writes an index or a work tree, except `LocalRepository.advance`, which has to
when a person has the branch checked out, and `init`, which is about a person's own. Every write makes its objects first
and is over with one movement of refs, so a process killed anywhere leaves either all of it or nothing. Nobody else
imports GitPython, or runs `git`.
"""
