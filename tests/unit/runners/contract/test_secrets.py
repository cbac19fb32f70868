"""How specs name secrets."""

from runners.contract.secrets import SECRET


def test_secrets_are_recognised() -> None:
    assert SECRET.findall("${secret:A_1}x${secret:b}") == ["A_1", "b"]
    assert not SECRET.search("${secret:1a} ${secret:} ${secret:a b} $(secret:a)")
