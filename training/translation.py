from modeltranslation.translator import TranslationOptions, register

from training import models


def both(*fields):
    """Forms ask for these texts in both languages."""
    return {"km": fields, "en": fields}


@register(models.Module)
class ModuleTexts(TranslationOptions):
    fields = ["title", "summary", "notice"]
    required_languages = both("title")


@register(models.Source)
class SourceTexts(TranslationOptions):
    fields = ["cite"]


@register(models.Lesson)
class LessonTexts(TranslationOptions):
    fields = ["title", "takeaway", "outcomes", "warning"]
    required_languages = both("title", "takeaway")


@register(models.Screen)
class ScreenTexts(TranslationOptions):
    fields = ["title", "text", "html", "figure_value", "figure_label"]
    required_languages = both("title", "text")


@register(models.Bar)
class BarTexts(TranslationOptions):
    fields = ["label", "shown"]
    required_languages = both("label")


@register(models.Myth)
class MythTexts(TranslationOptions):
    fields = ["myth", "fact"]
    required_languages = both("myth", "fact")


@register(models.Handout)
class HandoutTexts(TranslationOptions):
    fields = ["title", "note"]
    required_languages = both("title", "note")


@register(models.HandoutColumn)
class HandoutColumnTexts(TranslationOptions):
    fields = ["title"]
    required_languages = both("title")


@register(models.HandoutCell)
class HandoutCellTexts(TranslationOptions):
    fields = ["text"]
    required_languages = both("text")


@register(models.Scenario)
class ScenarioTexts(TranslationOptions):
    fields = ["title"]
    required_languages = both("title")


@register(models.Node)
class NodeTexts(TranslationOptions):
    fields = ["situation"]
    required_languages = both("situation")


@register(models.NodeChoice)
class NodeChoiceTexts(TranslationOptions):
    fields = ["text", "feedback"]
    required_languages = both("text", "feedback")


@register(models.Question)
class QuestionTexts(TranslationOptions):
    fields = ["text", "rationale"]
    required_languages = both("text", "rationale")


@register(models.Option)
class OptionTexts(TranslationOptions):
    fields = ["text", "reason"]
    required_languages = both("text", "reason")


@register(models.Step)
class StepTexts(TranslationOptions):
    fields = ["title"]


@register(models.Finding)
class FindingTexts(TranslationOptions):
    fields = ["text", "learn"]
    required_languages = both("text", "learn")


@register(models.Term)
class TermTexts(TranslationOptions):
    fields = ["term", "also", "explanation"]
    required_languages = both("term")


@register(models.Situation)
class SituationTexts(TranslationOptions):
    fields = ["title", "signs", "never"]
    required_languages = both("title", "signs", "never")


@register(models.SituationStep)
class SituationStepTexts(TranslationOptions):
    fields = ["text"]
    required_languages = both("text")


@register(models.HarmQuestion)
class HarmQuestionTexts(TranslationOptions):
    fields = ["question"]
    required_languages = both("question")


@register(models.Place)
class PlaceTexts(TranslationOptions):
    fields = ["name"]
    required_languages = both("name")


@register(models.ServiceType)
class ServiceTypeTexts(TranslationOptions):
    fields = ["name", "need", "say", "run_by"]
    required_languages = both("name", "need", "say", "run_by")


@register(models.Service)
class ServiceTexts(TranslationOptions):
    fields = [
        *("name", "organisation", "address", "focal_role", "opening_hours"),
        *("confidentiality_note", "how_to_refer", "what_to_bring"),
    ]
    required_languages = both("name")
