from training.models import AuditEntry
from training.models.audit import thing_of


def record(action, thing, *, by=None, reason=""):
    """Write one line into the audit: who did what to which row. Never a value, never an answer."""
    AuditEntry.objects.create(actor=by, action=action, thing=thing_of(thing), reason=reason)
