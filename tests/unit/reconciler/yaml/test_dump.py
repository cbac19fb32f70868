"""Documents as YAML: the very text that PyYAML's own dumper gives."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.yaml.dump import dump
from reconciler.yaml.scalars import floats_as_omegaconf

ODD = ("", "1", "1e3", "1_0", "true", "~", "2026-01-07", "<<", "=", "a: b", "- a", "a\nb", " a", "x" * 300, "é" * 80)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.sampled_from(ODD)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


class Peer(yaml.CSafeDumper):
    """PyYAML's dumper as the daemon used it, which names nothing twice by an anchor."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


floats_as_omegaconf(Peer)


@pytest.mark.slow
@given(st.dictionaries(st.text(), VALUES))
def test_it_writes_what_the_dumper_of_pyyaml_writes(document: dict[str, Any]) -> None:
    peer = yaml.dump(document, Dumper=Peer, sort_keys=False, allow_unicode=True, encoding="utf-8", width=120)
    assert dump(document) == peer


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(TypeError, match="a object can't be written as YAML"):
        dump({"a": object()})


def test_what_stands_at_two_places_is_written_at_both() -> None:
    shared = ["a"]
    assert dump({"one": shared, "two": shared}) == b"one:\n- a\ntwo:\n- a\n"
