"""The admin opens by role: administrators keep people and cohorts, editors keep the course."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class SpeanAdminSite(admin.AdminSite):
    site_title = site_header = _("Spean")
    index_title = _("Course and accounts")

    def has_permission(self, request):
        return request.user.is_authenticated and request.user.is_staff
