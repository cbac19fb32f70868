"""The mutation lane: small faults put into a copy of the source, each of which the quick tests must find."""
