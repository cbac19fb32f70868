"""Run events for catalogues of lineage, by OpenLineage: which there are, and what each says.

Law of the room: from values to values; nothing is sent from here. What is to be sent stands on the status branch, in
the same commit as the status that it follows from: a daemon that begins anew sends what is left, under the same ids.
"""
