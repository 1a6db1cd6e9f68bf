"""What administrators keep by hand: people, roles, cohorts. Nothing of surveys is here."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from training.actions.audit import record
from training.actions.people import end_sessions, free_code, make_one_time_code
from training.admin.roles import ByRole, ToRead
from training.khmer import ascii_digits, phone_key
from training.learner.forms import NamesMixin
from training.models import (
    AuditEntry,
    Cohort,
    Job,
    Membership,
    Role,
    User,
)


class RolesFormSet(forms.models.BaseInlineFormSet):
    """The roles of one person. Somebody must remain who can give roles."""

    def clean(self):
        super().clean()
        kept = {
            form.cleaned_data["role"]
            for form in self.forms
            if form.cleaned_data.get("role") and not form.cleaned_data.get("DELETE")
        }
        others = Membership.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True)
        stays = Role.ADMINISTRATOR in kept and self.instance.is_active
        if not stays and not others.exclude(user=self.instance.pk).exists():
            raise ValidationError(_("This is the last administrator who may sign in."))


class MembershipInline(ByRole, admin.TabularInline):
    model = Membership
    formset = RolesFormSet
    extra = 0

    def has_delete_permission(self, request, obj=None):
        return self.is_theirs(request)


class PersonForm(NamesMixin, forms.ModelForm):
    """An account that exists. Nobody sets another person's password: see `make_code`."""

    class Meta:
        model = User
        fields = [
            "family_name_km",
            "given_name_km",
            "family_name_latin",
            "given_name_latin",
            "phone",
            "is_active",
        ]

    def clean_phone(self):
        written = self.cleaned_data["phone"]
        if not written:
            return None
        if not (number := phone_key(written)):
            raise ValidationError(_("This is not a Cambodian phone number."))
        return number


class NewPersonForm(PersonForm):
    """A new account. Its owner changes the password after the first sign-in."""

    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput, strip=False)

    def clean_password(self):
        password = ascii_digits(self.cleaned_data["password"])
        validate_password(password, self.instance)
        return password


@admin.register(User)
class UserAdmin(ByRole, admin.ModelAdmin):
    form = PersonForm
    actions = ["make_code"]
    inlines = [MembershipInline]
    list_display = ["name_km", "name_latin", "code", "role_names", "is_active", "is_simulated"]
    list_filter = ["memberships__role", "is_simulated"]
    search_fields = ["code", "family_name_km", "given_name_km", "family_name_latin"]
    readonly_fields = ["code", "joined_on", "is_simulated"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("memberships")

    @admin.display(description=_("roles"))
    def role_names(self, user):
        return ", ".join(membership.get_role_display() for membership in user.memberships.all())

    def get_form(self, request, obj=None, **kwargs):
        kwargs["form"] = PersonForm if obj else NewPersonForm
        return super().get_form(request, obj, **kwargs)

    @admin.action(description=_("New one-time code: its owner chooses a new password"))
    def make_code(self, request, people):
        """As a trainer's: it also deletes survey answers that were not sent."""
        if people.count() != 1:
            messages.warning(request, _("Please choose one person."))
            return
        person = people.get()
        words = {"name": person.name_km, "code": make_one_time_code(person, by=request.user)}
        messages.success(
            request,
            _("One-time code for %(name)s: %(code)s. It is shown this once.") % words,
        )

    def get_fields(self, request, obj=None):
        """The code stands there once it is the person's: a form not saved yet has none."""
        fields = super().get_fields(request, obj)
        return fields if obj else [name for name in fields if name not in self.readonly_fields]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.code = free_code()
            obj.set_password(form.cleaned_data["password"])
            messages.info(request, _("The code of this person: %(code)s") % {"code": obj.code})
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and not obj.is_active:
            end_sessions(obj)
        record(self.what_changed(obj, form, change), obj, by=request.user)

    def what_changed(self, obj, form, change):
        if not change:
            return "make account"
        if "is_active" in form.changed_data:
            return f"switch account {'on' if obj.is_active else 'off'}"
        return (
            f"change {', '.join(form.changed_data)}"[:60] if form.changed_data else "save account"
        )

    def save_formset(self, request, form, formset, change):
        super().save_formset(request, form, formset, change)
        changes = [("give", row) for row in formset.new_objects]
        changes += [("take", row) for row in formset.deleted_objects]
        changes += [("change", row) for row, _names in formset.changed_objects]
        for verb, membership in changes:
            record(f"{verb} role {membership.role}", membership.user, by=request.user)
        roles = {row.role for row in Membership.objects.filter(user=form.instance)}
        if changes and Role.EVALUATOR in roles and roles & {Role.TRAINER, Role.OFFICER}:
            messages.warning(
                request,
                _(
                    "An evaluator reads rows of answers. The consent says that trainers and the "
                    "chain of command do not: please give these roles to different people."
                ),
            )


@admin.register(Cohort)
class CohortAdmin(ByRole, admin.ModelAdmin):
    list_display = ["name", "join_code", "starts_on", "ends_on", "origin", "closed_on"]
    search_fields = ["name", "join_code"]
    readonly_fields = ["join_code"]

    def get_fields(self, request, obj=None):
        """The joining code stands there once it is the cohort's."""
        fields = ["name", "starts_on", "ends_on", "province", "trainers", "closed_on"]
        return ["join_code", *fields] if obj else fields

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        record("change cohort" if change else "make cohort", obj, by=request.user)
        if not change:
            messages.info(request, _("The joining code: %(code)s") % {"code": obj.join_code})

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "trainers":
            kwargs["queryset"] = User.objects.filter(memberships__role=Role.TRAINER)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(Job)
class JobAdmin(ToRead, admin.ModelAdmin):
    list_display = ["task", "state", "done", "total", "tries", "created_at", "seen_at", "error"]
    list_filter = ["state", "task"]


@admin.register(AuditEntry)
class AuditAdmin(ToRead, admin.ModelAdmin):
    list_display = ["at", "actor", "action", "thing", "reason"]
