"""Workbooks of Excel (.xlsx and .xlsm, ISO/IEC 29500): the rows of a sheet as they are stored, one after the other.

Law of the room: a workbook is somebody else's. Every part is read as a stream and in bounds, whatever its sizes claim;
a part with a document type, and so with entities, is refused before anything of it counts. What a cell says is never
guessed: one that can't be understood is told by its name, as `Loans!C7`.

Of memory it takes the texts that cells share, and one batch of rows. The libraries there are hold the sheet as a whole,
with a place for every cell between the first and the last, or raise Python's own errors of what is broken.
"""
