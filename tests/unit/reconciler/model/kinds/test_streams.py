"""Streams as specs tell them."""

import pytest
from pydantic import ValidationError

from reconciler.model.kinds.sources import DatasetSource
from runners.sources.parameters import StreamSource

STREAM: dict[str, object] = {"protocol": "kafka", "url": "k:9092", "topics": "a"}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"topics": []}, "at least 1"),
        ({"subject": "a.>"}, "subject is of nats"),
        ({"value": "avro"}, "read by a schema registry"),
        ({"key_format": "protobuf"}, "read by a schema registry"),
        ({"registry": "ftp://x"}, "pattern"),
        ({"options": {"sasl.password": "plain"}}, "can be read by whoever"),
        ({"start": "2026-01-01T00:00:00"}, "in which zone"),
        ({"start": "yesterday"}, "expected a moment"),
        ({"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T01:00:00+01:00"}, "one moment"),
        ({"rows": 0}, "greater than or equal"),
        ({"rate": 0}, "greater than 0"),
    ],
)
def test_a_stream_that_can_not_be_is_refused(more: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        DatasetSource.model_validate({"stream": {**STREAM, **more}})


def test_a_job_reads_what_a_stream_s_spec_says() -> None:
    """What the daemon writes the runner takes, each field of it."""
    more = {
        "within": "10m", "key": "id", "metadata": ["offset"], "start": "2026-01-01T01:00:00+01:00", "rate": 5.0,
        "options": {"sasl.password": "${secret:A}"}, "registry": "https://r", "end": "2027-01-01T00:00:00Z",
    }  # fmt: skip
    found = DatasetSource.model_validate({"stream": {**STREAM, **more}}).stream
    assert found
    told = StreamSource.model_validate(found.told)
    assert (told.within, told.key, told.start) == (600, ("id",), "2026-01-01T00:00:00+00:00")
    assert set(StreamSource.model_fields) == set(type(found).model_fields)
