"""What every page costs in queries, and that it does not grow with officers or lessons."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import translation

from quizzes.actions.exports import request_export
from quizzes.actions.releases import publish, request_release
from quizzes.actions.responses import agree, ask
from quizzes.actions.studies import add_cohort, make_study
from quizzes.keys import make_keys
from quizzes.models import CohortWave
from quizzes.reports.build import build_release
from quizzes.tasks import build_export
from tests.factories import (
    CohortFactory,
    LessonFactory,
    ModuleFactory,
    ServiceFactory,
    ServiceTypeFactory,
    SituationFactory,
    UserFactory,
    add_handout,
)
from tests.quizzes.actions.test_releases import finished, waves_of
from tests.quizzes.conftest import *  # noqa: F403 - the small instrument
from training.actions.certificates import issue_certificate
from training.actions.enrolment import join
from training.actions.lessons import add_version
from training.actions.people import make_one_time_code
from training.models import Lesson, LessonFile, LessonVersion, Role

pytestmark = pytest.mark.django_db

# Signed in, each page first asks for the session, the person and the roles: 3 of its queries.
QUERIES = {
    "anyone": {
        "start": 0,
        "training:home": 1,
        "training:about": 0,
        "training:privacy": 0,
        "training:help": 0,
        "training:outline": 1,
        "training:now": 1,
        "training:cards": 2,
        "training:situation": 5,
        "training:services": 2,
        "training:entries": 0,
        "training:lesson": 9,
        "training:handout": 6,
        "training:myths": 4,
        "training:scenario": 5,
        "training:finish_lesson": 3,
        "training:check": 6,
        "training:glossary": 1,
        "training:search": 0,
        "quizzes:evidence": 5,
        "training:lesson_file": 1,
        "training:certificate_lookup": 0,
        "training:certificate_check": 1,
        "training:enter_code": 0,
        "training:join": 1,
        "training:sign_in": 0,
        "training:sign_in_with_code": 0,
    },
    "officer": {
        "training:entry": 5,
        "training:welcome": 3,
        "training:my_way": 8,
        "training:continue": 6,
        "training:certificate": 5,
        "training:account": 3,
        "training:password": 3,
        "new_password": 4,
        "quizzes:survey": 8,
        "quizzes:resume": 3,
        "quizzes:my_data": 3,
    },
    "trainer": {
        "training:cohorts": 4,
        "training:cohort": 9,
        "training:questions": 4,
        "quizzes:results": 8,
        "quizzes:result": 15,
    },
    "editor": {
        "training:translation_board": 27,
        "training:lesson_history": 5,
        "training:return_to_version": 5,
        "training:harm_checklist": 7,
        "training:lesson_files": 6,
    },
    "evaluator": {
        "quizzes:evaluation": 9,
        "quizzes:study": 20,
        "quizzes:new_study": 6,
        "quizzes:declare": 9,
        "quizzes:take_up_version": 5,
        "quizzes:close_wave": 4,
        "quizzes:extend_wave": 4,
        "quizzes:release": 17,
        "quizzes:export": 4,
    },
}
# Pages that only take what is sent, and lead on.
ONLY_TAKE = {
    "training:sign_out",
    "training:one_time_code",
    "training:lint",
    "training:delete_lesson_file",
    "quizzes:add_cohort",
    "quizzes:make_release",
    "quizzes:publish_release",
    "quizzes:request_export",
    "quizzes:build_again",
    "quizzes:download_export",
}
# Shows every page of a lesson, each in both languages, and costs what they cost.
MADE_OF_PAGES = {"training:lesson_preview"}


class World:
    """A course, people of every role, a running and a released cohort, in one size."""

    def __init__(self, version, *, lessons, officers):
        self.lesson = [LessonFactory(module=ModuleFactory()) for _ in range(lessons)][0]
        add_handout(self.lesson)
        types = [ServiceTypeFactory() for _ in range(lessons)]
        self.situation = [SituationFactory(services=types) for _ in range(lessons)][0]
        self.service = [ServiceFactory(types=types) for _ in range(officers)][0]
        self.trainer = UserFactory(roles=[Role.TRAINER])
        self.evaluator = UserFactory(roles=[Role.EVALUATOR])
        self.editor = UserFactory(roles=[Role.EDITOR])
        for lesson in Lesson.objects.all():
            add_version(lesson.code, "a: b", LessonVersion.Origin.FILE)
        self.file = LessonFile.objects.create(
            lesson=self.lesson,
            kind="sound",
            format="audio/mpeg",
            language="en",
            screen=1,
            file=ContentFile(b"sound", name="-"),
            alt="a",
            size=5,
        )
        self.study = make_study("SMALL", version, ["pre", "post"])
        make_keys(self.study)
        done = finished(self.study, people=9 + officers)
        self.release = request_release(self.study, waves_of(done))
        build_release(self.release)
        publish(self.release)
        self.export = request_export(self.release)
        build_export(self.export.job_id)
        self.cohort = CohortFactory()
        add_cohort(self.study, self.cohort)
        for cohort in (done, self.cohort):
            cohort.trainers.add(self.trainer)
        self.enrolments = [join(self.cohort, UserFactory()) for _ in range(officers)]
        self.enrolment = self.enrolments[0]
        self.officer = self.enrolment.learner
        for enrolment in self.enrolments:
            agree(ask("small-pre", enrolment.learner), consent_version=1, language="en")
        self.certificate = issue_certificate(self.enrolment)

    @property
    def arguments(self):
        """URL name -> what its address names."""
        lesson = [self.lesson.code]
        return {
            **dict.fromkeys(["training:lesson", "training:myths", "training:scenario"], lesson),
            **dict.fromkeys(["training:finish_lesson", "training:check"], lesson),
            "training:handout": lesson,
            "training:situation": [self.situation.code],
            "training:entry": [self.service.code],
            "training:lesson_file": [*lesson, self.file.pk],
            "training:lesson_history": lesson,
            **dict.fromkeys(["training:harm_checklist", "training:lesson_files"], lesson),
            "training:return_to_version": [*lesson, 1],
            "training:certificate_check": [self.certificate.code],
            "training:join": [self.cohort.join_code],
            "training:certificate": [self.enrolment.pk],
            "quizzes:survey": ["small-pre"],
            "training:cohort": [self.cohort.pk],
            "quizzes:result": [self.release.pk],
            **dict.fromkeys(["quizzes:study", "quizzes:declare"], ["SMALL"]),
            "quizzes:take_up_version": ["SMALL", "pre"],
            **dict.fromkeys(
                ["quizzes:close_wave", "quizzes:extend_wave"],
                [CohortWave.objects.filter(closed_at=None).first().pk],
            ),
            "quizzes:release": [self.release.pk],
            "quizzes:export": [self.export.pk],
        }

    def client(self, role):
        client = Client()
        if role != "anyone":
            client.force_login(getattr(self, role))
        if role == "officer":  # on the way to a new password
            session = client.session
            session["reset"] = [
                self.officer.pk,
                make_one_time_code(self.officer, by=self.trainer),
            ]
            session.save()
        return client


def names(patterns=None, prefix=""):
    for pattern in patterns or get_resolver().url_patterns:
        if hasattr(pattern, "url_patterns"):
            space = f"{pattern.namespace}:" if getattr(pattern, "namespace", None) else prefix
            if space != "admin:":
                yield from names(pattern.url_patterns, space)
        elif pattern.name:
            yield prefix + pattern.name


def test_every_page_has_a_count():
    counted = {name for pages in QUERIES.values() for name in pages}

    assert set(names()) - {"start"} == (counted | ONLY_TAKE | MADE_OF_PAGES) - {"start"}


@pytest.mark.parametrize(("lessons", "officers"), [(1, 3), (4, 8)])
def test_every_page_costs_what_it_did(version, settings, tmp_path, lessons, officers):
    settings.KEY_DIR, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "media"
    world = World(version, lessons=lessons, officers=officers)
    arguments = world.arguments

    found = {role: {} for role in QUERIES}
    for role, pages in QUERIES.items():
        client = world.client(role)
        for name in pages:
            with translation.override("en"):
                url = reverse(name, args=arguments.get(name, []))
            client.get(url)  # what a session notes once a minute is noted now
            with CaptureQueriesContext(connection) as queries:
                response = client.get(url)
            assert response.status_code in (200, 302), (name, response.status_code)
            found[role][name] = len(queries)

    assert found == QUERIES
