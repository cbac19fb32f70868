"""The messages: those of the file beside them, which KServe's and Triton's clients know by the same numbers."""

import subprocess
import sys
from typing import Any

import pytest
from google.protobuf import descriptor_pb2

from runners.serve.grpc.messages import FILE, MESSAGES, described

_THEIRS = {
    "KServe": "from kserve.protocol.grpc.grpc_predict_v2_pb2 import DESCRIPTOR",
    "Triton": "from tritonclient.grpc.service_pb2 import DESCRIPTOR",
}
_OURS_BESIDE = "from runners.serve.grpc.messages import MESSAGES"
_TOLD = "import sys; sys.stdout.buffer.write(DESCRIPTOR.serialized_pb)"


def fields(message: Any, path: str = "") -> dict[str, tuple[Any, ...]]:
    """Return what each field is, by its path; names of packages and of the choice aside, where ours are as theirs."""
    here = f"{path}{message.name}"
    found = {f"{here}.{f.name}": (f.number, f.type, f.label, f.type_name) for f in message.field}
    for nested in message.nested_type:
        found |= fields(nested, f"{here}.")
    return found


@pytest.mark.parametrize("whose", _THEIRS)
def test_every_field_is_as_others_have_it_and_both_live_in_one_process(whose: str) -> None:
    line = [sys.executable, "-c", "\n".join((_OURS_BESIDE, _THEIRS[whose], _TOLD))]
    done = subprocess.run(line, capture_output=True, check=True)
    theirs = descriptor_pb2.FileDescriptorProto.FromString(done.stdout)
    known = {path: told for message in theirs.message_type for path, told in fields(message).items()}
    ours = {
        path: told for message in described(FILE.read_text()).message_type for path, told in fields(message).items()
    }
    others = {path: told for path, told in ours.items() if known.get(path) != told}
    # KServe's client is older than these two.
    assert others.keys() <= {"InferParameter.double_param", "InferParameter.uint64_param"}
    (service,) = [one for one in theirs.service if one.name == "GRPCInferenceService"]
    methods = {one.name: (one.input_type, one.output_type) for one in service.method}
    for name in [name.removesuffix("Request") for name in MESSAGES if name.endswith("Request")]:
        assert methods[name] == (f".inference.{name}Request", f".inference.{name}Response")


def test_the_choice_of_a_parameter_is_one() -> None:
    parameter = MESSAGES["InferParameter"](bool_param=True)
    parameter.int64_param = 7
    assert (parameter.WhichOneof("parameter_choice"), parameter.bool_param) == ("int64_param", False)


def test_what_isn_t_read_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"optional int32 a = 1;.* isn't read here"):
        described("message A {\noptional int32 a = 1;\n}")
