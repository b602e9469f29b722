"""Commands that need the engine: the running one is asked; where none runs, the store is opened here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

from aloft.act.models import Occurrence
from aloft.engagement.load import Reading
from aloft.engagement.model import Model
from aloft.engine import client, explained
from aloft.engine import returning as engine_returning
from aloft.engine.explained import Explanation
from aloft.engine.publishing import NotPublished, publish_from
from aloft.engine.returning import Return
from aloft.records.models import Account, ModelVersion

if TYPE_CHECKING:  # the engine itself is loaded where none runs
    from aloft.engine.loop import Made
    from aloft.facts.keep import Progress

PATIENCE = 600.0  # seconds: a command waits, a page does not

as_object = explained.as_object


class Unanswered(Exception):
    """The engine could not do it; the message says why."""


def ask(
    question: str, progress: Progress = lambda _done, _of: None, /, **arguments: object
) -> dict[str, Any]:
    found = client.ask(question, patience=PATIENCE, progress=progress, **arguments)
    if found is None:
        from aloft.engine.home import open_engine
        from aloft.engine.questions import answer

        with open_engine(settings.ALOFT_HOME) as engine:
            found = answer(engine, question, arguments, progress)
    return _told(found)


def _told(found: dict[str, Any]) -> dict[str, Any]:
    if "error" in found:
        raise Unanswered(str(found["error"]))
    return found


def run(until: datetime, made: Made, *, send: bool = False) -> dict[str, Any]:
    """Move the clock of the engine, here or where it runs; `made` hears of the turns that are made here.

    `send`: messages go to the outbox. An engine that serves sends by itself.
    """
    found = client.ask("run", patience=PATIENCE, until=until.isoformat())
    if found is not None:
        return _told(found)
    from aloft.engine.home import open_engine
    from aloft.engine.questions import moved

    with open_engine(settings.ALOFT_HOME) as engine:
        engine.sends = send
        return moved(engine, until, made)


def explain(account: str, name: str) -> dict[str, Any]:
    told: dict[str, Any] = ask("explain", account=account, name=name)["explained"]
    return told


def levels() -> dict[str, Any]:
    told: dict[str, Any] = ask("levels")["levels"]
    return told


def sources() -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = ask("sources")["sources"]
    return told


def report(name: str, **arguments: object) -> dict[str, Any]:
    told: dict[str, Any] = ask("report", name=name, **arguments)["report"]
    return told


def plan(progress: Progress, **asked: object) -> dict[str, Any]:
    """`asked` is what `text_of` gives, or a stored version by `model` and `version`."""
    told: dict[str, Any] = ask("plan", progress, **asked)["plan"]
    return told


def text_of(reading: Reading) -> dict[str, object]:
    """A text to plan: whole, with what it extends named beside it."""
    return {"document": reading.document, "file": reading.model.file, "bases": list(reading.model.bases)}


def publish(
    model: Model, document: str, live_from: datetime, now: datetime, progress: Progress
) -> ModelVersion:
    """Publish; a date before what is decided rolls the log again from there, which needs the store to itself.

    What the metrics read is filled first where an engine runs, for it goes live there at once; where none does,
    afterwards, for the model may name another home zone. `progress` hears of it.
    """

    def act(running: bool) -> ModelVersion:
        return publish_from(model, document, live_from=live_from, now=now, actor="cli", running=running)

    return _filled(document, act, progress, fills=live_from >= now)


def _filled(
    document: str, act: Callable[[bool], ModelVersion], progress: Progress, *, fills: bool
) -> ModelVersion:
    running = client.ask("ping", patience=PATIENCE) is not None
    if running:
        ask("fill", progress, document=document)
    try:
        version = act(running)
    except ValueError as refused:
        raise Unanswered(str(refused)) from refused
    if not running and fills:
        ask("fill", progress, document=document)
    return version


def returning(name: str | None, to: int | None) -> Return:
    """Without a name: of the one model that is published."""
    try:
        return engine_returning.returning(name or _only_model(), to)
    except NotPublished as refused:
        raise Unanswered(str(refused)) from refused


def retiring(name: str) -> Return:
    try:
        return engine_returning.retiring(name)
    except NotPublished as refused:
        raise Unanswered(str(refused)) from refused


def _only_model() -> str:
    names = list(ModelVersion.objects.order_by("name").values_list("name", flat=True).distinct())
    if len(names) != 1:
        raise Unanswered(
            f"say which model: there is {', '.join(names)}" if names else "no model is published yet"
        )
    return names[0]


def return_to(wanted: Return, now: datetime, progress: Progress) -> ModelVersion:
    def act(running: bool) -> ModelVersion:
        return engine_returning.return_to(wanted, now=now, actor="cli", running=running)

    return _filled(wanted.reading.document, act, progress, fills=True)


def why(account: str, moment: str | None, product: str = "", at: datetime | None = None) -> list[Explanation]:
    """Of what has opened first; then of what is not open. `product`: at that relationship of the account. `at`: as it
    was known at that instant, by what was in force then; None: now."""
    row = _account(account, product)
    named = {"moment": moment} if moment else {}
    opened = Occurrence.objects.filter(account=row, **named).select_related(
        "account", "owner", "model_version"
    )
    if at is None:
        told = ask("why_not", account=row.external_id, moment=moment)
    else:
        opened = opened.filter(opened_at__lte=at)
        told = ask("why_not_at", account=row.external_id, moment=moment, at=at.isoformat())
    found = [explained.of_occurrence(one, at) for one in opened.order_by("opened_at", "id")]
    found += [explained.from_object(one) for one in told["explanations"]]
    if not found:
        raise Unanswered(_nothing(moment))
    return found


def _account(account: str, product: str) -> Account:
    whole = Account.objects.filter(external_id=account, whole=None).first()
    if whole is None:
        raise Unanswered(f"no account has the external id {account!r}")
    if not product:
        return whole
    parts = {part.product: part for part in whole.relationships.all()}
    if product not in parts:
        known = f"its products are {', '.join(sorted(parts))}" if parts else "it has none yet"
        raise Unanswered(f"{account!r} has no relationship by the product {product!r}: {known}")
    return parts[product]


def _nothing(moment: str | None) -> str:
    if not ModelVersion.objects.exists():
        return "no engagement model is published: publish one with `aloft apply MODEL`"
    return (
        f"the model has no moment {moment!r}"
        if moment
        else "nothing is known of the account yet: run `aloft run`"
    )
