"""Who opens which part of the admin."""

from training.models import Role


class ByRole:
    """Opens to one role, whatever the permission tables say."""

    role = Role.ADMINISTRATOR

    def is_theirs(self, request, obj=None):
        return self.role in request.user.roles

    has_view_permission = has_change_permission = is_theirs
    has_add_permission = has_module_permission = is_theirs

    def has_delete_permission(self, request, obj=None):
        return False


class ToRead(ByRole):
    """Rows that nobody writes by hand."""

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_add_permission
