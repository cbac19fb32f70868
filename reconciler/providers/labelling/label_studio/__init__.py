"""Label Studio: projects of the open edition by its REST API.

    token      a personal access token, and the short-lived one that it is exchanged for
    api        requests, what their refusals mean, and lists read to their end
    health     what the server tells of itself
    projects   the port

Law of the room: what the server says is read within bounds and checked before it is believed. A project is known by the
mark in its description, a task by `setpoint_task` in its `meta`: neither is shown to those who answer.
"""

from reconciler.providers.labelling.label_studio.projects import LabelStudio

__all__ = ["LabelStudio"]
