"""The signature of a trial is read where there is one."""

from pathlib import Path

import pytest

from runners.contract import InputError
from runners.monitor.signature import read_signature, signature_of


def test_a_signature_is_read_and_may_be_absent(tmp_path: Path) -> None:
    assert read_signature(tmp_path / "signature.json") == {}
    (tmp_path / "signature.json").write_text('{"identifier": "id"}')
    assert signature_of(tmp_path.as_uri()) == {"identifier": "id"}
    (tmp_path / "signature.json").write_text("[]")
    assert signature_of(tmp_path.as_uri()) == {}
    assert signature_of(None) == {}


def test_what_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "signature.json").write_text("{")
    with pytest.raises(InputError, match="is no JSON"):
        signature_of(tmp_path.as_uri())
