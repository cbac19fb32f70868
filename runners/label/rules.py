"""The rules by which several answers become one label."""

from collections.abc import Mapping
from types import MappingProxyType

from runners.label.glad import by_glad
from runners.label.mace import by_mace
from runners.label.merging import Rule, by_dawid_skene, by_majority

RULES: Mapping[str, Rule] = MappingProxyType(
    {"majority": by_majority, "dawid-skene": by_dawid_skene, "mace": by_mace, "glad": by_glad}
)
"""The rules by their names in a spec."""
