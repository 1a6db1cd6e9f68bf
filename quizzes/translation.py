from modeltranslation.translator import TranslationOptions, register

from quizzes import models


@register(models.Instrument)
class InstrumentTexts(TranslationOptions):
    fields = ["title"]


@register(models.SetOption)
class SetOptionTexts(TranslationOptions):
    fields = ["label", "short"]


@register(models.Item)
class ItemTexts(TranslationOptions):
    fields = ["text", "short"]


@register(models.Scale)
class ScaleTexts(TranslationOptions):
    fields = ["label", "short"]


@register(models.Study)
class StudyTexts(TranslationOptions):
    fields = ["title"]
