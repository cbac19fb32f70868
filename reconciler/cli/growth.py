"""What a text has grown by since it was last read, where its beginning may have been cut off meanwhile."""

ENOUGH = 200
"""Characters that both texts have in common before one is taken for the other's end."""
TRIES = 100
"""Places at which the newer text is looked for in the older one, as one that repeats itself may have any number."""


def growth(before: str, now: str) -> str:
    """Return what a text has grown by; all of it, after a line with a mark, where it doesn't follow the older one."""
    if now.startswith(before):
        return now.removeprefix(before)
    head, place = now[:ENOUGH], -1
    for _ in range(TRIES if len(head) == ENOUGH else 0):
        place = before.find(head, place + 1)
        if place < 0:
            break
        if now.startswith(before[place:]):
            return now[len(before) - place :]
    return f"…\n{now}"
