"""Causes: which columns moved and what that costs, in which version of the data it began, and what to do.

Law of the package: it reads what the figures were made of and what they told, and changes none of them.
"""
