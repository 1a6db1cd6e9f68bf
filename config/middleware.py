from django.conf import settings
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class KhmerFirstMiddleware(LocaleMiddleware):
    """The address decides the language, then the reader's own choice, then Khmer.

    Django would look at the browser first; officers' phones are often set to English by the shop.
    """

    def process_request(self, request):
        chosen = translation.get_language_from_path(request.path_info)
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if not chosen and cookie in dict(settings.LANGUAGES):
            chosen = cookie
        translation.activate(chosen or settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request, response):
        """The language of the last page is the reader's choice for an address without one."""
        read = translation.get_language_from_path(request.path_info)
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        if read and read != chosen:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                read,
                max_age=365 * 24 * 3600,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return super().process_response(request, response)
