import pytest

from training.khmer import ascii_digits, khmer_digits, phone_key


def test_digits_of_both_scripts_stand_for_each_other():
    assert khmer_digits("0123456789 of 25") == "០១២៣៤៥៦៧៨៩ of ២៥"
    assert ascii_digits("០១២៣៤៥៦៧៨៩ នៃ ២៥") == "0123456789 នៃ 25"
    assert khmer_digits(2026) == "២០២៦"


@pytest.mark.parametrize(
    "written",
    [
        "012 345 678",
        "012-345-678",
        "+855 12 345 678",
        "00855 12345678",
        "855 12 345 678",
        "+855 (0) 12 345 678",
        "០១២ ៣៤៥ ៦៧៨",
    ],
)
def test_a_phone_number_has_one_key_however_it_is_written(written):
    assert phone_key(written) == "+85512345678"


def test_a_phone_number_may_have_nine_digits():
    assert phone_key("097 123 4567") == "+855971234567"


@pytest.mark.parametrize("written", ["", "hello", "12345678", "012 34", "012 345 678 901", "000"])
def test_what_is_no_phone_number_has_no_key(written):
    assert phone_key(written) == ""
