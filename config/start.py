from django.shortcuts import redirect

from training.access import ANYONE, opens_to


@opens_to(ANYONE)
def start(request):
    """The bare address leads to the start page in the reader's language, Khmer unless chosen."""
    return redirect(f"/{request.LANGUAGE_CODE}/")
