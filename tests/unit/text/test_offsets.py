import pytest

from assistant.text import utf16_offsets


@pytest.mark.parametrize(
    ("text", "offsets"),
    [
        ("", [0]),
        ("ab", [0, 1, 2]),
        ("加微", [0, 1, 2]),
        ("a😀b", [0, 1, 3, 4]),
        ("\ud83d😀\ude00", [0, 1, 3, 4]),
        ("𠮷野家", [0, 2, 3, 4]),
    ],
)
def test_offsets_count_utf16_units(text, offsets):
    assert list(utf16_offsets(text)) == offsets
