"""What a database itself refuses, on SQLite and PostgreSQL alike.

The actions say so kindly and first. Triggers hold for a shell and a hand-written query too.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import connections, transaction
from django.db.models.signals import post_migrate, pre_migrate

from training.models.audit import AuditEntry

APPEND_ONLY = "A line of the audit stays as it is."

IS_NOT_SAME = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}

CREATE = {
    "sqlite": """
        CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {condition}
        BEGIN SELECT RAISE(ABORT, '{sentence}'); END""",
    # A function of its own: the WHEN of a trigger takes no subquery here.
    "postgresql": """
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF {condition} THEN
                RAISE EXCEPTION '{sentence}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()""",
}
DROP = {
    "sqlite": "DROP TRIGGER IF EXISTS {name}",
    "postgresql": "DROP FUNCTION IF EXISTS {name}() CASCADE",  # and with it its trigger
}


@dataclass(frozen=True)
class Trigger:
    """Refuses this event on a row of this table where the condition holds."""

    table: str
    event: str  # INSERT, UPDATE or DELETE
    condition: str
    sentence: str

    @property
    def name(self) -> str:
        return f"{self.table}_refuses_{self.event.lower()}"


def triggers(vendor: str) -> Iterator[Trigger]:
    """Of this app: the audit grows and nothing else.

    Whoever is deleted leaves the lines without a name; it is the only change.
    """
    table = AuditEntry._meta.db_table
    columns = {field.column for field in AuditEntry._meta.local_concrete_fields} - {"actor_id"}
    another = f"(NEW.actor_id IS NOT NULL AND {differs(vendor, 'actor_id')})"
    changes = f"{differs(vendor, *sorted(columns))} OR {another}"
    yield Trigger(table, "UPDATE", changes, APPEND_ONLY)
    yield Trigger(table, "DELETE", "TRUE", APPEND_ONLY)


def differs(vendor: str, *columns: str) -> str:
    """Whether one of these columns is changed, to or from NULL as well."""
    pairs = (f"OLD.{column} {IS_NOT_SAME[vendor]} NEW.{column}" for column in columns)
    return f"({' OR '.join(pairs)})"


def keep_triggers(app, triggers: Callable[[str], Iterable[Trigger]]) -> None:
    """Have the triggers of an app stand after every migrate.

    triggers: all of them, in the SQL of a vendor. They are dropped before migrations run: SQLite
    cannot rebuild a table that a trigger of another one reads, nor could a migration fill a new
    column of a row that is kept. After it they are made: also where SQLite rebuilt a table.
    """

    def drop(using, plan, **kwargs):
        if plan:
            execute(using, triggers, DROP)

    def make(using, **kwargs):
        connection = connections[using]
        tables = {trigger.table for trigger in triggers(connection.vendor)}
        if tables <= set(connection.introspection.table_names()):  # not on the way to nothing
            execute(using, triggers, DROP, CREATE)

    pre_migrate.connect(drop, sender=app, weak=False)
    post_migrate.connect(make, sender=app, weak=False)


def execute(using: str, triggers, *statements: dict[str, str]) -> None:
    """For each trigger run these statements, vendor -> SQL; all of it or nothing."""
    vendor = connections[using].vendor
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for trigger in triggers(vendor):
            for statement in statements:
                cursor.execute(statement[vendor].format(name=trigger.name, **vars(trigger)))
