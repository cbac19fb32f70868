"""A page on which one person labels, for who has no labelling tool: tasks and answers are files in a folder.

Law of the room: nothing that others answered reaches the page, and what is written is Label Studio's JSON.
"""
