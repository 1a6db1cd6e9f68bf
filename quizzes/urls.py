"""Every address of the measuring, on one page."""

from django.urls import path

from quizzes.evaluator import audit, releases, studies
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
    path("evaluation/studies/<slug:code>/cohorts/", studies.add_cohort, name="add_cohort"),
    path("evaluation/waves/<int:pk>/close/", studies.close, name="close_wave"),
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
]
