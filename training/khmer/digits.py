import re

TO_KHMER = {ord(str(n)): chr(ord("០") + n) for n in range(10)}
TO_ASCII = {khmer: n for n, khmer in ((n, ord(k)) for n, k in TO_KHMER.items())}


def khmer_digits(text):
    return str(text).translate(TO_KHMER)


def digits_in(language, text):
    """A number as the script of this language writes it."""
    return khmer_digits(text) if language == "km" else str(text)


def ascii_digits(text):
    return str(text).translate(TO_ASCII)


def phone_key(text):
    """One form of a Cambodian phone number, "+85512345678"; empty where it cannot be one.

    Reads 012 345 678, +855 12 345 678, 00855…, in digits of either script.
    """
    digits = re.sub(r"[^\d+]", "", ascii_digits(text))
    for prefix in ("+855", "00855", "855", "0"):
        if digits.startswith(prefix):
            digits = digits[len(prefix) :].lstrip("0")
            break
    else:
        return ""
    return f"+855{digits}" if re.fullmatch(r"[1-9]\d{7,8}", digits) else ""
