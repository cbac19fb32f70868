"""Figures from Prometheus: one question for all of them, and answers that say what they don't know."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote

import pytest

from reconciler.model.errors import Unavailable
from reconciler.model.ids import Digest
from reconciler.model.observed import Figures
from reconciler.providers.serving.kserve import prometheus as p
from reconciler.providers.serving.kserve.options import Options
from tests.unit.reconciler.providers.serving.kserve.told import DEPLOYMENT, RUNTIME
from tests.unit.reconciler.stage import NOW


class Answers:
    """A server that answers a question as it was told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.status, self.body, self.asked = 200, b"", ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.send_response(outer.status)
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_: object) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def tell(self, *found: tuple[dict[str, str], str]) -> None:
        result = [{"metric": labels, "value": [1.0, value]} for labels, value in found]
        self.body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()


@pytest.fixture
def answers() -> Iterator[Answers]:
    made = Answers()
    thread = Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def ask(answers: Answers, **more: object) -> Mapping[Digest, Figures]:
    options = Options.read({"image": "runners", "namespace": "models", "metrics": answers.url, "timeout": 5, **more})
    return p.ask(DEPLOYMENT, NOW - timedelta(seconds=89.5), NOW, options)


def test_figures_are_read(answers: Answers) -> None:
    old, new = {"revision": "old"}, {"revision": "new"}
    answers.tell(
        ({**old, "figure": "requests"}, "190"),
        ({**old, "figure": "times", "le": "0.025"}, "180"),
        ({**old, "figure": "times", "le": "+Inf"}, "190"),
        ({**new, "figure": "requests"}, "10"),
        ({**new, "figure": "errors"}, "3"),
    )
    assert ask(answers) == {"old": Figures(190, 0, {25: 180, float("inf"): 190}), "new": Figures(10, 3)}
    (query,) = parse_qs(answers.asked)["query"]
    labels = 'namespace="models",deployment="employment",code!~"4.."'
    assert (
        f"sum by (revision) (clamp_min(max_over_time(setpoint_request_duration_seconds_count{{{labels}}}[90s])" in query
    )


def test_without_a_request_there_are_no_times(answers: Answers) -> None:
    answers.tell(({"figure": "requests", "revision": "old"}, "0"), ({"figure": "times", "revision": "old"}, "NaN"))
    assert ask(answers) == {"old": Figures()}
    answers.tell()
    assert ask(answers) == {}


def test_the_labels_of_an_environment_s_series_can_be_named(answers: Answers) -> None:
    answers.tell()
    ask(answers, series={"kubernetes_namespace": "models", "cluster": 'a"b'})
    (query,) = parse_qs(answers.asked)["query"]
    assert '{kubernetes_namespace="models",cluster="a\\"b",deployment="employment",code' in query


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (503, b"", "it answers 503"),
        (200, b"<html>", "its answer is none of a Prometheus"),
        (200, b'{"data": {"result": [{}]}}', "its answer is none of a Prometheus"),
        (200, b"[]", "its answer is none of a Prometheus"),
    ],
)
def test_what_is_no_answer_is_told(answers: Answers, status: int, body: bytes, why: str) -> None:
    answers.status, answers.body = status, body
    with pytest.raises(Unavailable) as raised:
        ask(answers)
    assert raised.value.message == f"no figures from the Prometheus at {answers.url.rstrip('/')}: {why}"


def test_monitors_are_told_where_the_series_of_an_endpoint_are() -> None:
    options = Options.read({"image": "runners", "namespace": "models", "metrics": "http://prometheus/"})
    url = unquote(p.metrics_url(DEPLOYMENT, options))
    assert url.startswith("http://prometheus/federate?match[]={namespace=")
    assert '__name__=~"setpoint_request_duration_seconds_.' in url
    assert p.metrics_url(DEPLOYMENT, RUNTIME) == ""
