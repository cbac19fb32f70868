"""The lease: one daemon at a time writes to an environment, and everybody can see when it was last alive.

Law of the room: the only ref written here is `refs/setpoint/<environment>/lease`, by compare-and-swap, and so is a
Lease of Kubernetes where that decides; how long a claim holds is told by a clock that nobody sets.
"""
