"""What a request names."""

import pytest

from runners.serve.http.request import RefusedRequest, target


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (b"/v2/models/a/infer", ("/v2/models/a/infer", "")),
        (b"/v1/models/a:predict?class=1&b", ("/v1/models/a:predict", "class=1&b")),
        (b"/a%2Fb%20c?d=%20", ("/a/b c", "d=%20")),
        (b"http://a:80/b?c", ("/b", "c")),
        (b"/a#b", ("/a", "")),
        (b"/%ff", ("/�", "")),
    ],
)
def test_a_path_is_unquoted_and_a_query_is_not(url: bytes, found: tuple[str, str]) -> None:
    assert target(url) == found


@pytest.mark.parametrize("url", [b"a:1", b"", b"http://"])
def test_what_names_no_path_is_refused(url: bytes) -> None:
    with pytest.raises(RefusedRequest, match="names no path"):
        target(url)
