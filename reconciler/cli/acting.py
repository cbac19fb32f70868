"""What people do on the page, made by the code of the commands, under the name of who asks."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from reconciler.cli.controls import now, write_approval, write_control
from reconciler.model.errors import Raced, Refused, Unavailable
from reconciler.settings import Settings
from reconciler.web.pages.acting import Act, Done, Verb


class Commands:
    """Makes acts.

    Args:
        places: the environments by their keys.
    """

    def __init__(self, places: Mapping[str, Settings]) -> None:
        self._places = places

    def __call__(self, act: Act) -> Done:
        """Make an act.

        Raises:
            SetpointError: it can't be made; says what to do.
        """
        settings = replace(self._places[act.key], author=act.author)
        try:
            return _MADE[act.verb](settings, act)
        except (Refused, Raced, Unavailable) as error:
            if error.hint:
                raise
            hint = f"nothing was changed; the command says more: setpoint {act.verb} {act.address or act.said}"
            raise type(error)(error.message, hint) from error


def _controlled(settings: Settings, act: Act, words: str, change: Mapping[str, object]) -> Done:
    write_control(settings, act.address, change, act.verb.value)
    return Done(f"{act.address} {words} in {settings.environment}")


def _reconciled(settings: Settings, act: Act) -> Done:
    return _controlled(settings, act, "is asked for", {"requested": now()})


def _suspended(settings: Settings, act: Act) -> Done:
    return _controlled(settings, act, "is suspended", {"suspended": True, "reason": act.said})


def _resumed(settings: Settings, act: Act) -> Done:
    return _controlled(settings, act, "goes on", {"suspended": None, "reason": None})


def _approved(settings: Settings, act: Act) -> Done:
    write_approval(settings, act.said)
    return Done(f"{act.said} is approved in {settings.environment}")


def _proposed(settings: Settings, act: Act) -> Done:
    from reconciler.cli.proposing import propose, target_of
    from reconciler.cli.rollback import rolled_back

    if act.verb is Verb.ROLLBACK:
        opened = rolled_back(settings, act.address, act.said, merge=False)
    else:
        opened = propose(target_of(settings, act.address), act.said, "Promote", merge=False, alike=True)
    return Done(f"proposed on branch {opened.branch}; its merge makes it so", opened.branch, opened.url)


_MADE: Mapping[Verb, Callable[[Settings, Act], Done]] = {
    Verb.RECONCILE: _reconciled,
    Verb.SUSPEND: _suspended,
    Verb.RESUME: _resumed,
    Verb.PROPOSE: _proposed,
    Verb.ROLLBACK: _proposed,
    Verb.APPROVE: _approved,
}
