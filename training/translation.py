from modeltranslation.translator import TranslationOptions, register

from training import models


def both(*fields):
    """Forms ask for these texts in both languages."""
    return {"km": fields, "en": fields}


@register(models.Module)
class ModuleTexts(TranslationOptions):
    fields = ["title", "summary"]
    required_languages = both("title")


@register(models.Source)
class SourceTexts(TranslationOptions):
    fields = ["cite"]


@register(models.Lesson)
class LessonTexts(TranslationOptions):
    fields = ["title", "takeaway", "outcomes"]
    required_languages = both("title", "takeaway")


@register(models.Screen)
class ScreenTexts(TranslationOptions):
    fields = ["title", "text", "html", "figure_value", "figure_label"]
    required_languages = both("title", "text")


@register(models.Bar)
class BarTexts(TranslationOptions):
    fields = ["label"]


@register(models.Myth)
class MythTexts(TranslationOptions):
    fields = ["myth", "fact"]


@register(models.Scenario)
class ScenarioTexts(TranslationOptions):
    fields = ["title"]


@register(models.Node)
class NodeTexts(TranslationOptions):
    fields = ["situation"]


@register(models.NodeChoice)
class NodeChoiceTexts(TranslationOptions):
    fields = ["text", "feedback"]


@register(models.Question)
class QuestionTexts(TranslationOptions):
    fields = ["text", "rationale"]


@register(models.Option)
class OptionTexts(TranslationOptions):
    fields = ["text"]


@register(models.Step)
class StepTexts(TranslationOptions):
    fields = ["title"]
