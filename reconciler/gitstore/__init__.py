"""The store in Git: specs are read at a commit, statuses are written to a side branch, one writer holds the lease.

Law of the room: specs are read by object id and never from a work tree; the only refs written here are
`refs/heads/setpoint/<environment>` and `refs/setpoint/<environment>/lease`, each by compare-and-swap.
"""
