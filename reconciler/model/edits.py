"""Paths of the values that an edit of a YAML file sets: names with dots between them, `rollout.hold.seconds`."""


def path_of(*names: str) -> str:
    """Return the path of a value; a dot in a name has a backslash before it."""
    return ".".join(name.replace("\\", "\\\\").replace(".", "\\.") for name in names)


def names_of(path: str) -> list[str]:
    """Return the names on a path."""
    names, name, is_escaped = [], "", False
    for letter in path:
        if letter == "." and not is_escaped:
            names.append(name)
            name = ""
            continue
        is_escaped = letter == "\\" and not is_escaped
        name += "" if is_escaped else letter
    return [*names, name]
