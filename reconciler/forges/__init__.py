"""Forges: what all of them have in common, and no single one: branches, pull requests, comments, JSON over the wire.

Law of the room: it names no forge. What a forge calls a thing, and how it is asked, stands in that forge's provider,
a `Hub`. Nothing of a forge's answer is believed that wasn't checked for its type and cut to a length.
"""
