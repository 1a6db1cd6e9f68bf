"""The smallest rows that stand. Texts differ by language: a test sees which one is shown."""

from datetime import timedelta

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from training.actions.enrolment import start_way
from training.actions.places import kind_of
from training.models import (
    Bar,
    Cohort,
    CohortStep,
    Enrolment,
    Fact,
    Handout,
    HandoutCell,
    HandoutColumn,
    Lesson,
    Membership,
    Module,
    Myth,
    Node,
    NodeChoice,
    Option,
    Place,
    Question,
    Role,
    Scenario,
    Screen,
    Service,
    ServiceType,
    Situation,
    SituationService,
    SituationStep,
    Source,
    Step,
    User,
)

PASSWORD = "ស្ពាន123456"  # noqa: S105 - of nobody


def both(**texts):
    """title="Police" -> title_km="ខ្មែរ Police", title_en="Police"."""
    pairs = {}
    for name, text in texts.items():
        pairs[f"{name}_en"] = text
        pairs[f"{name}_km"] = f"ខ្មែរ {text}"
    return pairs


class UserFactory(factory.django.DjangoModelFactory):
    """An officer, or whatever `roles` says."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    family_name_km = "ចាន់"
    given_name_km = factory.Sequence(lambda n: f"សុភា{n}")
    password = factory.LazyFunction(lambda: make_password(PASSWORD))

    @factory.post_generation
    def roles(self, create, roles):
        for role in [Role.OFFICER] if roles is None else roles:
            Membership.objects.create(user=self, role=role)
        self.__dict__.pop("roles", None)


class ModuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Module
        django_get_or_create = ("code",)

    position = factory.LazyFunction(lambda: Module.objects.count() + 1)
    code = factory.LazyAttribute(lambda module: f"M{module.position}")
    title_en = factory.LazyAttribute(lambda module: f"Module {module.code}")
    title_km = factory.LazyAttribute(lambda module: f"ខ្មែរ Module {module.code}")
    summary_en = summary_km = ""


class SourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Source

    code = factory.LazyFunction(lambda: f"S{Source.objects.count():02}")
    year = 2012
    cite_en = factory.LazyAttribute(lambda source: f"Study {source.code}")
    cite_km = factory.LazyAttribute(lambda source: f"ខ្មែរ Study {source.code}")


class LessonFactory(factory.django.DjangoModelFactory):
    """A published lesson: two screens, a myth, a scenario of two nodes, two questions, two steps.

    Right are A of the first question and B of the second; they are called KC-<code>-1 and -2.
    """

    class Meta:
        model = Lesson
        skip_postgeneration_save = True

    module = factory.SubFactory(ModuleFactory)
    position = factory.LazyAttribute(lambda lesson: lesson.module.lessons.count() + 1)
    code = factory.LazyAttribute(lambda lesson: f"{lesson.module.code}L{lesson.position}")
    minutes = 6
    status = Lesson.Status.PUBLISHED
    title_en = factory.LazyAttribute(lambda lesson: f"Lesson {lesson.code}")
    title_km = factory.LazyAttribute(lambda lesson: f"ខ្មែរ Lesson {lesson.code}")
    takeaway_en, takeaway_km = "Ask first.", "សួរជាមុន។"
    outcomes_en = outcomes_km = "-"
    findings = "F01"

    @factory.post_generation
    def parts(self, create, extracted):
        source = SourceFactory()
        for position in (1, 2):
            add_screen(self, position, source)
        myth = Myth.objects.create(
            lesson=self,
            position=0,
            code=f"MY-{self.code}",
            provenance=source.code,
            **both(myth="Often said.", fact="Known."),
        )
        myth.sources.add(source)
        add_scenario(self)
        for position, right in ((1, "A"), (2, "B")):
            add_question(self, position, right, source)
        for kind in (Step.Kind.LESSON, Step.Kind.CHECK):
            Step.objects.create(kind=kind, lesson=self, slug=f"{self.code}-{kind}".lower())


def add_screen(lesson, position, source):
    screen = Screen.objects.create(
        lesson=lesson,
        position=position,
        html_km=f"<p>អត្ថបទ {position}</p>",
        html_en=f"<p>Text {position}</p>",
        **both(title=f"Screen {position}", figure_value="29.7%", figure_label="had an injury"),
        **both(text=f"Text {position}"),
    )
    Bar.objects.create(screen=screen, position=0, percent=29.7, **both(label="San Diego"))
    fact = Fact.objects.create(
        screen=screen, position=0, code=f"FA-10{position}", provenance=source.code
    )
    fact.sources.add(source)


def add_scenario(lesson):
    scenario = Scenario.objects.create(
        lesson=lesson, code=f"SC-{lesson.code}", **both(title="Before a search")
    )
    first, second = (
        Node.objects.create(
            scenario=scenario, position=n, code=f"N{n + 1}", **both(situation=f"Situation {n + 1}")
        )
        for n in (0, 1)
    )
    for node, code, quality, onward in (
        (first, "A", "best", second),
        (first, "B", "harmful", None),
        (second, "A", "best", None),
        (second, "B", "partial", None),
    ):
        NodeChoice.objects.create(
            node=node,
            position="AB".index(code),
            code=code,
            quality=quality,
            next=onward,
            **both(text=f"Choice {node.code}{code}", feedback=f"Feedback {node.code}{code}"),
        )


def add_question(lesson, position, right, source):
    question = Question.objects.create(
        lesson=lesson,
        position=position,
        code=f"KC{position}{lesson.code}",
        provenance=source.code,
        **both(text=f"Question {position}", rationale=f"Reason {position}."),
    )
    question.sources.add(source)
    for code in "ABC":
        Option.objects.create(
            question=question,
            code=code,
            is_right=code == right,
            **both(text=f"Answer {code}", reason=f"Reason {position}{code}"),
        )


def add_handout(lesson, blank_lines=0):
    """A table of two columns and two rows: "Cell 0.0" is the first of the first row."""
    handout = Handout.objects.create(
        lesson=lesson,
        code=f"sheet-{lesson.code}".lower(),
        provenance="G",
        to_confirm=True,
        blank_lines=blank_lines,
        **both(title="A sheet", note="No names."),
    )
    for place in (0, 1):
        column = HandoutColumn.objects.create(
            handout=handout, position=place, **both(title=f"Column {place}")
        )
        for row in (0, 1):
            HandoutCell.objects.create(column=column, row=row, **both(text=f"Cell {row}.{place}"))
    return handout


class CohortFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cohort

    name = factory.Sequence(lambda n: f"Cohort {n + 1}")
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))


class EnrolmentFactory(factory.django.DjangoModelFactory):
    """An officer's place in a cohort, whose way is pinned from the lessons that stand by then."""

    class Meta:
        model = Enrolment

    learner = factory.SubFactory(UserFactory)
    cohort = factory.SubFactory(CohortFactory)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        start_way(kwargs["cohort"])
        return super()._create(model_class, *args, **kwargs)


