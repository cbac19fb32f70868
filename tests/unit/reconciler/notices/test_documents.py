"""The ledger on the status branch: what is written is read, and what others wrote there is checked."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from reconciler.notices.documents import as_document, of_document
from reconciler.notices.ledger import Ledger, advance
from reconciler.yaml.dump import dump
from reconciler.yaml.parse import mapping
from tests.unit.reconciler.notices.test_ledger import NOW, cause, routes, seen


def test_what_is_written_is_read() -> None:
    to = routes({}, {"after": "1h"})
    ledger = advance(
        Ledger(), seen(cause(), cause("monitors/m", "alerting", team="risk", release="p/1")), to, "dev", NOW
    )
    ledger = advance(ledger, seen(cause()), to, "dev", NOW + timedelta(minutes=2))
    assert of_document(mapping(dump(as_document(ledger)))) == ledger


def test_a_document_that_others_wrote_is_a_ledger_or_refused() -> None:
    ledger = advance(Ledger(), seen(cause(what="a\nb\x1b[31m")), routes(), "dev", NOW)
    document = as_document(ledger)
    assert "\n" not in of_document(document).pending[0].notices[0].cause.what
    for path, value in [
        (("standing", 0, "kind"), "fire"),
        (("standing", 0, "since"), "yesterday"),
        (("standing", 0, "told"), []),
        (("pending", 0, "notices"), None),
        (("pending",), 7),
        (("lost",), "many"),
        (("format",), 99),
    ]:
        broken = deepcopy(document)
        inner: Any = broken
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        with pytest.raises(ValueError, match=r".+"):
            of_document(broken)
