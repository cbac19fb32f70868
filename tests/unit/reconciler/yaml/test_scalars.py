"""Plain scalars mean what they mean to OmegaConf."""

import re
from contextlib import suppress
from time import process_time

import pytest
import yaml
from omegaconf._utils import get_yaml_loader

from reconciler.yaml.parse import read
from reconciler.yaml.scalars import MERGE, plain

OMEGACONF = get_yaml_loader()
SCALARS = re.findall(
    r"\S+",
    """
1 -1 +1 0 007 0o7 0x1F 0b101 1_000 12:30 1:30.5 1.5 1. .5 -.5 1e3 1E3 1e-3 1.5e3 1.5e+3 .5e+3 1_0.5 1e
true True TRUE yes Yes on Off no n y null Null ~ NULL 2020-01-01 2020-01-01T00:00:00Z text a.b 'quoted' "quoted"
. .. 0_ 08 0x 1,000 1__0 a=b http://x/y?z=1 ${a} ??? -x é
""",
)


@pytest.mark.parametrize("scalar", SCALARS)
def test_scalars_mean_what_they_mean_to_omegaconf(scalar: str) -> None:
    text = f"a: {scalar}\nb:\n- {scalar}\n"
    assert repr(read(text.encode()).value) == repr(yaml.load(text, Loader=OMEGACONF))


def test_the_merge_key_is_itself() -> None:
    assert plain("<<") is MERGE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (".nan", "no finite number"),
        ("1e999", "no finite number"),
        ("18446744073709551616", "64 bits"),
        ("9" * 101, "too long"),
        ("0x_", "isn't one"),
        ("=", "no meaning"),
    ],
)
def test_what_has_no_place_in_a_spec(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        plain(text)


@pytest.mark.parametrize("text", ["1_" * 400_000, "1:" * 400_000, "1" * 800_000 + "x", "." * 800_000, "-" * 800_000])
def test_long_scalars_are_read_or_refused_at_once(text: str) -> None:
    start = process_time()
    with suppress(ValueError):
        assert plain(text) == text
    assert process_time() - start < 5
