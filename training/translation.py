from modeltranslation.translator import TranslationOptions, register

from training import models


@register(models.Module)
class ModuleTexts(TranslationOptions):
    fields = ["title", "summary"]


@register(models.Source)
class SourceTexts(TranslationOptions):
    fields = ["cite"]


@register(models.Lesson)
class LessonTexts(TranslationOptions):
    fields = ["title", "takeaway", "outcomes"]


@register(models.Screen)
class ScreenTexts(TranslationOptions):
    fields = ["title", "text", "html", "figure_value", "figure_label"]


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
