"""Every address of the measuring, on one page."""

from django.urls import path, re_path

from quizzes.evaluator import audit, instruments, paper, releases, studies
from quizzes.learner import evidence, my_data, survey
from quizzes.trainer import results

app_name = "quizzes"

urlpatterns = [
    # anyone
    path("evidence/", evidence.evidence, name="evidence"),
    # officers
    path("survey/resume/", survey.resume, name="resume"),
    path("survey/<slug:slug>/", survey.survey, name="survey"),
    path("my-data/", my_data.my_data, name="my_data"),
    # trainers
    path("trainer/results/", results.results, name="results"),
    path("trainer/results/<uuid:pk>/", results.result, name="result"),
    # evaluators
    path("evaluation/", studies.home, name="evaluation"),
    path("evaluation/studies/<slug:code>/", studies.study, name="study"),
    path("evaluation/new-study/", studies.new_study, name="new_study"),
    path("evaluation/studies/<slug:code>/declared/", studies.declare, name="declare"),
    path(
        "evaluation/studies/<slug:code>/waves/<slug:wave>/version/",
        studies.take_up_version,
        name="take_up_version",
    ),
    path("evaluation/waves/<int:pk>/extend/", studies.extend, name="extend_wave"),
    path("evaluation/studies/<slug:code>/cohorts/", studies.add_cohort, name="add_cohort"),
    path("evaluation/waves/<int:pk>/close/", studies.close, name="close_wave"),
    path("evaluation/cohorts/<int:pk>/cards/", paper.cards, name="paper_cards"),
    path("evaluation/cohorts/<int:pk>/cards/<int:batch>/", paper.print_cards, name="print_cards"),
    path("evaluation/cohorts/<int:pk>/withdraw/", paper.withdraw_card, name="withdraw_card"),
    path("evaluation/waves/<int:pk>/paper/", paper.paper, name="paper"),
    path(
        "evaluation/waves/<int:pk>/paper/print/",
        paper.print_questionnaire,
        name="print_questionnaire",
    ),
    path("evaluation/waves/<int:pk>/paper/type/", paper.type_paper, name="type_paper"),
    path(
        "evaluation/waves/<int:pk>/paper/differences/",
        paper.paper_differences,
        name="paper_differences",
    ),
    path("evaluation/studies/<slug:code>/releases/", releases.make, name="make_release"),
    path("evaluation/releases/<uuid:pk>/", releases.release, name="release"),
    path("evaluation/releases/<uuid:pk>/publish/", releases.publish, name="publish_release"),
    path("evaluation/releases/<uuid:pk>/unpublish/", releases.unpublish, name="unpublish_release"),
    path("evaluation/releases/<uuid:pk>/audit/", audit.release_audit, name="release_audit"),
    path("evaluation/releases/<uuid:pk>/exports/", releases.request_export, name="request_export"),
    path("evaluation/exports/<int:pk>/", releases.export, name="export"),
    path("evaluation/jobs/<int:pk>/again/", releases.build_again, name="build_again"),
    path("evaluation/jobs/<int:pk>/cancel/", releases.cancel_job, name="cancel_job"),
    path("evaluation/exports/<int:pk>/file/", releases.download, name="download_export"),
    path("evaluation/instruments/", instruments.instruments, name="instruments"),
    path("evaluation/instruments/preview/", instruments.preview, name="preview_instrument"),
    path("evaluation/instruments/save/", instruments.save, name="save_instrument"),
    path(
        "evaluation/instruments/<slug:code>/<int:number>/",
        instruments.instrument,
        name="instrument",
    ),
    re_path(
        r"^evaluation/instruments/(?P<code>\w+)/(?P<number>[0-9]+)\.(?P<form>xlsx|yaml)$",
        instruments.file,
        name="instrument_file",
    ),
    path(
        "evaluation/instruments/<slug:code>/<int:number>/copy/",
        instruments.copy,
        name="copy_instrument",
    ),
    path(
        "evaluation/instruments/<slug:code>/<int:older>/<int:newer>/",
        instruments.crosswalk,
        name="crosswalk",
    ),
]
