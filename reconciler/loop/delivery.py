"""Delivery: a message of notices to where its route leads, by HTTP or as mail. To deliver one twice does no harm."""

import json
import smtplib
import ssl
from collections.abc import Callable
from typing import Any

from reconciler.loop.asking import signature
from reconciler.loop.posting import PATIENCE, Letter, Place, bearer, post
from reconciler.model.errors import Refused, Unavailable
from reconciler.model.notifications import AlertmanagerTarget, ForgeTarget, MailTarget, Route, WebhookTarget
from reconciler.model.text import printable
from reconciler.notices.bodies import Sender, alerts, cloud_event, forge_notes, mail, slack
from reconciler.notices.ledger import Message
from reconciler.ports.forge import Noticeboard

OPTION = "notifications"
Secret = Callable[[str], str]


def deliver(message: Message, route: Route, sender: Sender, secret: Secret, forge: object = None) -> None:
    """Deliver a message.

    Args:
        message: what is told.
        route: to whom, and how.
        sender: who tells.
        secret: returns what `${secret:NAME}` stands for, and raises `Refused` where it isn't set.
        forge: the environment's.

    Raises:
        Unavailable: it wasn't taken, and may be later: nobody answers, or a secret isn't set.
        Refused: it never will be.
    """
    if route.webhook:
        _to_webhook(message, route.webhook, sender, secret)
    elif route.slack:
        url = _known(route.slack, secret)
        if not url.startswith(("https://", "http://")):
            raise Unavailable(f"{route.slack} is no address", "set it to the address of Slack's incoming webhook")
        post(Place("Slack", url, OPTION, is_secret=True), _letter(slack(message, sender)))
    elif route.mail:
        _to_mail(message, route.mail, sender, secret)
    elif route.alertmanager:
        _to_alertmanager(message, route, route.alertmanager, sender, secret)
    elif route.forge:
        _to_forge(message, route.forge, sender, forge)


def _to_forge(message: Message, to: ForgeTarget, sender: Sender, forge: object) -> None:
    if not isinstance(forge, Noticeboard):
        what = "the environment's forge is plain Git, which has no issues"
        raise Refused(what, "choose another one in `forge` of environment.yaml, or tell people by another route")
    for note in forge_notes(message, sender, to):
        forge.post(note)


def _letter(document: Any, **headers: str) -> Letter:
    return Letter(json.dumps(document, allow_nan=False).encode(), headers=headers)


def _known(name: str, secret: Secret) -> str:
    """Return a secret; one that isn't set may be by the next attempt."""
    try:
        return secret(name).strip()
    except Refused as error:
        raise Unavailable(error.message, error.hint) from error


def _to_webhook(message: Message, to: WebhookTarget, sender: Sender, secret: Secret) -> None:
    key = _known(to.secret, secret) if to.secret else ""
    for notice in message.notices:
        event = cloud_event(notice, message.moment, sender)
        body = json.dumps(event, allow_nan=False).encode()
        signed = signature(key, event["id"], int(message.moment.timestamp()), body) if key else {}
        post(Place("the webhook", to.url, OPTION), Letter(body, "application/cloudevents+json", signed))


def _to_alertmanager(message: Message, route: Route, to: AlertmanagerTarget, sender: Sender, secret: Secret) -> None:
    headers = bearer(_known(to.token, secret)) if to.token else {}
    place = Place("Alertmanager", f"{to.url.rstrip('/')}/api/v2/alerts", OPTION)
    post(place, _letter(alerts(message, sender, route.again), **headers))


def _to_mail(message: Message, to: MailTarget, sender: Sender, secret: Secret) -> None:
    host, _, port = to.server.partition(":")
    password = _known(to.password, secret) if to.password else ""
    try:
        with _connected(host, int(port or (465 if to.tls == "always" else 587)), to.tls) as server:
            if to.user:
                server.login(to.user, password)
            server.send_message(mail(message, sender, to))
    except smtplib.SMTPRecipientsRefused as error:
        _refused(to, [reply for reply, _ in error.recipients.values()], "none of those it is for is known there")
    except smtplib.SMTPResponseException as error:
        told = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        is_ours = isinstance(error, smtplib.SMTPAuthenticationError)  # somebody may mend the password
        _refused(to, [0 if is_ours else error.smtp_code], f"{error.smtp_code} {printable(str(told))}")
    except (OSError, smtplib.SMTPException) as error:
        what = f"{to.server} takes no mail: {printable(str(error)) or type(error).__name__}"
        raise Unavailable(
            what, "see that `mail` of the route is the server, with the kind of TLS that it has"
        ) from error


def _connected(host: str, port: int, tls: str) -> smtplib.SMTP:
    """Return a connection to a server that takes mail, encrypted as asked for."""
    trust = ssl.create_default_context()
    if tls == "always":
        return smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=trust)
    server = smtplib.SMTP(host, port, timeout=PATIENCE)
    if tls == "starttls":
        try:
            server.starttls(context=trust)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
    return server


def _refused(to: MailTarget, codes: list[int], why: str) -> None:
    """Say that a server refuses a mail: for good where it says so of all that it is for (RFC 5321, 4.2.1)."""
    if codes and all(500 <= code < 600 for code in codes):
        raise Refused(f"{to.server} refuses the mail: {why}")
    raise Unavailable(f"{to.server} doesn't take the mail now: {why}", "see who the route's `mail` is for, and as whom")
