"""Documents as YAML: the text that `yaml.dump` gives, without the tree of nodes that it builds on its way.

A daemon that converges a thousand resources writes thousands of statuses; the nodes were half of that work.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import yaml

from reconciler.yaml.scalars import TAG, floats_as_omegaconf

_EMITTER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NUMBERS = yaml.representer.SafeRepresenter()


class _Rules(yaml.resolver.Resolver):
    """What a plain scalar would be read back as."""


floats_as_omegaconf(_Rules)
_RULES: Any = _Rules()


def dump(document: Mapping[str, Any]) -> bytes:
    """Write a mapping of dicts, lists and scalars as YAML, keys in their order.

    Raises:
        TypeError: it holds something else.
    """
    events: list[yaml.Event] = [yaml.StreamStartEvent(), yaml.DocumentStartEvent(explicit=False)]
    _add(document, events)
    events += (yaml.DocumentEndEvent(explicit=False), yaml.StreamEndEvent())
    text: str = yaml.emit(events, Dumper=_EMITTER, allow_unicode=True, width=120)
    return text.encode()


def _add(value: Any, events: list[yaml.Event]) -> None:
    if isinstance(value, str):
        events.append(_short_text(value) if len(value) < _SHORT else _text(value))
    elif isinstance(value, dict) or (not isinstance(value, list) and isinstance(value, Mapping)):
        events.append(_MAPPING)
        for key, item in value.items():
            _add(key, events)
            _add(item, events)
        events.append(_MAPPING_END)
    elif isinstance(value, list | tuple):
        events.append(_SEQUENCE)
        for item in value:
            _add(item, events)
        events.append(_SEQUENCE_END)
    else:
        events.append(yaml.ScalarEvent(None, None, (True, False), _word(value)))


_MAPPING, _MAPPING_END = yaml.MappingStartEvent(None, None, True, flow_style=False), yaml.MappingEndEvent()
_SEQUENCE, _SEQUENCE_END = yaml.SequenceStartEvent(None, None, True, flow_style=False), yaml.SequenceEndEvent()
"""The emitter only reads events, so that one of each kind will do."""
_SHORT = 64


def _text(value: str) -> yaml.ScalarEvent:
    return yaml.ScalarEvent(None, None, (_resolved(value), True), value)


_short_text = lru_cache(maxsize=4096)(_text)


def _resolved(value: str) -> bool:
    """Tell whether a text, written without quotes, is read back as a text."""
    return bool(_RULES.resolve(yaml.ScalarNode, value, (True, False)) == TAG + "str")


def _word(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(_NUMBERS.represent_float(value).value)
    raise TypeError(f"a {type(value).__name__} can't be written as YAML")
