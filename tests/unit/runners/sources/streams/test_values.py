"""Values: what each format makes of bytes, and that whatever isn't of it is told as such."""

import contextlib
import io
import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import fastavro
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.timestamp_pb2 import DESCRIPTOR as TIMESTAMP
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runners.contract import InputError, SourceUnavailable
from runners.sources.streams.registry import Registry, Unreadable
from runners.sources.streams.values import decoder
from tests.unit.runners.sources.streams.registry_server import RegistryServer, serving

NOW = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
MONEY = {"type": "record", "name": "Money", "namespace": "a", "fields": [{"name": "cents", "type": "long"}]}
PAYMENT = {
    "type": "record",
    "name": "Payment",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "paid", "type": ["null", "a.Money"]},
        {"name": "rate", "type": {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    ],
}
ROW = {"id": 7, "paid": {"cents": 5}, "rate": Decimal("1.25"), "at": NOW}


@pytest.fixture(scope="module")
def server() -> Iterator[RegistryServer]:
    with serving() as made:
        made.schemas["/subjects/a.Money/versions/3"] = {"schema": json.dumps(MONEY)}
        reference = {"name": "a.Money", "subject": "a.Money", "version": 3}
        made.schemas["/schemas/ids/258"] = {"schema": json.dumps(PAYMENT), "references": [reference]}
        made.schemas["/schemas/ids/9"] = {"schema": '"no such type"'}
        made.schemas["/schemas/ids/5?format=serialized"] = _told(_outer(), {"inner.proto": "inner"})
        made.schemas["/subjects/inner/versions/1?format=serialized"] = _told(_inner(), {})
        yield made


def _told(file: Any, references: dict[str, str]) -> dict[str, Any]:
    refers = [{"name": name, "subject": subject, "version": 1} for name, subject in references.items()]
    schema = b64encode(file.SerializeToString()).decode()
    return {"schemaType": "PROTOBUF", "schema": schema, "references": refers}


def _inner() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="inner.proto", package="b", syntax="proto3")
    message = file.message_type.add(name="Inner")
    message.field.add(name="word", number=1, type=9, label=1)
    return file


def _outer() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="outer.proto", package="b", syntax="proto3")
    file.dependency.extend(["inner.proto", "google/protobuf/timestamp.proto"])
    file.message_type.add(name="Zero")  # the order of the file is another than that of names
    message = file.message_type.add(name="Alpha")
    nested = message.nested_type.add(name="Nested")
    nested.field.add(name="n", number=1, type=5, label=1)
    kind = file.enum_type.add(name="Kind")
    kind.value.add(name="NONE", number=0)
    kind.value.add(name="SOME", number=1)
    message.field.add(name="id", number=1, type=3, label=1)
    message.field.add(name="inner", number=2, type=11, label=1, type_name=".b.Inner")
    message.field.add(name="kind", number=3, type=14, label=1, type_name=".b.Kind")
    message.field.add(name="at", number=4, type=11, label=1, type_name=".google.protobuf.Timestamp")
    message.field.add(name="many", number=5, type=5, label=3)
    message.oneof_decl.add(name="_maybe")
    message.field.add(name="maybe", number=6, type=1, label=1, oneof_index=0, proto3_optional=True)
    return file


def headed(number: int, body: bytes) -> bytes:
    return b"\0" + number.to_bytes(4, "big") + body


def avro(number: int = 258) -> bytes:
    written = io.BytesIO()
    named: dict[str, Any] = {}
    fastavro.parse_schema(MONEY, named)
    fastavro.schemaless_writer(written, fastavro.parse_schema(PAYMENT, named), ROW)
    return headed(number, written.getvalue())


def protobuf() -> bytes:
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(TIMESTAMP.serialized_pb)
    pool.Add(_inner())
    pool.Add(_outer())
    made = message_factory.GetMessageClass(pool.FindMessageTypeByName("b.Alpha"))()
    made.id, made.inner.word, made.kind, made.many[:] = 2**40, "ø", 1, [1, 2]
    made.at.FromDatetime(NOW)
    return headed(5, b"\x02\x02" + made.SerializeToString())  # one index: the second message of the file


