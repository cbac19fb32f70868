"""Agreement, from the files of the newest labels or from its facts."""

from reconciler.web.pages.agreement import agreement
from reconciler.web.pages.tables import Interval
from tests.unit.reconciler.web.pages.conftest import DOCUMENTS, HOSTILE, LEFT, made, tree_of

FACTS = DOCUMENTS["labels/loans"]["facts"]


def test_agreement_is_told_by_label_and_by_annotator() -> None:
    files = {**LEFT, "reports/labels/loans/aaaaaaaaaaaa/disputes.png": b""}
    told = agreement(made({}, tree=tree_of(files)), FACTS)
    assert told.words == "Krippendorff's alpha 0.830, 95 % interval 0.800 to 0.850 (nominal distance)"
    labels, annotators = told.tables
    assert labels.rows[0][0] == HOSTILE
    assert isinstance(labels.rows[0][1], Interval)
    assert labels.rows[1] == ("no", "")
    assert annotators.rows[0][:2] == (HOSTILE, "9")
    assert told.pictures == ["reports/labels/loans/aaaaaaaaaaaa/disputes.png"]


def test_without_files_the_facts_tell_and_without_facts_nothing() -> None:
    assert agreement(made({}), {"result": {"alpha": 0.5}}).words == "Krippendorff's alpha 0.500"
    assert agreement(made({}), {}).tables == []
    assert agreement(made({}), {"result": {"undefined": "one annotator answered"}}).words == "one annotator answered"
