"""The status branch: what it says of each resource, how that is written and read, and the branch itself.

Law of the room: it asks no engine. Whatever stands there is bounded and escaped for where it is read; the only ref
written here is `refs/heads/setpoint/<environment>`, by compare-and-swap and never by a work tree.
"""
