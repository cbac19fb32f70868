"""One thing, one file, one test file: tests/unit/ mirrors the packages."""

from pathlib import PurePosixPath

from tests.house.yardstick import ROOT, has_logic, home_of_tests, sources, told

# Modules with logic and no file of unit tests of their own, each with the reason.
_DEMO = "tests/e2e/test_demo.py plays it to its end"
_LAKEFS = "tests/conformance/test_data.py and tests/engines/ ask the real server"
_SUITES = "tests/conformance/ runs them on every provider of ours"
_TYPED = "tests/e2e/test_tutorials.py types it, on real engines"
ELSEWHERE: dict[str, str] = {
    **{
        f"reconciler/cli/demo/{name}.py": _DEMO
        for name in ("__init__", "acts", "cleanup", "closing", "display", "safety", "traffic", "workspace")
    },
    **{f"reconciler/providers/data/lakefs/{name}.py": _LAKEFS for name in ("merging", "repository", "server", "store")},
    **{
        f"reconciler/conformance/{name}.py": _SUITES
        for suite in ("data", "forge", "labelling", "pool", "runner", "serving")
        for name in ("short_job", "stores", "forges", "labellings", "pools", "runners", "servings", f"test_{suite}")
    },
    "reconciler/forges/issues.py": "tests/unit/reconciler/providers/forge/github/test_issues.py",
    "runners/sources/cursors.py": "tests/unit/runners/ingest/test_growth.py",
    "runners/sources/streams/kafka.py": "tests/engines/test_streams.py, by a real Kafka",
    "runners/sources/streams/nats.py": "tests/engines/test_streams.py, by a real NATS",
    "runners/sources/streams/log.py": "tests/unit/runners/sources/streams/test_stream.py",
    "runners/sources/streams/plan.py": "tests/unit/runners/sources/streams/test_stream.py",
    "runners/sources/streams/rows.py": "tests/unit/runners/sources/streams/test_stream.py",
    "runners/sources/streams/protobuf.py": "tests/unit/runners/sources/streams/test_values.py",
    "runners/sources/streams/registry.py": "tests/unit/runners/sources/streams/test_values.py",
    "runners/sources/opened.py": "tests/unit/runners/sources/test_formats.py reads by it",
    "runners/ingest/pieces.py": "tests/unit/runners/ingest/test_by_parts.py and test_scored.py read by it",
    "runners/ingest/grown.py": "tests/unit/runners/ingest/test_growth.py and test_by_files.py hold what both have",
    "reconciler/controllers/campaign_case.py": "tests/unit/reconciler/controllers/test_campaigns.py",
    "reconciler/controllers/campaign_choosing.py": "tests/unit/reconciler/controllers/test_campaigns.py",
    "reconciler/ports/labelling.py": "tests/conformance/test_labelling.py",
    "reconciler/cli/promote.py": "tests/unit/reconciler/cli/test_proposing.py types it",
    **{
        f"runners/{path}.py": "tests/engines/test_changes.py follows tables of a real PostgreSQL by it"
        for path in ("ingest/changing", "ingest/unchanged", "sources/changes/catalogue", "sources/changes/postgres")
    },
    "runners/sources/changes/debezium_values.py": "tests/unit/runners/sources/changes/test_debezium.py",
    "runners/label/formats/cvat_shapes.py": "tests/unit/runners/label/formats/test_coco_shapes.py",
    "runners/label/formats/label_studio_writing.py": "tests/unit/runners/label/formats/test_writing.py",
    "runners/label/formats/text_writing.py": "tests/unit/runners/label/formats/test_writing.py",
    "runners/label/formats/written.py": "tests/unit/runners/label/formats/test_writing.py",
    "runners/label/formats/xml_writing.py": "tests/unit/runners/label/formats/test_writing.py",
    "runners/label/formats/yolo_writing.py": "tests/unit/runners/label/formats/test_writing.py",
    "runners/label/glad.py": "tests/unit/runners/label/test_rules.py",
    "runners/label/mace.py": "tests/unit/runners/label/test_rules.py",
    "runners/label/shapes.py": "tests/unit/runners/label/test_marks.py",
    "runners/label/written.py": "tests/unit/runners/label/test_labelling.py",
}


def test_every_module_with_logic_has_its_tests() -> None:
    missing = [
        f"{source.path}: no {home_of_tests(source)}"
        for source in sources("reconciler", "runners")
        if has_logic(source) and source.path not in ELSEWHERE and not (ROOT / home_of_tests(source)).exists()
    ]
    assert not missing, told(missing, "Write its tests there; or, if another suite holds it, name it in ELSEWHERE.")


def test_every_unit_test_has_its_module() -> None:
    homes = {home_of_tests(source) for source in sources("reconciler", "runners")}
    stray = [
        source.path for source in sources("tests/unit") if _is_test(source.path) and not _has_home(source.path, homes)
    ]
    assert not stray, told(stray, "Move it beside the module that it tests: tests/unit/<package>/.../test_<module>.py.")


def test_what_is_tested_elsewhere_is_still_there() -> None:
    stale = [path for path in ELSEWHERE if not (ROOT / path).exists()]
    tested = [
        source.path
        for source in sources("reconciler")
        if source.path in ELSEWHERE and (ROOT / home_of_tests(source)).exists()
    ]
    assert not stale + tested, told(
        stale + tested, "Strike it from ELSEWHERE: it is gone, or it has its own tests now."
    )


def _is_test(path: str) -> bool:
    return PurePosixPath(path).name.startswith("test_")


def _has_home(path: str, homes: set[str]) -> bool:
    """Accept test_<module>.py, and test_<module>_<aspect>.py where one file would be too long."""
    return any(path == home or path.startswith(f"{home.removesuffix('.py')}_") for home in homes)
