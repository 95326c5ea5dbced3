"""The rows. Loads and times stay as entered; every row that a phone writes carries a clock for each field.

Everything personal hangs on `Person`. `export.py` must name every model here, which a test checks.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from mettle.words import recalled


class Person(models.Model):
    """Whose data it is: one account, one person.

    ``profile`` is a PROFILE.json; ``choices`` holds what the person set in the app (check-in items, quiet hours, country,
    trusted contact, neutral name ...).
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="person")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    simulated = models.BooleanField(default=False)
    timezone = models.CharField(max_length=64, blank=True)
    profile = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=now)

    @classmethod
    def of(cls, user: Any) -> Person:
        """The person of an account, made at first sight."""
        return cls.objects.get_or_create(user=user)[0]

    def __str__(self) -> str:
        return f"person {self.pk}"


class Device(models.Model):
    """A browser that writes for a person; its id breaks ties between equal clocks."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=120, blank=True)
    first_seen = models.DateTimeField(default=now)
    last_seen = models.DateTimeField(default=now)


class Operation(models.Model):
    """One event that a device sent, with the reply it was given: a replay returns the same reply, and nothing is dropped."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="operations")
    op_id = models.UUIDField()
    device = models.UUIDField()
    clock = models.CharField(max_length=80)
    kind = models.CharField(max_length=24)
    entity = models.UUIDField()
    fields = models.JSONField(default=dict)
    receipt = models.JSONField(default=dict)
    received_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "op_id"], name="one_receipt_an_operation")]


class ImportBatch(models.Model):
    """One imported file; reverting it removes just what it added."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="imports")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=40)
    summary = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)
    reverted_at = models.DateTimeField(null=True, blank=True)


class Synced(models.Model):
    """What a phone may write: an entity whose fields each carry the clock of their last writer; a delete is a tombstone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    clocks = models.JSONField(default=dict)
    deleted = models.CharField(max_length=80, blank=True)
    batch = models.ForeignKey(ImportBatch, null=True, blank=True, on_delete=models.CASCADE)

    class Meta:
        abstract = True


class Moment(models.Model):
    """When something was, as written: wall time, offset and zone where known."""

    on = models.DateField(null=True, blank=True)
    clock_time = models.TimeField(null=True, blank=True)
    offset_s = models.IntegerField(null=True, blank=True)
    zone = models.CharField(max_length=64, blank=True)

    class Meta:
        abstract = True


class Session(Synced, Moment):
    """One bout of training."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sessions")
    source = models.CharField(max_length=24, default="mettle")
    title = models.CharField(max_length=200, blank=True)
    plan_session = models.CharField(max_length=64, blank=True)
    duration_s = models.PositiveIntegerField(null=True, blank=True)
    session_rpe = models.FloatField(null=True, blank=True)
    pain = models.FloatField(null=True, blank=True)
    place = models.CharField(max_length=16, blank=True)
    company = models.CharField(max_length=16, blank=True)
    format = models.CharField(max_length=24, blank=True)
    skipped = models.CharField(max_length=16, blank=True)
    finished = models.BooleanField(default=False)
    notes = models.TextField(blank=True)


class Set(Synced):
    """One set. The amount is text, so that 27.215519999999998 stays what was written."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sets")
    session = models.UUIDField(null=True, blank=True, db_index=True)  # an edit may arrive before the set itself
    exercise = models.CharField(max_length=200, blank=True)
    ordinal = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=12, default="work")
    status = models.CharField(max_length=12, default="done")
    reps = models.PositiveIntegerField(null=True, blank=True)
    hold_s = models.FloatField(null=True, blank=True)
    distance_m = models.FloatField(null=True, blank=True)
    amount = models.CharField(max_length=40, blank=True)
    unit = models.CharField(max_length=4, blank=True)
    load_kind = models.CharField(max_length=12, default="external")
    colour = models.CharField(max_length=24, blank=True)
    per_hand = models.BooleanField(default=False)
    rir = models.FloatField(null=True, blank=True)
    side = models.CharField(max_length=8, default="both")
    superset = models.CharField(max_length=24, blank=True)
    notes = models.TextField(blank=True)
    planned = models.JSONField(null=True, blank=True)
    done_at = models.CharField(max_length=40, blank=True)


