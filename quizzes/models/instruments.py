"""The survey: an instrument, its versions, items, options and scales. Knows no item by name."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Stored in place of an answer; never an option's value.
NOT_ASKED, PREFER_NOT, NOT_ANSWERED, WITHHELD = -7, -8, -9, -6
MISSING = (WITHHELD, NOT_ASKED, PREFER_NOT, NOT_ANSWERED)


class Instrument(models.Model):
    """A survey, for example PHRS24, over all its versions."""

    code = models.CharField(max_length=16, unique=True)
    title = models.CharField(_("title"), max_length=200)

    def __str__(self):
        return self.code


class InstrumentVersionQuerySet(models.QuerySet):
    def askable(self):
        """Those that the pages can ask: in both languages, and without numbers."""
        numbers = Item.objects.filter(version=OuterRef("pk")).exclude(type=Item.Type.SELECT_ONE)
        return self.filter(~Exists(numbers), language="")

    def with_uses(self):
        """With `n_items` and the studies that ask them, as `studies_asking` names them."""
        return self.annotate(n_items=Count("items", distinct=True)).prefetch_related("waves__study")

    def with_parts(self):
        """With all rows that a version is made of: eight queries, however many there are."""
        return self.select_related("instrument").prefetch_related(
            "option_sets__options",
            "scales__parts",
            "items__option_set",
            "items__scale_items__scale",
        )


class InstrumentVersion(models.Model):
    """The wording at one time. The first answer freezes it."""

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    yaml = models.TextField()  # the file it was loaded from
    digest = models.CharField(max_length=64)  # SHA-256 of yaml
    # The only language of its texts; empty: both. One language can be analysed, not asked: the
    # columns of the other one repeat it.
    language = models.CharField(max_length=2, blank=True)
    # A day, not a time: it is the day of somebody's answer. NULL: nobody has answered yet.
    frozen_on = models.DateField(null=True)
    # Somebody confirmed the items that need it (`to_confirm`); empty until a person has.
    signed_off_by = models.CharField(_("signed off by"), max_length=120, blank=True)
    signed_off_on = models.DateField(_("signed off on"), null=True, blank=True)

    objects = InstrumentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey version")
        verbose_name_plural = _("survey versions")
        ordering = ["instrument", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "number"], name="instrument_version_is_numbered"
            ),
            models.CheckConstraint(
                condition=Q(signed_off_by="", signed_off_on=None)
                | (~Q(signed_off_by="") & Q(signed_off_on__isnull=False)),
                name="version_is_signed_off_by_somebody_on_a_day",
                violation_error_message=_("Please write both: who signed off, and on which day."),
            ),
        ]

    def __str__(self):
        return f"{self.instrument} {self.number}"

    @property
    def is_askable(self) -> bool:
        """Whether the pages can ask it; otherwise it is loaded for analysis only."""
        return InstrumentVersion.objects.askable().filter(pk=self.pk).exists()

    @property
    def studies_asking(self):
        """Studies with a wave that is asked in this version, each once. See `with_uses`."""
        return list(dict.fromkeys(wave.study for wave in self.waves.all()))


class OptionSet(models.Model):
    """Answers that several items share, numbered from 1."""

    version = models.ForeignKey(
        InstrumentVersion, on_delete=models.CASCADE, related_name="option_sets"
    )
    code = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="option_set_is_named_once")
        ]

    def __str__(self):
        return self.code


class SetOption(models.Model):
    """One answer of an option set. The value is what is stored."""

    option_set = models.ForeignKey(OptionSet, on_delete=models.CASCADE, related_name="options")
    value = models.PositiveSmallIntegerField()
    label = models.CharField(_("label"), max_length=200)
    short = models.CharField(_("short label"), max_length=120)  # in files, whose limits are bytes

    class Meta:
        ordering = ["value"]
        constraints = [
            models.UniqueConstraint(
                fields=["option_set", "value"], name="option_value_is_used_once"
            ),
            models.CheckConstraint(condition=Q(value__gte=1), name="option_values_begin_at_one"),
        ]

    def __str__(self):
        return f"{self.value}"


class Item(models.Model):
    """One question of a version. `position` is its place in every array of answers."""

    class Kind(models.TextChoices):
        ATTITUDE = "attitude", _("attitude")
        KNOWLEDGE = "knowledge", _("knowledge")
        BEHAVIOUR = "behaviour", _("behaviour")
        INTENTION = "intention", _("intention")
        THEN_NOW = "then_now", _("then and now")
        DEMOGRAPHIC = "demographic", _("about yourself")
        PROCESS = "process", _("about the course")

    class Type(models.TextChoices):
        SELECT_ONE = "select_one", _("one of several answers")
        INTEGER = "integer", _("a whole number")
        DECIMAL = "decimal", _("a number with decimals")

    version = models.ForeignKey(InstrumentVersion, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=8)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    type = models.CharField(max_length=10, choices=Type.choices, default=Type.SELECT_ONE)
    # Of select_one; NULL for a number, which has the lowest and the highest that may be given.
    option_set = models.ForeignKey(
        OptionSet, null=True, on_delete=models.PROTECT, related_name="items"
    )
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    waves = models.JSONField(default=list, blank=True)  # wave names; empty: every wave
    right = models.PositiveSmallIntegerField(null=True)  # the right option of a knowledge item
    apart = models.JSONField(default=list, blank=True)  # values reported apart, never as a number
    is_identifying = models.BooleanField(default=False)  # blanked in row files of small groups
    to_confirm = models.BooleanField(default=False)  # not asked in production until signed off
    text = models.TextField(_("text"))
    short = models.CharField(_("short text"), max_length=80)
    findings = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="item_code_is_used_once"),
            models.UniqueConstraint(fields=["version", "position"], name="item_has_its_own_place"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["attitude", "knowledge", "behaviour", "intention", "then_now"]
                    + ["demographic", "process"]
                ),
                name="item_has_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(type="select_one", option_set__isnull=False, low=None, high=None)
                | (
                    Q(type__in=["integer", "decimal"], option_set=None, high__gte=F("low"))
                    & (Q(low__gt=max(MISSING)) | Q(high__lt=min(MISSING)))
                ),
                name="item_has_options_or_a_range_apart_from_the_missing_codes",
            ),
        ]

    def __str__(self):
        return self.code

    def belongs_to(self, wave: str) -> bool:
        return not self.waves or wave in self.waves

    @property
    def options(self):
        """Its answers in order; of a number there are none."""
        return self.option_set.options.all() if self.option_set_id else []

    def takes(self, value: float) -> bool:
        """Whether this may be stored for somebody who was asked."""
        if value in (PREFER_NOT, NOT_ANSWERED):
            return True
        if self.type == self.Type.SELECT_ONE:
            return any(option.value == value for option in self.options)
        is_decimal = self.type == self.Type.DECIMAL
        return self.low <= value <= self.high and (is_decimal or value == int(value))


class Scale(models.Model):
    """A score made of items, or of other scales."""

    class Method(models.TextChoices):
        MEAN = "mean", _("mean")
        SUM = "sum", _("sum")

    version = models.ForeignKey(InstrumentVersion, on_delete=models.CASCADE, related_name="scales")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=16)
    label = models.CharField(_("label"), max_length=200)
    short = models.CharField(_("short label"), max_length=80)
    method = models.CharField(max_length=4, choices=Method.choices, default=Method.MEAN)
    min_answered = models.FloatField()  # share of its items, 0 to 1
    band = models.FloatField(null=True)  # points that count as a change; NULL: any change
    parts = models.ManyToManyField("self", symmetrical=False, related_name="wholes")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="scale_code_is_used_once"),
            models.CheckConstraint(
                condition=Q(min_answered__gt=0, min_answered__lte=1),
                name="scale_needs_a_share_of_answers",
            ),
        ]

    def __str__(self):
        return self.code


class ScaleItem(models.Model):
    """This item counts in this scale, reversed or not."""

    scale = models.ForeignKey(Scale, on_delete=models.CASCADE, related_name="scale_items")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="scale_items")
    is_reversed = models.BooleanField(default=False)

    class Meta:
        ordering = ["item__position"]
        constraints = [
            models.UniqueConstraint(fields=["scale", "item"], name="item_counts_once_in_a_scale")
        ]

    def __str__(self):
        return f"{self.scale_id}: {self.item_id}"


class ItemEquivalence(models.Model):
    """What an evaluator decided of an item that reads otherwise in two versions.

    Without a row the item is the same where nothing differs, and changed where something does.
    """

    class Kind(models.TextChoices):
        SAME = "same", _("the same")  # seen from the texts, never decided
        REWORDED = "reworded", _("reworded: it asks the same")
        CHANGED = "changed", _("changed: it asks something else")

    older = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="newer_links")
    newer = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="older_links")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # NULL: the account is gone.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_on = models.DateField(default=timezone.localdate)

    class Meta:
        ordering = ["newer__position", "older"]
        constraints = [
            models.UniqueConstraint(fields=["older", "newer"], name="two_items_are_compared_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["reworded", "changed"]),
                name="only_reworded_and_changed_are_decided",
            ),
            models.CheckConstraint(
                condition=~Q(older=F("newer")), name="an_item_is_not_compared_with_itself"
            ),
        ]

    def __str__(self):
        return f"{self.older_id} {self.newer_id} {self.kind}"
