"""Notices: what needs a person, whom that was told, and in which words.

Law of the room: from values to values; nothing is sent from here. A cause is told once to each route, again where that
asks for it, and once more when it has ended; that it has ended is only said of what was looked at.
"""
