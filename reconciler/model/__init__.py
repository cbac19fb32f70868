"""The nouns of the reconciler, as frozen values.

Law of the room: no input or output, no clock, no randomness, no vendor's SDK. Everything here can be built,
compared, hashed and printed by a test without any set-up.
"""
