"""From what is desired and what was observed to a plan.

Law of the room: pure functions. What a reviewer is shown and what the loop applies come from here and nowhere else.
"""

from reconciler.plan.decide import decide

__all__ = ["decide"]
