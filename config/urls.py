from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from config.start import start
from quizzes.actions.responses import forget_drafts
from training import errors
from training.learner.account import new_password

urlpatterns = [
    path("", start, name="start"),
    *i18n_patterns(
        path("admin/", admin.site.urls),
        # Here, since it also forgets half-given answers, of which training knows nothing.
        path("new-password/", new_password, {"forget": forget_drafts}, name="new_password"),
        path("", include("training.urls")),
        path("", include("quizzes.urls")),
    ),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
