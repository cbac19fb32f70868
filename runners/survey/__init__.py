"""What a person's file holds, looked at before there is a spec: how it is written, and what its columns are for.

Law of the room: it reads by what ingest reads by, so that what it tells is what the first version will be; it guesses
nothing in silence, and writes nothing beside the file.
"""
