"""The page on schemas: its spec, its data, and the proposal that comes of them, played to the end."""

import difflib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.model.change import OpenProposal
from reconciler.model.decision import Decision
from reconciler.model.ids import Address, RunName
from reconciler.model.kinds.datasets import Dataset
from reconciler.yaml.edit import edit_yaml
from runners.contract import Request, Result
from runners.ingest import run
from tests.unit.reconciler import stage

PAGE = (Path(__file__).parents[2] / "docs" / "schema.md").read_text()
ORDERS, CUSTOMERS = Address("datasets/orders"), Address("datasets/customers")


def block(title: str) -> str:
    found = re.search(rf'^```\w+ title="{re.escape(title)}"\n(.*?)^```', PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


class Shop:
    """Ingests what the page says into folders, as the daemon would order it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.spec = folder, block("specs/datasets/orders.yaml")
        (folder / "customers.csv").write_text("id\n7\n8\n9\n")
        self.customers = self._ingested("customers", {"source": {"files": {"url": "customers.csv", "format": "csv"}}})

    def _ingested(self, name: str, spec: dict[str, Any], inputs: dict[str, str] | None = None) -> Result:
        spec["source"]["files"]["url"] = str(self.folder / spec["source"]["files"]["url"])
        (self.folder / name).mkdir()
        params = Dataset.model_validate(spec).ingest_params
        request = Request(run=f"datasets/{name}/0", runner="ingest", params=params, inputs=inputs or {}, output="x")
        return run(request, self.folder / name)

    def night(self, name: str, orders: str, previous: str = "") -> Result:
        """Ingest a night's orders."""
        (self.folder / "orders.csv").write_text(orders)
        inputs = {"key-customers": (self.folder / "customers").as_uri()}
        inputs |= {"previous": (self.folder / previous).as_uri()} if previous else {}
        return self._ingested(name, yaml.safe_load(self.spec), inputs)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def decided(spec: str, result: Result) -> Decision:
    """Let the controller judge what a job has left."""
    asked, above = stage.resource(ORDERS, **yaml.safe_load(spec)), stage.upstream(CUSTOMERS, stage.data())
    name = stage.started(stage.decide(asked, stage.actual(), upstream=[above])).run
    told = {RunName(name): result.model_dump(mode="json")}
    there = stage.version(name) if result.accepted else stage.branch(name, sealed=True)
    return stage.decide(asked, stage.actual(there, results=told), upstream=[above])


def test_the_page_is_played_to_its_end(shop: Shop) -> None:
    first = shop.night("first", block("orders.csv"))
    assert (first.accepted, first.violations) == (True, ())
    later = block("orders.csv, a night later")
    refused = shop.night("refused", later, "first")
    assert [(v.where, v.what.split(" are")[0].split(" is")[0]) for v in refused.violations] == [
        ("items", "1 of 5 values (20.00%)")
    ]
    found = decided(shop.spec, refused)
    (proposal,) = stage.of(found, OpenProposal)
    assert (found.reason, proposal.title) == (
        "DataRefused",
        f"Declare the new columns and widen the schema of {ORDERS}",
    )
    assert f"*{proposal.title}*" in PAGE
    assert "| 1 of 5 | 2026-01-05" in proposal.body
    merged = edit_yaml(shop.spec, proposal.edits)
    changed = [line for line in difflib.ndiff(shop.spec.splitlines(), merged.splitlines()) if line[0] in "+-"]
    assert [line[0] + line[2:] for line in changed] == diff()
    shop.spec = merged
    accepted = shop.night("merged", later, "first")
    assert (accepted.accepted, accepted.facts["columns"]) == (True, 8)
    assert stage.of(decided(merged, accepted), OpenProposal) == []


def diff() -> list[str]:
    found = re.search(r"^```diff\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1].splitlines()


def test_its_rules_are_enforced_and_all_that_is_wrong_is_told_at_once(shop: Shop) -> None:
    wrong = block("orders.csv")
    for former, new in (
        ("3,7,2026-01-03,2026-01-05", "3,5,2026-01-03,2026-01-01"),
        ("2026-01-04,1,yes", "2026-01-08,1,yes"),
        ("4,9,", "3,9,"),
    ):
        wrong = wrong.replace(former, new)
    refused = shop.night("refused", wrong)
    rules = ["rules.shipped_after_it_was_placed", "rules.express_is_quick"]
    assert [v.where for v in refused.violations] == ["order", "customer", *rules]
    assert stage.of(decided(shop.spec, refused), OpenProposal) == []


def test_half_of_the_rows_are_too_few(shop: Shop) -> None:
    shop.night("first", block("orders.csv"))
    header, one, *_ = block("orders.csv").splitlines()
    assert [v.where for v in shop.night("refused", f"{header}\n{one}\n", "first").violations] == ["table"]
