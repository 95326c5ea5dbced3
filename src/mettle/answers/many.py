"""The same answer for many people: wherever the work is done, in order, and one broken person ends nothing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from mettle.answers.one import answer
from mettle.errors import InputError, MissingExtraError
from mettle.inference.nof1 import Mixture, backend_for_many
from mettle.inference.pooling import MESSAGE_COMPONENTS, Message, compressed
from mettle.trials.contrasts import contrast, prior_sd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Executor, Future
    from datetime import date

    from mettle.answers.document import Answer
    from mettle.diary import Diary
    from mettle.evidence.priors import Effect as PriorEffect
    from mettle.inference.nof1 import Backend
    from mettle.trials.contrasts import EffectName
    from mettle.trials.randomisation import Redraw
    from mettle.trials.schedule import Schedule
    from mettle.trials.verdict import Direction

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Case:
    """One person of many: a name, and what `answer` takes.

    Parameters
    ----------
    person
        A name of your own for them.
    outcome, diary, schedule, claim, higher_is, unit, swc, redraw
        See `answer`.
    """

    person: str
    outcome: str
    diary: Diary
    schedule: Schedule | None = None
    claim: str | None = None
    higher_is: Direction = "better"
    unit: str = "points"
    swc: float | None = None
    redraw: Redraw | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one person: small enough to keep a hundred thousand of, or to send from another machine.

    Parameters
    ----------
    person
        As named.
    document
        The answer as `Answer.to_json`; None where there was trouble.
    messages
        What the person's own data say of the ``acute`` and the ``chronic`` effect, for pooling: counted towards better, in
        units of their own SD. Empty where nothing was estimated.
    error
        The trouble in one line; None where there was none.
    """

    person: str
    document: dict[str, Any] | None
    messages: Mapping[str, Message]
    error: str | None = None


AHEAD = 32
"""Groups of people handed to an executor before the first of them is back."""


def answer_many(
    people: Iterable[P],
    *,
    today: date,
    load: Callable[[P], Case],
    name: Callable[[P], str] = str,
    prior: str = "default",
    effect: EffectName = "acute",
    sealed: bool = False,
    seed: int = 0,
    backend: Backend | None = None,
    executor: Executor | None = None,
    group: int = 8,
) -> Iterator[Answered]:
    """The answer of each person, in order, as they come: memory does not grow with their number.

    A person in trouble is an `Answered` with an ``error``; the others go on. With an executor (threads, processes, or that of a
    Dask client) the answers are bit for bit the same.

    Parameters
    ----------
    people
        Names, folders, anything small that ``load`` knows; read only as far ahead as needed.
    load
        Makes the case of one person, where the work is done; with processes it is a function of a module.
    name
        What a person is called who could not be loaded.
    today, prior, effect, sealed, seed
        See `answer`.
    backend
        The kernel; by default the compiled one where the extra ``batch`` is installed, also for one person, so that no figure
        depends on who else is asked. The documents are those of `answer`, messages agree to 1e-10.
    executor
        Where the work is done; here, one after the other, by default.
    group
        People sent at a time, at least 1.
    """
    if group < 1:
        raise ValueError(f"group must be at least 1, got {group}")
    rest = iter(people)
    job = _Job(load, name, today, prior, effect, sealed, seed, backend or backend_for_many())
    if executor is None:
        for person in rest:
            yield job.one(person)
        return
    waiting: deque[Future[list[Answered]]] = deque()
    try:
        while True:
            while len(waiting) < AHEAD and (several := list(islice(rest, group))):
                waiting.append(executor.submit(job.several, several))
            if not waiting:
                return
            yield from waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


@dataclass(frozen=True, slots=True)
class _Job:
    """What a worker is told."""

    load: Callable[[Any], Case]
    name: Callable[[Any], str]
    today: date
    prior: str
    effect: EffectName
    sealed: bool
    seed: int
    backend: Backend

    def several(self, people: list[Any]) -> list[Answered]:
        return [self.one(person) for person in people]

    def one(self, person: Any) -> Answered:  # noqa: ANN401 # whatever `load` knows
        try:
            case = self.load(person)
            found = answer(
                case.outcome,
                case.diary,
                today=self.today,
                schedule=case.schedule,
                claim=case.claim,
                higher_is=case.higher_is,
                unit=case.unit,
                swc=case.swc,
                prior=self.prior,
                effect=self.effect,
                redraw=case.redraw,
                sealed=self.sealed,
                seed=self.seed,
                backend=self.backend,
            )
            return Answered(case.person, found.to_json(), messages(found))
        except MissingExtraError:  # nobody can be answered on this machine
            raise
        except (InputError, OSError, ValueError) as error:
            return Answered(self.name(person), None, {}, str(error))
        except Exception as error:  # noqa: BLE001 # one broken person must not end the others' work
            return Answered(self.name(person), None, {}, f"{type(error).__name__}: {error}")


POOLED: tuple[PriorEffect, ...] = ("acute", "chronic")


def messages(found: Answer) -> dict[str, Message]:
    """What one person's data say of each effect that is pooled: towards better, in units of their own SD.

    Where the acute effect fades within hours, its prior is a mixture over decay times; the message is divided by the normal
    of the same mean and spread.
    """
    if found.posterior is None or found.all_priors is None or found.prior is None:
        return {}
    if not found.posterior.converged:
        return {}
    sign = 1.0 if found.comparison.higher_is == "better" else -1.0
    priors = getattr(found.all_priors, found.prior.name)
    told = {}
    for effect in POOLED:
        one = compressed(contrast(found.table.horizon, found.posterior, effect, found.weeks), MESSAGE_COMPONENTS)
        before = prior_sd(found.table.horizon, priors, effect, found.weeks) / found.table.scale
        told[str(effect)] = Message(
            Mixture(one.weights, sign * one.means, one.sds), sign * priors[effect].mean / found.table.scale, before
        )
    return told
