"""Each rule by which a statement vouches for a model, by real keys: what breaks it is refused with its reason."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.errors import Refused
from reconciler.model.kinds.deployments import Model
from reconciler.provenance.envelope import Envelope
from reconciler.provenance.vouching import vouch
from tests.unit.reconciler.provenance import made
from tests.unit.reconciler.signers import Key, restricted, ssh_key


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return ssh_key(tmp_path_factory.mktemp("keys"))


def refusal(content: bytes, signers: str, model: Model = made.MODEL) -> str:
    with pytest.raises(Refused) as refused:
        vouch(content, model, signers.encode(), made.NOW)
    return refused.value.message


def altered(change: Callable[[Any], object]) -> bytes:
    """Return the statement with a change."""
    told = json.loads(made.payload())
    change(told)
    return json.dumps(told).encode()


def test_a_statement_that_an_allowed_signer_signed_vouches_for_its_model(ada: Key) -> None:
    found = vouch(made.signed(made.payload(), ada).line(), made.MODEL, ada.public.encode(), made.NOW)
    assert found.signer == "ada@example.org"
    assert found.told["predicate"]["runDetails"]["metadata"]["invocationId"] == made.RUN


def test_one_good_signature_beside_others_is_enough(ada: Key, tmp_path: Path) -> None:
    bob = ssh_key(tmp_path, "bob")
    both = made.signed(made.payload(), bob, ada).line()
    assert vouch(both, made.MODEL, ada.public.encode(), made.NOW).signer == "ada@example.org"
    assert vouch(both, made.MODEL, bob.public.encode(), made.NOW).signer == "bob@example.org"


def test_one_without_a_signature_vouches_for_nothing(ada: Key) -> None:
    assert refusal(Envelope(made.payload()).line(), ada.public) == "isn't signed"


def test_one_that_was_changed_after_it_was_signed_is_refused(ada: Key) -> None:
    envelope = made.signed(made.payload(), ada)
    changed = Envelope(envelope.payload.replace(b"0.8", b"0.9"), envelope.signatures)
    assert changed.payload != envelope.payload
    assert "isn't one over it" in refusal(changed.line(), ada.public)


def test_a_stranger_vouches_for_nothing(ada: Key, tmp_path: Path) -> None:
    stranger = ssh_key(tmp_path, "eve")
    assert "which isn't allowed" in refusal(made.signed(made.payload(), stranger).line(), ada.public)


@pytest.mark.parametrize("options", ['valid-before="20260107"', 'valid-after="20260108"', 'namespaces="git"'])
def test_a_key_that_is_not_valid_now_or_not_for_this_is_refused(ada: Key, options: str) -> None:
    line = made.signed(made.payload(), ada).line()
    assert "not now or not for statements about models" in refusal(line, restricted(ada, options))
    vouch(line, made.MODEL, restricted(ada, 'namespaces="git,in-toto",valid-before="20270101"').encode(), made.NOW)


def test_a_signature_for_another_purpose_is_none(ada: Key) -> None:
    assert "isn't one over it" in refusal(made.signed(made.payload(), ada, namespace="git").line(), ada.public)


def test_a_statement_about_another_run_is_refused(ada: Key) -> None:
    other = Model(trial="experiments/score/ffffffffffff", digest=made.MODEL.digest)
    assert refusal(made.signed(made.payload(), ada).line(), ada.public, other) == (
        f"is about {made.RUN} and not about experiments/score/ffffffffffff"
    )


def test_a_statement_about_another_model_of_the_run_is_refused(ada: Key) -> None:
    other = Model(trial=made.RUN, digest="sha256:" + "00" * 32)
    assert "is about a model of another digest" in refusal(made.signed(made.payload(), ada).line(), ada.public, other)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda told: told.update(_type="https://in-toto.io/Statement/v0.1"), "is no in-toto statement"),
        (lambda told: told.update(predicateType="https://slsa.dev/provenance/v2"), "is no in-toto statement"),
        (lambda told: told.update(predicate=[]), "is of the build type None"),
        (
            lambda told: told["predicate"]["buildDefinition"].update(buildType="urn:x\n"),
            r"is of the build type urn:x\\n",
        ),
        (lambda told: told.update(subject="all"), "is about nothing"),
        (lambda told: told.update(subject=[{"name": made.RUN}]), "of another digest"),
        (lambda told: told.update(subject=[{"name": "\x1b[2J", "digest": {}}]), r"is about \\x1b\[2J"),
    ],
)
def test_what_a_signer_says_that_is_not_known_here_is_refused(
    ada: Key, change: Callable[[Any], object], what: str
) -> None:
    content = made.signed(altered(change), ada).line()
    with pytest.raises(Refused, match=what):
        vouch(content, made.MODEL, ada.public.encode(), made.NOW)


def test_a_signed_text_that_is_no_json_is_refused(ada: Key) -> None:
    assert refusal(made.signed(b"trust me", ada).line(), ada.public) == "is no JSON"


def test_nothing_is_read_before_a_signature_holds(ada: Key, tmp_path: Path) -> None:
    stranger = ssh_key(tmp_path, "eve")
    assert "which isn't allowed" in refusal(made.signed(b"no JSON", stranger).line(), ada.public)
