"""Pictures and sound of lessons, handed out where the lesson may be read."""

import re

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from training.access import ANYONE, opens_to
from training.models import Lesson, LessonFile, Role

YEAR = 365 * 24 * 3600  # seconds; a file never changes, another has another number
RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@opens_to(ANYONE)
def lesson_file(request, code, pk):
    """The file, or the part that a player asks for (some play nothing without). Never by name."""
    is_editor = request.user.is_authenticated and Role.EDITOR in request.user.roles
    lessons = Lesson.objects.all() if is_editor else Lesson.objects.shown()
    row = get_object_or_404(LessonFile, pk=pk, lesson__in=lessons.filter(code=code))
    with row.file.open() as file:
        data = file.read()
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    start, last = (int(asked[1]), int(asked[2] or len(data))) if asked else (0, -1)
    end = min(last, len(data) - 1)
    if start <= end:
        response = HttpResponse(data[start : end + 1], content_type=row.format, status=206)
        response.headers["Content-Range"] = f"bytes {start}-{end}/{len(data)}"
    else:
        response = HttpResponse(data, content_type=row.format)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable"
    return response
