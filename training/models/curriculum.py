"""The course: modules, lessons and what a lesson is made of. Texts in both languages."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Module(models.Model):
    """A part of the course: M1…M6."""

    code = models.CharField(max_length=4, unique=True)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    notice = models.TextField(_("notice on every page"), blank=True)

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        ordering = ["position"]

    def __str__(self):
        return self.code


class Source(models.Model):
    """A publication that lessons rest on, by the register's code (P, S01…)."""

    code = models.CharField(max_length=4, unique=True)
    cite = models.CharField(_("citation"), max_length=200)
    year = models.PositiveSmallIntegerField(null=True)  # NULL: the register gives none
    url = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return self.code


class ReviewedQuerySet(models.QuerySet):
    def shown(self):
        """What people may see: in production only what is signed off or needs no signature."""
        if settings.PRODUCTION:
            return self.filter(Q(needs_sign_off=False) | Q(signed_off_on__isnull=False))
        return self


class Reviewed(models.Model):
    """A text of which three facts are known apart: what it says, who read it, who signed it.

    Who reviewed or signed is a person's name; empty until a person has.
    """

    # Set at publish: some sentence has no source, or must be confirmed locally.
    needs_sign_off = models.BooleanField(_("needs sign-off"), default=False, editable=False)
    signed_off_by = models.CharField(_("signed off by"), max_length=120, blank=True)
    signed_off_on = models.DateField(_("signed off on"), null=True, blank=True)
    khmer_reviewed_by = models.CharField(_("Khmer reviewed by"), max_length=120, blank=True)
    khmer_reviewed_on = models.DateField(_("Khmer reviewed on"), null=True, blank=True)

    objects = ReviewedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_off_by="", signed_off_on=None)
                | (~Q(signed_off_by="") & Q(signed_off_on__isnull=False)),
                name="%(class)s_is_signed_off_by_somebody_on_a_day",
                violation_error_message=_("Please write both: who signed off, and on which day."),
            ),
            models.CheckConstraint(
                condition=Q(khmer_reviewed_by="", khmer_reviewed_on=None)
                | (~Q(khmer_reviewed_by="") & Q(khmer_reviewed_on__isnull=False)),
                name="%(class)s_is_reviewed_by_somebody_on_a_day",
                violation_error_message=_(
                    "Please write both: who reviewed the Khmer, and on which day."
                ),
            ),
        ]

    @property
    def is_unsigned(self):
        return self.needs_sign_off and self.signed_off_on is None


class LessonQuerySet(ReviewedQuerySet):
    def shown(self):
        """Lessons that people may see: published, and in production signed off."""
        return super().shown().filter(status=Lesson.Status.PUBLISHED)


class Lesson(Reviewed):
    """Five to eight minutes: screens, myths, a scenario, a check."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    code = models.CharField(max_length=6, unique=True)
    module = models.ForeignKey(Module, on_delete=models.PROTECT, related_name="lessons")
    position = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    # The day by which somebody looks at the text again. NULL: no sentence of it grows old.
    review_on = models.DateField(_("to be looked at again on"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=200)
    takeaway = models.CharField(_("sentence to remember"), max_length=400)
    outcomes = models.TextField(_("learning outcomes"))  # one a line
    warning = models.TextField(_("a word before hard content"), blank=True)
    findings = models.CharField(_("findings"), max_length=120, blank=True)  # "F01 F02"
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.DRAFT
    )
    # Some English was changed and its Khmer was not; a review of the Khmer ends it.
    khmer_is_behind = models.BooleanField(default=False, editable=False)

    objects = LessonQuerySet.as_manager()

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["module__position", "position"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published")
                | (
                    Q(title_km__isnull=False, title_en__isnull=False)
                    & ~Q(title_km="")
                    & ~Q(title_en="")
                ),
                name="published_lesson_has_both_titles",
            ),
            *Reviewed.Meta.constraints,
        ]

    def __str__(self):
        return self.code

    @property
    def is_shown(self):
        """Whether people may see it (as LessonQuerySet.shown)."""
        is_hidden = settings.PRODUCTION and self.is_unsigned
        return self.status == self.Status.PUBLISHED and not is_hidden


class Screen(models.Model):
    """One idea of a lesson. `html` is made from `text` at publish, in both languages."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="screens")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(editable=False, blank=True)
    figure_value = models.CharField(_("key number"), max_length=60, blank=True)
    figure_label = models.CharField(_("what the number says"), max_length=300, blank=True)
    # A share as counted dots: 1 of 7. NULL: no dots.
    dots_marked = models.PositiveSmallIntegerField(_("dots marked"), null=True, blank=True)
    dots_of = models.PositiveSmallIntegerField(_("of dots"), null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["lesson", "position"], name="screen_has_its_own_place"),
            models.CheckConstraint(
                condition=Q(dots_marked=None, dots_of=None)
                | Q(dots_marked__lte=F("dots_of"), dots_of__gte=1, dots_of__lte=1000),
                name="screen_marks_dots_among_those_there_are",
                violation_error_message=_("Dots: so many marked, of at most 1000."),
            ),
        ]

    def __str__(self):
        return f"{self.position}. {self.title}"