def add_survey(cohort, slug="study-pre", place=CohortStep.Place.BEFORE, **fields):
    """A survey step on a cohort's way."""
    step = Step.objects.create(kind=Step.Kind.SURVEY, slug=slug, **both(title=f"Survey {slug}"))
    position = cohort.steps.filter(place=place).count()
    CohortStep.objects.create(cohort=cohort, step=step, place=place, position=position, **fields)
    return step


class PlaceFactory(factory.django.DjangoModelFactory):
    """A city of Siem Reap with the province that it lies in; code="1202" is a khan of the capital.

    Whatever it lies in is made with it.
    """

    class Meta:
        model = Place
        django_get_or_create = ("code",)

    code = "1710"
    level = factory.LazyAttribute(lambda place: len(place.code))
    kind = factory.LazyAttribute(lambda place: kind_of(place.code))
    within = factory.LazyAttribute(
        lambda place: PlaceFactory(code=place.code[:-2]) if len(place.code) > 2 else None
    )
    name_en = factory.LazyAttribute(lambda place: f"Place {place.code}")
    name_km = factory.LazyAttribute(lambda place: f"ខ្មែរ Place {place.code}")


class ServiceTypeFactory(factory.django.DjangoModelFactory):
    """A type of service that rests on a source and needs no signature."""

    class Meta:
        model = ServiceType
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    position = factory.LazyFunction(lambda: ServiceType.objects.count() + 1)
    code = factory.LazyAttribute(lambda kind: f"T{kind.position}")
    provenance = "S01"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        words = both(name=kwargs["code"], need="Rest", say="You decide.", run_by="An NGO")
        return super()._create(model_class, *args, **{**words, **kwargs})

    @factory.post_generation
    def sources(self, create, extracted):
        self.sources.add(SourceFactory())


class ServiceFactory(factory.django.DjangoModelFactory):
    """A published entry: agreed, voluntary, verified today."""

    class Meta:
        model = Service
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"service-{n}")
    name_en = factory.LazyAttribute(lambda service: f"Service {service.code}")
    name_km = factory.LazyAttribute(lambda service: f"ខ្មែរ Service {service.code}")
    place = factory.SubFactory(PlaceFactory)
    voluntary = "yes"
    has_consent = True
    consent_on = last_verified = factory.LazyFunction(timezone.localdate)
    verified_by = "ចាន់ សុភា"
    status = "published"

    @factory.post_generation
    def types(self, create, types):
        self.types.set(types if types is not None else [ServiceTypeFactory()])


class ExampleFactory(ServiceFactory):
    """An example entry, as load_curriculum makes it."""

    code = factory.Sequence(lambda n: f"ex-{n}")
    is_example = True
    place = consent_on = last_verified = None
    has_consent = False
    verified_by = ""
    status = "draft"


class SituationFactory(factory.django.DjangoModelFactory):
    """A situation of three steps that needs no signature. `services`: types that help."""

    class Meta:
        model = Situation
        skip_postgeneration_save = True

    position = factory.LazyFunction(lambda: Situation.objects.count() + 1)
    code = factory.LazyAttribute(lambda situation: f"situation-{situation.position}")
    provenance = "S01"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        words = both(title=f"Title {kwargs['code']}", signs="Signs", never="Never")
        return super()._create(model_class, *args, **{**words, **kwargs})

    @factory.post_generation
    def parts(self, create, extracted):
        self.sources.add(SourceFactory())
        for position in (1, 2, 3):
            SituationStep.objects.create(
                situation=self, position=position, **both(text=f"Step {position}")
            )

    @factory.post_generation
    def services(self, create, types):
        for position, kind in enumerate(types or [], 1):
            SituationService.objects.create(situation=self, type=kind, position=position)