class Observation(Synced, Moment):
    """One value of one outcome: a slider, a score, a derived measure."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="observations")
    outcome = models.CharField(max_length=80, blank=True)
    value = models.FloatField(null=True, blank=True)
    occasion = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=24, default="mettle")


class Signal(Synced, Moment):
    """Something besides training that may move the mind."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="signals")
    name = models.CharField(max_length=40, blank=True)
    value = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=24, default="mettle")


class Dose(Synced, Moment):
    """A training dose stated directly, as an exposures file does."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="doses")
    amount = models.FloatField(default=1)
    arm = models.CharField(max_length=40, blank=True)


class Response(Synced, Moment):
    """One administration of a questionnaire. ``answers`` maps item id to answer; on a hosted instance no safety item is in it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="responses")
    instrument = models.CharField(max_length=24, blank=True)
    answers = models.JSONField(default=dict)
    finished = models.BooleanField(default=False)
    score = models.JSONField(default=dict, blank=True)
    form = models.JSONField(default=dict)


class LostValue(models.Model):
    """The value that lost when two devices wrote the same field: kept and shown."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="lost_values")
    entity = models.UUIDField()
    kind = models.CharField(max_length=24)
    field = models.CharField(max_length=40)
    value = models.JSONField(null=True)
    clock = models.CharField(max_length=80)
    at = models.DateTimeField(default=now)


class Plan(models.Model):
    """A programme as made (PLAN.json) from the profile of that day; the newest active one is followed."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="plans")
    plan = models.JSONField()
    profile = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=now)
    active = models.BooleanField(default=True)

    @property
    def told(self) -> dict[str, Any]:
        """The plan, its sentences ready for the reader's language."""
        return recalled(self.plan)


class Trial(models.Model):
    """One person's trial: the stored schedule (trial.json), what was expected, who looked, how it ended."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="trials")
    trial = models.JSONField()
    redraws = models.PositiveIntegerField(default=0)
    expected_benefit = models.FloatField(null=True, blank=True)
    enrolled_at = models.DateTimeField(default=now)
    opened = models.JSONField(default=list)
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.JSONField(default=dict)


class KeptAnswer(models.Model):
    """An answer computed once a day and kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    answer = models.JSONField()
    pictures = models.JSONField(default=dict)
    closer = models.JSONField(default=dict)
    """The timeline as a spec that the browser draws where it is looked into."""
    computed_at = models.DateTimeField(default=now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "key"], name="one_kept_answer_a_key")]

    @property
    def told(self) -> dict[str, Any]:
        """The answer, its sentences ready for the reader's language."""
        return recalled(self.answer)


class SafetyPlan(models.Model):
    """Written when well: warning signs, what helps, people, places. The person's own words."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="safety_plan")
    plan = models.JSONField(default=dict)
    changed_at = models.DateTimeField(default=now)


class PushSubscription(models.Model):
    """Where a browser takes Web Push."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.TextField(unique=True)
    keys = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=now)


class SentPrompt(models.Model):
    """A prompt that was sent, so that none is sent twice and no more than three a day."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sent_prompts")
    occasion = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(default=now)


class Access(models.Model):
    """Who read what, when: shown to the owner, never changed. What an imported file says of it is told apart: nobody here saw it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="accesses")
    reader = models.CharField(max_length=150)
    what = models.CharField(max_length=120)
    at = models.DateTimeField(default=now)
    from_file = models.BooleanField(default=False)


class SignInLink(models.Model):
    """A one-time link; only its hash is stored."""

    token_sha256 = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class ApiToken(models.Model):
    """A key with which a person's own script calls the API; only its hash is stored, the key is shown once."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(null=True, blank=True)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations."""

    def still_open(self) -> InvitationQuerySet:
        """Those that nobody has used and that have not run out."""
        return self.filter(used_by=None, until__gt=now())

    def usable(self, token: str) -> InvitationQuerySet:
        """The open one with this token."""
        return self.still_open().filter(token=token)


def _token() -> str:
    return secrets.token_urlsafe(24)


def _in_a_week() -> Any:
    return now() + timedelta(days=7)


class Invitation(models.Model):
    """A place on a shared instance, for one account, for a week."""

    token = models.CharField(max_length=64, default=_token, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    until = models.DateTimeField(default=_in_a_week)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()
