"""A text and its views, each worked out when first asked for."""

from __future__ import annotations

from assistant.text.characters import plain_view
from assistant.text.emoji import spoken
from assistant.text.han import fold, read_digits
from assistant.text.joining import join
from assistant.text.layer import Layer
from assistant.text.lazy import Lazy
from assistant.text.leet import undo_leet
from assistant.text.parts import merge
from assistant.text.phonetic import sound
from assistant.text.view import View


class Normalised:
    """``original`` as it may be meant.

    Every view maps back to code points of ``original`` (``View.span``), takes time linear in its length and is at most four times as long.
    The layers hold the same texts with maps into ``plain``, for readers that compare a reading with what was written.
    """

    def __init__(self, original: str) -> None:
        self.original = original

    @Lazy
    def plain(self) -> View:
        """Width and compatibility forms, case, marks, invisible characters and imitations undone; separators and Traditional kept."""
        return plain_view(self.original)

    @Lazy
    def folded(self) -> View:
        """``plain`` in Simplified, one to one."""
        plain = self.plain
        return View("folded", fold(plain.text), plain.starts, plain.ends)

    @Lazy
    def joined_layer(self) -> Layer:
        return join(self.folded.text)

    @Lazy
    def joined(self) -> View:
        """``folded`` without separators inside words and stretched letters; see ``assistant.text.joining``."""
        return self.joined_layer.over(self.plain, "joined")

    @Lazy
    def digits(self) -> View:
        """``folded`` with Chinese numerals as ASCII digits, one to one. Circled and other digits are digits in every view."""
        plain = self.plain
        return View("digits", read_digits(self.folded.text), plain.starts, plain.ends)

    @Lazy
    def leet_layer(self) -> Layer:
        joined = self.joined_layer
        return Layer(undo_leet(joined.text), joined.starts, joined.ends)

    @Lazy
    def leet(self) -> View:
        """``joined`` with leetspeak undone in words that mix letters and signs."""
        return self.leet_layer.over(self.plain, "leet")

    @Lazy
    def merged_layer(self) -> Layer | None:
        """``joined`` with split characters merged, or ``None`` where nothing looks split; see ``assistant.text.parts``."""
        return merge(self.joined_layer)

    @Lazy
    def pinyin_layer(self) -> Layer:
        return sound(self.joined_layer)

    @Lazy
    def pinyin(self) -> View:
        """One private-use character per syllable; see ``assistant.text.phonetic``."""
        return self.pinyin_layer.over(self.plain, "pinyin")

    @Lazy
    def readings(self) -> tuple[tuple[str, str], ...]:
        """Letters and syllables (``leet`` and ``pinyin``) of the text; then, where it has such, with split characters merged, and with
        emoji beside Han characters as characters."""
        found = [(self.leet.text, self.pinyin.text)]
        if (merged := self.merged_layer) is not None:
            found.append((merged.text, sound(merged).text))
        if (said := spoken(self.original)) is not None:
            other = Normalised(said)
            found.append((other.leet.text, other.pinyin.text))
        return tuple(dict.fromkeys(found))
