"""What can be found: one row a page and language, under a key that folds what looks alike."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from training.models.curriculum import Lesson
from training.models.reference import Situation, Term
from training.models.referrals import Service, ServiceType


class SearchEntryQuerySet(models.QuerySet):
    def found(self, words: list[str], user):
        """What this person may see and has every word: in the title first, then by kind and place.

        words: search keys. A term is found by its names always, and by its explanation once that
        may be shown.
        """
        in_title = every(words, "title_key")
        return (
            self.filter(every(words, "key"), visible_to(user, in_title))
            .annotate(
                in_title=models.Case(models.When(in_title, then=True), default=False),
                place=Coalesce(
                    *("lesson__module__position", "situation__position"),
                    *("term__position", "type__position", "service_id"),
                    output_field=models.BigIntegerField(),
                ),
            )
            .order_by(
                *("-in_title", "kind", "place", "lesson__position"),
                *(F("screen").asc(nulls_first=True), "pk"),
            )
        )


def every(words, field):
    return Q(*(Q(**{f"{field}__contains": word}) for word in words))


def visible_to(user, in_title):
    shown = (
        Q(lesson__in=Lesson.objects.shown())
        | Q(situation__in=Situation.objects.shown())
        | Q(type__in=ServiceType.objects.shown())
        | Q(term__in=Term.objects.explained())
        | (Q(term__isnull=False) & in_title)
    )
    return shown | Q(service__in=Service.objects.shown()) if user.is_authenticated else shown


class SearchEntry(models.Model):
    """A page in one language. On PostgreSQL `key` has an index of trigrams.

    The row it was made from says who may see it; it goes with it.
    """

    class Kind(models.IntegerChoices):
        """In the order in which results are shown."""

        SITUATION = 1, _("What do I do now?")
        LESSON = 2, _("Lessons")
        TERM = 3, _("Glossary")
        TYPE = 4, _("Types of service")
        SERVICE = 5, _("Services")

    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    lesson = models.ForeignKey(Lesson, null=True, on_delete=models.CASCADE, related_name="+")
    screen = models.PositiveSmallIntegerField(null=True)  # of the lesson; NULL: the whole
    situation = models.ForeignKey(Situation, null=True, on_delete=models.CASCADE, related_name="+")
    term = models.ForeignKey(Term, null=True, on_delete=models.CASCADE, related_name="+")
    type = models.ForeignKey(ServiceType, null=True, on_delete=models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, null=True, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=300)
    text = models.TextField()
    title_key = models.CharField(max_length=400)  # of a term: of all its names
    key = models.TextField()  # search_key of title and text

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "pk"]

    def __str__(self):
        return self.title
