"""What makes a number one of an identity document.

Mainland (GB 11643-1999, ISO 7064 MOD 11-2): where it was given, a date of birth, a serial number and the check character. python-stdnum
asks that the county existed in the year of birth; most adults' numbers were given later, from 1984 on.

Hong Kong: eight places weighted 9 to 2, modulo 11. Taiwan: the letter's two digits weighted 1 and 9, the rest 8 to 1 and 1, modulo 10
(resident certificates since 2021 have 8 or 9 as their second character; the older ones a letter A to D).
"""

from __future__ import annotations

from datetime import date

_PROVINCES = frozenset(
    f"{region}{place}"
    for region, places in {"1": "12345", "2": "123", "3": "1234567", "4": "123456", "5": "01234", "6": "12345"}.items()
    for place in places
)
_RESIDENTS = frozenset({"710000", "810000", "820000", "830000"})
"""What stands for the place in the numbers of residents from Taiwan, Hong Kong and Macau."""
_CENTURIES = frozenset({"18", "19", "20"})
_TAIWAN_LETTERS = {letter: 10 + place for place, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}


def looks_like_mainland_id(number: str) -> bool:
    """Whether ``number``, 17 digits and a digit or ``x``, has a place and a date of birth where identity numbers have them."""
    if len(number) != 18 or not number[:17].isdecimal() or not _is_place(number[:6]) or number[6:8] not in _CENTURIES:
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return True


def is_mainland_id(number: str) -> bool:
    """``number``: 18 characters; of residents, and of foreigners with permanent residence (since 2023)."""
    if not looks_like_mainland_id(number):
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper()


def _is_place(code: str) -> bool:
    if code[0] == "9":
        return code[1:3] in _PROVINCES
    return code in _RESIDENTS or (code[:2] in _PROVINCES and code[2:4] != "00")


def is_hong_kong_id(number: str) -> bool:
    """``number``: one or two letters, six digits and the check character, without brackets."""
    number = number.upper().rjust(9, " ")
    body, check = number[:8], number[8]
    if len(number) != 9 or not body[2:].isdigit() or not body[1].isalpha():
        return False
    values = [36 if char == " " else int(char, 36) for char in body]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return "0123456789A"[-total % 11] == check


def is_taiwan_id(number: str) -> bool:
    """``number``: ten characters; national identity cards and resident certificates, new and old."""
    number = number.upper()
    if len(number) != 10 or number[0] not in _TAIWAN_LETTERS or not number[2:].isdigit():
        return False
    second = str(_TAIWAN_LETTERS[number[1]] % 10) if number[1] in "ABCD" else number[1]
    if second not in "012389":
        return False
    digits = f"{_TAIWAN_LETTERS[number[0]]}{second}{number[2:]}"
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 10 == 0
