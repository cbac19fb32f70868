"""Previews: environments of pull requests, made from a template, driven like any other, and taken away whole.

Law of the room: nothing of a pull request is run that nobody granted who may, and what grants, bounds and equips a
preview is read from the watched branch, never from the pull request.
"""
