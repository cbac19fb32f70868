"""Container images without a container runtime: an OCI layout, written from Debian's packages and locked wheels.

Law of the room: the same locks make the same bytes; what goes in has its hash in a lock; nothing that is put in is run.
"""
