"""Segments: rows that share a value or a range of some columns, each held against the test rows that share it too.

A change that is small beside all rows may be all of a segment. So there are many more figures to be wrong about: they
have half of the report's rate of false alarms among them, however many they are, and a segment of too few rows is told
to have too few, not to be fine.
"""
