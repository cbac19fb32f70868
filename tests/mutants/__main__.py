"""`python -m tests.mutants --seed 1 --count 300 [--only AREA]`: exits with 1 where too many mutants live.

At least nine of ten must die in the quick tests (those that are not marked slow), and each that lives must be in
`survivors.toml` with its reason, or be among the tenth that may.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.areas import AREAS, drawn, further_tests, own_tests
from tests.mutants.ground import PASSED, UNHARMED, Fate, Ground, grounded
from tests.mutants.operators import Mutant
from tests.mutants.survivors import ROOT, TABLE, Key, accepted

LEFT = ROOT / ".bench" / "mutants.json"
SHARE = 0.9


def main() -> int:
    """Draw, try out, tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="one area, or one file of it")
    parser.add_argument("--line", type=int, default=0, help="only what is at this line of that file, all of it")
    parser.add_argument("--checked", action="store_true", help="don't run the tests without mutants first: they passed")
    told = parser.parse_args()
    count = sys.maxsize if told.line else told.count
    chosen = drawn(ROOT, [told.only] if told.only else AREAS, told.seed, count)
    chosen = [mutant for mutant in chosen if told.line in (0, mutant.line)]
    fates = tried(chosen, told.workers, is_checked=told.checked)
    if fates is None:
        return 2
    LEFT.parent.mkdir(exist_ok=True)
    LEFT.write_text(json.dumps([_written(fate) for fate in fates], indent=1) + "\n", "utf-8")
    text, passed = summed(fates, accepted())
    print(text)
    return 0 if passed else 1


def tried(chosen: list[Mutant], workers: int, *, is_checked: bool) -> list[Fate] | None:
    """Try each mutant out, in as many copies as there are workers; nothing where the tests fail without any mutant."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as place, ExitStack() as stack:
        grounds: SimpleQueue[Ground] = SimpleQueue()
        for number in range(workers):
            grounds.put(stack.enter_context(grounded(ROOT, Path(place) / str(number))))
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        rooms = set() if is_checked else {mutant.path for mutant in chosen}
        needed = sorted({test for path in rooms for test in (*own_tests(ROOT, path), *further_tests(ROOT, path))})
        ill = [said for said in pool.map(lambda tests: _ill(grounds, tests), _rooms(needed)) if said]
        if ill:  # no fate would mean anything
            print("the tests fail as they are, without any mutant:", *ill, sep="\n", file=sys.stderr)
            return None
        return list(pool.map(lambda mutant: _tried(grounds, mutant), chosen))


def _ill(grounds: "SimpleQueue[Ground]", tests: list[str]) -> str:
    """Say what fails without any mutant; it also compiles what the others then only load."""
    ground = grounds.get()
    code, _ = ground.run(tests, 1800) if tests else (PASSED, 0.0)
    said = "" if code in UNHARMED else ground.output()
    grounds.put(ground)
    return said


def _tried(grounds: "SimpleQueue[Ground]", mutant: Mutant) -> Fate:
    ground = grounds.get()
    try:
        fate = ground.try_out(mutant)
    finally:
        grounds.put(ground)
    print(f"{fate.seconds:6.1f} s  {fate.killed_by or 'SURVIVED'}\n{mutant.difference}", flush=True)
    return fate


def _rooms(tests: list[str]) -> list[list[str]]:
    return [list(room) for _, room in groupby(tests, key=lambda test: test.rpartition("/")[0])]


def summed(fates: Iterable[Fate], reasons: dict[Key, str]) -> tuple[str, bool]:
    """Say how many died, who lives and why it may, and whether that is enough."""
    fates = list(fates)
    living = [fate for fate in fates if fate.survived]
    known = [fate for fate in living if fate.mutant.key in reasons]
    lines = [f"\n{fate.mutant.difference}\n  accepted: {reasons[fate.mutant.key]}" for fate in known]
    lines += [f"\n{fate.mutant.difference}\n  not accepted\n{entry(fate)}" for fate in living if fate not in known]
    share = (len(fates) - len(living)) / len(fates) if fates else 1.0
    new = len(living) - len(known)
    lines.append(
        f"\n{len(fates)} drawn, {len(fates) - len(living)} killed, {len(living)} survived "
        f"({len(known)} accepted in {TABLE.name}, {new} not): {share:.1%} of {SHARE:.0%}"
    )
    return "\n".join(lines), share >= SHARE and not new


def entry(fate: Fate) -> str:
    """Return the lines with which it would stand in the table, the reason to be written."""
    path, before, after = (json.dumps(text, ensure_ascii=False) for text in fate.mutant.key)
    tests = f"# survived {len(fate.tests)} test files, the first of them {fate.tests[0] if fate.tests else 'none'}"
    return f'{tests}\n[[survivor]]\npath = {path}\nbefore = {before}\nafter = {after}\nreason = ""'


def _written(fate: Fate) -> dict[str, object]:
    mutant = fate.mutant
    place = {"path": mutant.path, "line": mutant.line, "operator": mutant.operator}
    text = {"before": mutant.before, "after": mutant.after}
    return {**place, **text, "killed_by": fate.killed_by, "tests": fate.tests, "seconds": round(fate.seconds, 2)}


if __name__ == "__main__":
    sys.exit(main())
