"""Every address of the course, on one page. The language stands before them (config/urls.py)."""

from django.urls import path

from training.editor import views as editing
from training.learner import (
    account,
    course,
    directory,
    files,
    glossary,
    join,
    now,
    pages,
    search,
    way,
)
from training.trainer import cohorts, questions

app_name = "training"

urlpatterns = [
    # anyone
    path("", pages.home, name="home"),
    path("about/", pages.about, name="about"),
    path("privacy/", pages.privacy, name="privacy"),
    path("help/", pages.help_page, name="help"),
    path("course/", course.outline, name="outline"),
    path("course/<slug:code>/", course.lesson, name="lesson"),
    path("course/<slug:code>/<int:number>/", course.lesson, name="lesson"),
    path("course/<slug:code>/handout/", course.handout, name="handout"),
    path("course/<slug:code>/myths/", course.myths, name="myths"),
    path("course/<slug:code>/scenario/", course.scenario, name="scenario"),
    path("course/<slug:code>/finish/", course.finish, name="finish_lesson"),
    path("course/<slug:code>/check/", course.check, name="check"),
    path("glossary/", glossary.glossary, name="glossary"),
    path("search/", search.search, name="search"),
    path("now/", now.now, name="now"),
    path("now/card/", now.cards, name="cards"),
    path("now/<slug:code>/", now.situation, name="situation"),
    path("services/", directory.services, name="services"),
    path("services/entries/", directory.entries, name="entries"),
    path("services/<slug:code>/", directory.entry, name="entry"),
    path("course/<slug:code>/files/<int:pk>/", files.lesson_file, name="lesson_file"),
    path("certificates/", pages.certificate_lookup, name="certificate_lookup"),
    path("certificates/<slug:code>/", pages.certificate_check, name="certificate_check"),
    # joining and signing in
    path("join/", join.enter_code, name="enter_code"),
    path("join/<slug:code>/", join.join, name="join"),
    path("welcome/", join.welcome, name="welcome"),
    path("sign-in/", account.sign_in, name="sign_in"),
    path("sign-in/code/", account.sign_in_with_code, name="sign_in_with_code"),
    path("sign-out/", account.sign_out, name="sign_out"),
    # an officer's own pages
    path("way/", way.my_way, name="my_way"),
    path("way/continue/", way.go_on, name="continue"),
    path("way/<int:pk>/", way.my_way, name="my_way"),
    path("way/<int:pk>/certificate/", way.certificate, name="certificate"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    # editors
    path("editing/", editing.translation_board, name="translation_board"),
    path("editing/lint/", editing.lint, name="lint"),
    path("editing/<slug:code>/preview/", editing.preview, name="lesson_preview"),
    path("editing/<slug:code>/history/", editing.history, name="lesson_history"),
    path(
        "editing/<slug:code>/history/<int:number>/",
        editing.return_to_version,
        name="return_to_version",
    ),
    path("editing/<slug:code>/do-no-harm/", editing.harm_checklist, name="harm_checklist"),
    path("editing/<slug:code>/files/", editing.lesson_files, name="lesson_files"),
    path(
        "editing/<slug:code>/files/<int:pk>/delete/",
        editing.delete_lesson_file,
        name="delete_lesson_file",
    ),
    # trainers
    path("trainer/", cohorts.cohorts, name="cohorts"),
    path("trainer/questions/", questions.questions, name="questions"),
    path("trainer/cohorts/<int:pk>/", cohorts.cohort, name="cohort"),
    path(
        "trainer/cohorts/<int:pk>/members/<int:member>/code/",
        cohorts.one_time_code,
        name="one_time_code",
    ),
]