def test_avro_is_read_by_the_schema_that_a_message_names_and_those_it_refers_to(server: RegistryServer) -> None:
    read = decoder("avro", Registry(server.url), "")
    server.asked.clear()
    assert [read(avro()) for _ in range(3)] == [ROW] * 3
    assert server.asked == ["/schemas/ids/258", "/subjects/a.Money/versions/3"]


def test_protobuf_is_read_by_the_descriptor_that_a_message_names(server: RegistryServer) -> None:
    read = decoder("protobuf", Registry(server.url), "")
    told = {"id": 2**40, "inner": {"word": "ø"}, "kind": "SOME", "at": NOW, "many": [1, 2], "maybe": None}
    assert read(protobuf()) == told
    assert read(headed(5, b"\x00")) == {}  # the first message of the file, which is written as nothing
    assert read(headed(5, b"\x04\x02\x00\x08\x05")) == {"n": 5}  # a message within the second one


def test_json_may_have_the_number_of_a_schema_before_it(server: RegistryServer) -> None:
    assert decoder("json", Registry(server.url), "")(headed(1, b'{"a": 1}')) == {"a": 1}
    assert decoder("json", Registry(server.url), "")(b'{"a": 1}') == {"a": 1}
    with pytest.raises(Unreadable, match="no JSON"):
        decoder("json", None, "")(headed(1, b'{"a": 1}'))


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        ("avro", avro()[:-1], "isn't of schema 258"),
        ("avro", avro() + b"\0", "longer than its schema 258 says"),
        ("avro", avro(77), "the registry has no schema 77"),
        ("avro", avro(9), "schema 9 is none of Avro"),
        ("avro", b"{}", "doesn't begin with the number"),
        ("avro", b"", "doesn't begin with the number"),
        ("protobuf", headed(5, b"\x02\x02\x08"), "isn't of schema 5"),
        ("protobuf", headed(5, b"\x02\x40"), "isn't of schema 5"),
        ("protobuf", headed(5, b"\xff" * 30), "isn't of schema 5"),
        ("protobuf", headed(5, b""), "isn't of schema 5"),
        ("protobuf", headed(78, b"\0"), "the registry has no schema 78"),
        ("json", b'{"secret"', "no JSON: Expecting ':' delimiter at character 9"),
        ("json", b"9" * 5000, "no JSON that can be read"),
        ("text", b"\xff", "no text in UTF-8"),
    ],
)
def test_what_is_of_no_format_is_told_without_its_words(
    kind: Any, value: bytes, why: str, server: RegistryServer
) -> None:
    with pytest.raises(Unreadable, match=why) as caught:
        decoder(kind, Registry(server.url), "")(value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("kind", ["avro", "protobuf", "json", "text"])
@given(data=st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_is_a_value_or_unreadable(kind: Any, data: st.DataObject, server: RegistryServer) -> None:
    whole = {"avro": avro(), "protobuf": protobuf()}.get(kind, b'{"a": [1, 2]}')
    at = data.draw(st.integers(0, len(whole)))
    value = data.draw(st.sampled_from([whole[:at], b""])) + data.draw(st.binary(max_size=12))
    read = decoder(kind, Registry(server.url), "")
    with contextlib.suppress(Unreadable):
        read(value)


def test_a_registry_that_refuses_is_no_poison(server: RegistryServer) -> None:
    try:
        server.credentials = "Basic YTpiOmM="  # a and b:c
        with pytest.raises(InputError, match="401"):
            Registry(server.url).schema(258)
        parts = server.url.split("://")
        assert Registry(f"{parts[0]}://a:b%3Ac@{parts[1]}").schema(9).text == '"no such type"'
        server.credentials = None
        for status, kind in ((500, SourceUnavailable), (429, SourceUnavailable), (302, InputError)):
            server.status = status
            with pytest.raises(kind, match=str(status)):
                Registry(server.url).schema(258)
    finally:
        server.credentials, server.status = None, 0
    with pytest.raises(SourceUnavailable):
        Registry("http://127.0.0.1:1").schema(258)
    with pytest.raises(InputError, match="no URL of the web"):
        Registry("file:///etc/passwd")
    server.schemas["/schemas/ids/10"] = b"<html>"
    with pytest.raises(InputError, match="no schema registry"):
        Registry(server.url).schema(10)
