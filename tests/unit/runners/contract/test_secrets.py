"""How specs name secrets, and that those which a job was given leave it in no text."""

import json

import pytest

from runners.contract.secrets import SECRET, known, scrubbed, scrubbed_document, told

ENVIRON = {
    "SETPOINT_SECRET_DB": "postgresql://me:p%40ss word@db:5432/x",
    "SETPOINT_SECRET_SIGNED": "https://store/data.csv?sig=a%2Bb%2Fc&se=2026",
    "SETPOINT_SECRET_TOKEN": "hunter-two",
    "SETPOINT_SECRET_LONGER": "hunter-two-more",
    "SETPOINT_SECRET_SHORT": "yes",
    "SETPOINT_SECRET_ODD": "quo'te\\and\"über",
    "SETPOINT_SECRET_PEM": "-----BEGIN-----\nMIIEvQIBADAN\n=\n",
    "SETPOINT_SECRET_RAW": "mysql://me:first@second:third@host/db",
    "PATH": "/usr/bin",
}


def test_secrets_are_recognised() -> None:
    assert SECRET.findall("${secret:A_1}x${secret:b}") == ["A_1", "b"]
    assert not SECRET.search("${secret:1a} ${secret:} ${secret:a b} $(secret:a)")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("can't connect to postgresql://me:p%40ss word@db:5432/x", "can't connect to ${secret:DB}"),
        ("password p@ss word is wrong", "password ${secret:DB} is wrong"),
        ("403, url='https://store/data.csv?sig=a%2Bb%2Fc&se=2026'", "403, url='${secret:SIGNED}'"),
        ("GET /data.csv?sig=a+b/c&se=2026", "GET /data.csv?${secret:SIGNED}"),
        ("hunter-two-more and hunter-two", "${secret:LONGER} and ${secret:TOKEN}"),
        ("yes, /usr/bin", "yes, /usr/bin"),
        (repr(ENVIRON["SETPOINT_SECRET_ODD"]), "'${secret:ODD}'"),
        (json.dumps(["quo'te\\and\"über"]), '["${secret:ODD}"]'),
        ("can't parse MIIEvQIBADAN=", "can't parse ${secret:PEM}="),
        ("no port 'third@host', no host second", "no port '${secret:RAW}@host', no host ${secret:RAW}"),
    ],
)
def test_a_text_is_scrubbed_however_it_spells_a_secret(text: str, left: str) -> None:
    assert scrubbed(text, ENVIRON) == left


def test_a_document_keeps_its_shape_and_its_numbers() -> None:
    environ = {"SETPOINT_SECRET_PIN": "12345"}
    document = {"metrics": {"a": 12345}, "facts": ["12345", {"12345": "pin 12345"}], "none": None, "yes": True}
    assert scrubbed_document(document, environ) == {
        "metrics": {"a": 12345},
        "facts": ["${secret:PIN}", {"12345": "pin ${secret:PIN}"}],
        "none": None,
        "yes": True,
    }


def test_a_store_s_credentials_are_listed_as_their_names_don_t_say_that_they_are_secrets() -> None:
    secrets = {
        "STORE_TOKEN": "a-long-token",
        "STORE_URL": "https://me:hidden@store",
        "SETPOINT_SECRET_DB": "hunter-two",
    }
    more = {"STORE_VERIFY": "false", "STORE_HOST": "https://store.example:8000", "STORE_WORD": "postgresql://p"}
    environ = told({**secrets, **more})
    assert environ["SETPOINT_CREDENTIALS"] == "STORE_HOST,STORE_TOKEN,STORE_URL,STORE_VERIFY,STORE_WORD"
    assert known(environ).keys() == {"STORE_TOKEN", "STORE_URL", "DB", "STORE_WORD"}
    assert scrubbed("hidden a-long-token", environ) == "${secret:STORE_URL} ${secret:STORE_TOKEN}"
    assert told({"SETPOINT_SECRET_DB": "x"}) == {"SETPOINT_SECRET_DB": "x"}