class Bar(models.Model):
    """One bar beside a screen's key number."""

    screen = models.ForeignKey(Screen, on_delete=models.CASCADE, related_name="bars")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(_("label"), max_length=160)
    percent = models.FloatField(_("length in percent"))
    # What stands beside the bar, where it is not the percentage.
    shown = models.CharField(_("words beside the bar"), max_length=60, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="bar_is_a_percentage"
            )
        ]

    def __str__(self):
        return f"{self.screen_id}.{self.position}"


class Provenance(models.Model):
    """Where something comes from: "S17, S06 +L", as the register writes it."""

    provenance = models.CharField(max_length=160)
    sources = models.ManyToManyField(Source, related_name="+")
    # The sentence must be confirmed by a commander, a lawyer or a clinician.
    to_confirm = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Fact(Provenance):
    """A fact that a screen rests on (FA-101)."""

    screen = models.ForeignKey(Screen, on_delete=models.CASCADE, related_name="facts")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=8)
    # Whether to keep, soften or drop it is the owner's decision.
    is_sensitive = models.BooleanField(_("sensitive"), default=False)

    class Meta:
        ordering = ["position"]

    def __str__(self):
        return self.code


class Myth(Provenance):
    """What is often said, and what is known (MY-101)."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="myths")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=8, unique=True)
    myth = models.TextField(_("what is often said"))
    fact = models.TextField(_("what is known"))

    class Meta:
        ordering = ["position"]

    def __str__(self):
        return self.code


class Handout(Provenance):
    """A table to print: a card to carry or, with blank lines, a sheet to write on."""

    lesson = models.OneToOneField(Lesson, on_delete=models.CASCADE, related_name="handout")
    code = models.SlugField(max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    note = models.TextField(_("line under the title"))
    blank_lines = models.PositiveSmallIntegerField(_("blank lines under each row"), default=0)

    def __str__(self):
        return self.code

    @property
    def lines(self):
        """One for each line to write on."""
        return range(self.blank_lines)


class HandoutColumn(models.Model):
    handout = models.ForeignKey(Handout, on_delete=models.CASCADE, related_name="columns")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=100)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["handout", "position"], name="handout_column_has_its_own_place"
            )
        ]

    def __str__(self):
        return f"{self.handout_id}.{self.position}"


class HandoutCell(models.Model):
    column = models.ForeignKey(HandoutColumn, on_delete=models.CASCADE, related_name="cells")
    row = models.PositiveSmallIntegerField()
    text = models.TextField(_("text"))

    class Meta:
        ordering = ["row", "column__position"]
        constraints = [
            models.UniqueConstraint(fields=["column", "row"], name="handout_cell_stands_once")
        ]

    def __str__(self):
        return f"{self.column_id}.{self.row}"


class Scenario(models.Model):
    """A situation in which the officer decides. Nothing of it is stored per person."""

    lesson = models.OneToOneField(Lesson, on_delete=models.CASCADE, related_name="scenario")
    code = models.CharField(max_length=8, unique=True)
    title = models.CharField(_("title"), max_length=200)

    def __str__(self):
        return self.code

    def follow(self, letters: list[str]) -> tuple[list["NodeChoice"], "Node | None"]:
        """The choices made one after the other from the first node, and the node they lead to.

        None: they lead to the end. A letter that leads nowhere ends the way before it.
        """
        nodes = {node.pk: node for node in self.nodes.prefetch_related("choices")}
        at = next(iter(nodes.values()), None)
        made = []
        for letter in letters:
            choice = at and next((one for one in at.choices.all() if one.code == letter), None)
            if choice is None:
                break
            made.append(choice)
            at = nodes.get(choice.next_id)
        return made, at


class Node(models.Model):
    """A point of a scenario at which one must choose."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="nodes")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=4)
    situation = models.TextField(_("situation"))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["scenario", "code"], name="node_code_is_used_once")
        ]

    def __str__(self):
        return self.code


