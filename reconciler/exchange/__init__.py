"""The columns of a dataset as other tools write them, and back: TFMD, ODCS, JSON Schema, pandera, Croissant.

Law of the room: from value to text and from text to value. It opens no file, and asks none of the formats' libraries.
What one side has no word for is no error and no secret: it is told as a loss.
"""
