"""Check digits of identity documents that python-stdnum does not know.

Hong Kong: eight places weighted 9 to 2, modulo 11. Taiwan: the letter's two digits weighted 1 and 9, the rest 8 to 1 and 1, modulo 10
(resident certificates since 2021 have 8 or 9 as their second character; the older ones a letter A to D).
"""

from __future__ import annotations

_TAIWAN_LETTERS = {letter: 10 + place for place, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO")}


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