class NodeChoice(models.Model):
    """A way out of a node, with its feedback."""

    class Quality(models.TextChoices):
        BEST = "best", _("Best way")
        PARTIAL = "partial", _("This way helps in part")
        HARMFUL = "harmful", _("This way does harm")

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="choices")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=2)
    text = models.TextField(_("text"))
    quality = models.CharField(max_length=7, choices=Quality.choices)
    # NULL: the scenario ends here.
    next = models.ForeignKey(Node, null=True, on_delete=models.CASCADE, related_name="+")
    feedback = models.TextField(_("feedback"))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["node", "code"], name="choice_code_is_used_once"),
            models.CheckConstraint(
                condition=Q(quality__in=["best", "partial", "harmful"]), name="choice_has_a_quality"
            ),
        ]

    def __str__(self):
        return self.code


class QuestionQuerySet(models.QuerySet):
    def asked_often(self, at_least):
        """Of lessons that are shown, in the order of the course, tried first by so many people."""
        lessons = Lesson.objects.shown()
        return (
            self.filter(lesson__in=lessons, first_tries__gte=at_least)
            .select_related("lesson__module")
            .order_by("lesson__module__position", "lesson__position", "position")
        )


class Question(Provenance):
    """One of a lesson's two checks (KC-101). Counters are of all people together."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=8, unique=True)
    text = models.TextField(_("question"))
    rationale = models.TextField(_("reason"))
    first_tries = models.PositiveIntegerField(default=0, editable=False)
    first_right = models.PositiveIntegerField(default=0, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["position"]

    def __str__(self):
        return self.code

    @property
    def percent_right(self):
        """Of those who tried it first, how many in a hundred were right."""
        return 100 * self.first_right / self.first_tries if self.first_tries else None


class Option(models.Model):
    """An answer to a check, in its printed order."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="options")
    code = models.CharField(max_length=1)
    text = models.CharField(_("text"), max_length=300)
    reason = models.TextField(_("why it fits or does not"), blank=True)
    is_right = models.BooleanField(_("right"), default=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["question", "code"], name="option_code_is_used_once"),
            models.UniqueConstraint(
                fields=["question"],
                condition=Q(is_right=True),
                name="question_has_one_right_option",
            ),
        ]

    def __str__(self):
        return self.code


class LessonVersion(models.Model):
    """The lesson's file as it was at a load or a publish: history, diff and way back."""

    class Origin(models.TextChoices):
        FILE = "file", _("loaded from a file")
        SITE = "site", _("published in the site")

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=4, choices=Origin.choices)
    yaml = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of yaml
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["lesson", "number"], name="lesson_version_is_numbered")
        ]

    def __str__(self):
        return f"{self.lesson_id} {self.number}"


class Step(models.Model):
    """One station of a way: a lesson, its check, or a survey.

    `slug` names it in addresses. What a survey asks is not known here.
    """

    class Kind(models.TextChoices):
        LESSON = "lesson", _("lesson")
        CHECK = "check", _("check")
        SURVEY = "survey", _("survey")

    kind = models.CharField(max_length=6, choices=Kind.choices)
    slug = models.SlugField(max_length=60, unique=True)
    lesson = models.ForeignKey(Lesson, null=True, on_delete=models.PROTECT, related_name="steps")
    title = models.CharField(_("title"), max_length=200, blank=True)  # surveys only

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="survey", lesson=None)
                | Q(kind__in=["lesson", "check"], lesson__isnull=False),
                name="step_of_the_course_has_a_lesson",
            ),
            models.UniqueConstraint(
                fields=["lesson", "kind"],
                condition=Q(lesson__isnull=False),
                name="lesson_has_two_steps",
            ),
        ]

    def __str__(self):
        return self.slug
