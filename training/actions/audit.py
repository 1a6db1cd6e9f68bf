from training.models import AuditEntry


def record(action, thing, *, by=None, reason=""):
    """Write one line into the audit: who did what to which row. Never a value, never an answer."""
    kind = thing._meta.model_name
    AuditEntry.objects.create(actor=by, action=action, thing=f"{kind} {thing.pk}", reason=reason)
