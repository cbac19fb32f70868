"""Findings: what is odd in a dataset, each by a word of a closed vocabulary, with figures and with what to do about it.

Law of the room: a finding is made from the rows alone, whatever their order, without a clock and without chance. What
was looked for in some rows only says so, with an interval. None holds a value of a sensitive column.
"""
