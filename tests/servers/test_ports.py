"""The ports of the tests' servers: each is one process's, whoever seeds chance."""

import random
import subprocess
import sys

from tests.servers import ports

ASK = """
import random
random.seed(0)
from tests.servers import ports
ports.LOWEST, ports.HIGHEST = {low}, {high}
print(ports.free_port(), flush=True)
input()
"""


def test_no_port_is_given_to_two_processes_however_chance_is_seeded_and_while_nobody_listens_there() -> None:
    low = next(low for low in range(31_000, 20_000, -50) if all(ports.is_free(port) for port in range(low, low + 8)))
    line = [sys.executable, "-c", ASK.format(low=low, high=low + 8)]
    asked = [subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    try:
        given = [process.stdout.readline().strip() for process in asked if process.stdout]
        assert len(set(given)) == len(given) == 4
    finally:
        for process in asked:
            process.communicate("\n", timeout=30)


def test_ports_differ_in_one_process() -> None:
    random.seed(0)
    first = [ports.free_port() for _ in range(20)]
    random.seed(0)
    assert not set(first) & {ports.free_port() for _ in range(20)}
