"""Provenance: signed statements about models, each of which says what a model was made from, by whom and when.

Law of the room: it asks no engine and knows no Git. A statement is made from what the daemon itself ordered and saw,
and is the same for the same. Of one that is read nothing is believed before a signature by an allowed signer holds.
"""
