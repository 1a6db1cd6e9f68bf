"""All situations of a scenario with their ways, on one page: what belongs together is saved so."""

from functools import cached_property

from django import forms
from django.utils.translation import gettext_lazy as _

from training.admin.forms import LetteredFormSet, LintedForm, RowsFormSet
from training.curriculum.parse import END
from training.models import Node, NodeChoice


class ChoiceForm(LintedForm):
    """A way. The situation that it leads to is named, for it may be as new as the way."""

    leads_to = forms.ChoiceField(label=_("leads to"))

    class Meta:
        model = NodeChoice
        fields = ["text_km", "text_en", "quality", "feedback_km", "feedback_en"]

    field_order = ["text_km", "text_en", "quality", "leads_to"]

    def __init__(self, *args, codes, **kwargs):
        super().__init__(*args, **kwargs)
        ends = [(END, _("the end"))]
        self.fields["leads_to"].choices = [("", "–"), *((code, code) for code in codes), *ends]
        self.fields["quality"].label = _("how good it is")
        if self.instance.pk:
            self.initial["leads_to"] = self.instance.next.code if self.instance.next else END


class ChoiceFormSet(LetteredFormSet):
    def save_new(self, form, commit=True):
        form.instance.position = self.forms.index(form)
        return super().save_new(form, commit)

    def values(self, form, n):
        return {"position": n}


WaysFormSet = forms.inlineformset_factory(
    Node,
    NodeChoice,
    form=ChoiceForm,
    formset=ChoiceFormSet,
    fk_name="node",
    extra=1,
    max_num=5,
    validate_max=True,
)


class NodeForm(LintedForm):
    """A situation. Its ways are a form set of their own: `ways`."""

    class Meta:
        model = Node
        fields = ["situation_km", "situation_en"]

    def has_changed(self):
        return super().has_changed() or self.ways.has_changed()


class NodeFormSet(RowsFormSet):
    """The situations in their order; the first is where the scenario begins."""

    @cached_property
    def codes(self):
        """What each situation is called: N1, N2, and the next free names for new ones."""
        known = [node.code for node in self.get_queryset()]
        highest = max((int(code[1:]) for code in known if code[1:].isdigit()), default=0)
        new = self.total_form_count() - len(known)
        return known + [f"N{highest + n}" for n in range(1, new + 1)]

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if index is None:
            return
        form.code = self.codes[index]
        form.ways = WaysFormSet(
            self.data if self.is_bound else None,
            instance=form.instance,
            prefix=f"{form.prefix}-ways",
            form_kwargs={"codes": self.codes},
        )
        form.ways.extra = 1 if form.instance.pk else 3
        for way in form.ways.forms:
            way.refuses = self.form.refuses

    def clean(self):
        super().clean()
        if any(self.errors):
            return
        kept = self.kept()
        reached = {form.code for form in kept} | {END}
        for form in kept:
            if not form.ways.is_valid():
                continue
            ways = form.ways.kept()
            if len(ways) < 2:
                form.add_error(None, _("A situation needs two ways or more."))
            for way in ways:
                if way.cleaned_data["leads_to"] not in reached:
                    way.add_error("leads_to", _("This situation is not there (any more)."))
        if not all(form.is_valid() and form.ways.is_valid() for form in kept):
            raise forms.ValidationError(_("Please look at the ways below again."))

    def save_new(self, form, commit=True):
        form.instance.code, form.instance.position = form.code, self.forms.index(form)
        return super().save_new(form, commit)

    def save(self, commit=True):
        saved = super().save(commit)
        kept = self.kept()
        nodes = {form.code: form.instance for form in kept}
        for n, form in enumerate(kept):
            Node.objects.filter(pk=form.instance.pk).update(position=n)
            for way in form.ways.kept():
                way.instance.next = nodes.get(way.cleaned_data["leads_to"])
            form.ways.save()
        return saved
