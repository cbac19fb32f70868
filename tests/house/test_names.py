"""Rooms and classes are named by what they are; ports are small; nothing goes without a word about itself."""

import ast

from tests.house.test_sizes import PROTOCOL_METHODS
from tests.house.yardstick import empty_names, protocol_methods, sources, told


def test_names_say_something() -> None:
    empty = [
        f"{source.path}: {name}" for source in sources("reconciler", "runners", "tests") for name in empty_names(source)
    ]
    assert not empty, told(
        empty, "Name it by the noun of the domain that it is about, and move it to that noun's room."
    )


def test_every_module_says_what_it_is_for() -> None:
    silent = [source.path for source in sources("reconciler", "runners", "tests") if not ast.get_docstring(source.tree)]
    assert not silent, told(silent, "Open the module with a docstring: what it is for, and the law that holds in it.")


def test_ports_are_small() -> None:
    wide = [
        f"{source.path}: {name} has {count} methods"
        for source in sources("reconciler/ports")
        for name, count in protocol_methods(source).items()
        if count > PROTOCOL_METHODS
    ]
    assert not wide, told(wide, f"Split the port by who needs it: at most {PROTOCOL_METHODS} methods.")
