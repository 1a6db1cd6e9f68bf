"""What can be found: one row a page and language, under a key that folds what looks alike."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from training.models.curriculum import Lesson
from training.models.reference import Situation, Term
from training.models.referrals import Service, ServiceType


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
    title_key = models.CharField(max_length=400)
    key = models.TextField()  # search_key of title and text

    class Meta:
        ordering = ["kind", "pk"]

    def __str__(self):
        return self.title
