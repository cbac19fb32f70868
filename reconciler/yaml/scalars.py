"""What plain YAML scalars mean: what they mean to OmegaConf 2.3, or a refusal.

That is YAML 1.1 without timestamps and with floats such as `1e3`; numbers that JSON or 64 bits can't hold are refused.
"""

import math
import re
from functools import lru_cache
from typing import Any

import yaml

TAG = "tag:yaml.org,2002:"
MERGE = object()
"""The key `<<`, which merges other mappings into this one."""


class _Rules(yaml.SafeLoader):
    """PyYAML's rules for plain scalars, changed as OmegaConf changes them (`omegaconf._utils.get_yaml_loader`)."""


def floats_as_omegaconf(rules: Any) -> None:
    """Change the rules of a loader, or of the dumper that is to be read back by it, as OmegaConf changes them."""
    rules.add_implicit_resolver(TAG + "float", _FLOAT, list("-+0123456789."))


_FLOAT = re.compile(
    r"""^(?:[-+]?[0-9]+(?:_[0-9]+)*\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+)
    |\.[0-9]+(?:_[0-9]+)*(?:[eE][-+][0-9]+)?
    |[-+]?[0-9]+(?:_[0-9]+)*(?::[0-5]?[0-9])+\.[0-9_]*
    |[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$""",
    re.VERBOSE,
)
floats_as_omegaconf(_Rules)
_RESOLVERS = {
    first: [(tag.removeprefix(TAG), rule) for tag, rule in rules if tag != TAG + "timestamp"]
    for first, rules in _Rules.yaml_implicit_resolvers.items()
}
_CONSTRUCT = yaml.constructor.SafeConstructor()


def plain(text: str) -> Any:
    """Return what a plain scalar means.

    Raises:
        ValueError: it means something that has no place in a spec; the text says what.
    """
    return _remembered(text) if len(text) < 64 else _meaning(text)


@lru_cache(maxsize=4096)
def _remembered(text: str) -> Any:
    return _meaning(text)


def _meaning(text: str) -> Any:
    for tag, rule in _RESOLVERS.get(text[:1], ()):
        if rule.match(text):
            return MERGE if tag == "merge" else _typed(tag, text)
    return text


def _typed(tag: str, text: str) -> Any:
    if tag == "null":
        return None
    node = yaml.ScalarNode(TAG + tag, text)
    if tag == "bool":
        return _CONSTRUCT.construct_yaml_bool(node)
    if tag not in ("int", "float") or len(text) > 100:
        raise ValueError("has no meaning here; quote it" if tag == "value" else "is too long for a number; quote it")
    try:
        number = _CONSTRUCT.construct_yaml_int(node) if tag == "int" else _CONSTRUCT.construct_yaml_float(node)
    except ValueError:
        raise ValueError("looks like a number and isn't one; quote it") from None
    if not math.isfinite(number):
        raise ValueError("is no finite number, and JSON has no word for it")
    if tag == "int" and abs(number) >= 2**63:
        raise ValueError("doesn't fit in 64 bits; quote it if it is a text")
    return number
