"""`ab-test`: whether a challenger is better than the live model, by what came of requests that were dealt to both.

    parameters  what is stated of a test, and what the look before kept
    units       who was dealt to which revision: the payload log, each unit once
    outcomes    what the outcomes say of units whose time has come, from 0 to 1
    looking     one look: the units since the last one are counted, and what is known by now is told

A look is a fold: it counts each unit once, when it is as old as the test's maturity, whichever arm it is of. So what
is known doesn't depend on how often somebody looks, nor on how quickly an outcome comes. The test is that of
`runners.sequential.arms`.

Law of the room: the log is read, never written; no value of a row and no key is told.
"""

from pathlib import Path

from runners.contract import Request, Result

__all__ = ["run"]


def run(request: Request, folder: Path) -> Result:
    """Look at a test by the input `logs`, beside the input `live`, whose model says how outcomes are read.

    Raises:
        InputError: an input isn't there, or the outcomes' source is wrong.
    """
    from runners.ab_test.looking import looked

    return looked(request, folder)
