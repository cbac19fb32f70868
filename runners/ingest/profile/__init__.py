"""The profile: what a dataset looks like, in figures, pictures and words.

Law of the room: a profile is a JSON value made from the summary of the data alone, so that the same data gives the same
profile; every picture, page and proposal is drawn from that value.
"""
