"""Writes the tables of ``assistant/text/tables``: run after changing a rule here or to follow a newer source.

Sources, all named in NOTICE: Unicode's confusables (as packaged by ``confusable-homoglyphs``), OpenCC's conversions, pypinyin's
readings, kfcd/chaizi (CC BY 3.0) for the parts of characters, jieba's word list for ordinary two-character words, SCOWL's English words.

    pip install confusable-homoglyphs jieba
    python -m models.text.make_tables --chaizi ../shared/datasets/chaizi/chaizi-jt.txt --english /usr/share/dict/american-english
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import string
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path

import opencc
from pypinyin import Style, pinyin
from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict

TABLES = Path(__file__).parents[2] / "assistant" / "text" / "tables"
HAN = [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0x20000, 0x2EBE1)]
CONTEXTUAL_SCRIPTS = (
    "GREEK",
    "CYRILLIC",
    "ARMENIAN",
    "CHEROKEE",
    "LISU",
    "CANADIAN SYLLABICS",
    "COPTIC",
    "DESERET",
    "OSAGE",
)
KANA_LIKE_HAN = {
    "ニ": "二",
    "ハ": "八",
    "カ": "力",
    "ト": "卜",
    "ロ": "口",
    "タ": "夕",
    "エ": "工",
    "イ": "亻",
    "ー": "一",
    "チ": "千",
}
HAN_LOOKALIKES = {"囗": "口", "〇": "零"}
IMITATIONS_OF_OURS = {"l*": "ӏ"}
RADICALS = dict(zip("讠钅饣纟氵忄刂礻衤犭", "言金食糸水心刀示衣犬", strict=True)) | {"扌": "手才"}
COMMON_READING_SHARE = 0.08
ORDINARY_FREQUENCY = 10
ORDINARY_TOO = ("扣缴", "貂毛")
"""Rarer words that sound like what lists look for."""
MOST_COMMON = 1500


def package_file(package: str, name: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"pip install {package.replace('_', '-')} first")
    return Path(spec.origin).parent / name


def encodable(char: str, charset: str) -> bool:
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def single(convert: Callable[[str], str], char: str) -> str:
    """The conversion of one character, or the character where the result is not one character."""
    result = convert(char)
    return result if len(result) == 1 else char


def imitations() -> dict[str, str]:
    """Letter -> what imitates it and is not already undone by NFKC and lower case; contextual scripts under ``letter*``."""
    groups = json.loads(package_file("confusable_homoglyphs", "confusables.json").read_text(encoding="utf-8"))
    found: dict[str, set[str]] = defaultdict(set)
    for letter, chars in IMITATIONS_OF_OURS.items():
        found[letter].update(chars)
    for letter in string.ascii_lowercase:
        for like in (letter, letter.upper()):
            for entry in groups.get(like, ()):
                add_imitation(found, letter, entry["c"])
    for code in range(0x80, 0x20000):
        name = unicodedata.name(chr(code), "")
        match = re.fullmatch(
            r"LATIN (?:LETTER SMALL CAPITAL|(?:SMALL|CAPITAL) LETTER) ([A-Z])(?: WITH .*)?"
            r"|NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER ([A-Z])",
            name,
        )
        if match:
            add_imitation(found, (match[1] or match[2]).lower(), chr(code))
    return {letter: "".join(sorted(chars)) for letter, chars in sorted(found.items())}


def add_imitation(found: dict[str, set[str]], letter: str, char: str) -> None:
    if len(char) != 1 or char.isascii() or char.isdecimal() or char in "〇ー一丨":
        return
    name, category = unicodedata.name(char, ""), unicodedata.category(char)
    base = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)).lower()
    if (base.isascii() and base) or category in {"Lm", "Sk", "Mn", "Mc"}:
        return
    contextual = name.startswith(CONTEXTUAL_SCRIPTS) or (name.startswith(("MATHEMATICAL",)) and not base.isascii())
    if contextual:
        lower = base if len(base) == 1 else char
        if not any(lower in chars for chars in found.values()):
            found[letter + "*"].add(lower)
    elif name.startswith("LATIN") or category.startswith("S") or category == "So":
        found[letter].add(char)


def simplified() -> dict[str, str]:
    """Character -> the Simplified character that it is folded to, one to one; variants outside GB 2312 and Big5 included."""
    t2s, tw2s, hk2s, jp2t = (opencc.OpenCC(name).convert for name in ("t2s", "tw2s", "hk2s", "jp2t"))
    table: dict[str, str] = {}
    for code in HAN:
        char = chr(code)
        to = single(t2s, char)
        if to == char:
            to = next((x for x in (single(tw2s, char), single(hk2s, char)) if x != char), char)
        if to == char and not encodable(char, "gb2312") and not encodable(char, "big5"):
            to = single(t2s, single(jp2t, char))
        if to != char:
            table[char] = to
    return {char: table.get(to, to) for char, to in table.items()}


def ambiguous(fold: dict[str, str]) -> str:
    """Simplified characters that stand for several Traditional ones, themselves possibly among them (干: 乾 幹 干)."""
    sources: dict[str, set[str]] = defaultdict(set)
    for char, to in fold.items():
        if encodable(char, "big5"):
            sources[to].add(char)
    return "".join(sorted(to for to, chars in sources.items() if len(chars) + encodable(to, "big5") > 1))


def regional_variants(fold: dict[str, str]) -> list[str]:
    """Groups of Traditional characters that Taiwan, Hong Kong and OpenCC's standard write for one another (裡裏, 麵麪)."""
    converters = [opencc.OpenCC(name).convert for name in ("t2tw", "t2hk", "tw2t", "hk2t")]
    group_of: dict[str, set[str]] = {}
    for char in {*fold, *fold.values()}:
        group = {char, *(single(convert, char) for convert in converters)}
        for member in tuple(group):
            group |= group_of.get(member, set())
        group_of |= dict.fromkeys(group, group)
    return sorted({"".join(sorted(group)) for group in group_of.values() if len(group) > 1})


def only_scripts(fold: dict[str, str]) -> tuple[str, str]:
    """Characters that a text in Simplified never holds, and characters that a text in Traditional never holds."""
    s2t = opencc.OpenCC("s2t").convert
    hant = "".join(sorted(c for c in fold if encodable(c, "big5hkscs") and not encodable(c, "gb2312")))
    hans = "".join(
        sorted(
            c
            for c in map(chr, HAN[:40_000])
            if encodable(c, "gb2312") and single(s2t, c) != c and not encodable(c, "big5")
        )
    )
    return hans, hant


def plain_syllable(reading: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFD", reading) if c == "\u0308" or not unicodedata.combining(c))
    return bare.replace("u\u0308", "v").replace("ê", "e")


def readings(fold: dict[str, str]) -> dict[str, list[str]]:
    """Character -> its syllables without tone, the usual one first; others only when words use them often enough."""
    in_words: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, syllables in phrases_dict.items():
        for char, (syllable, *_) in zip(phrase, syllables, strict=False):
            in_words[char][plain_syllable(syllable)] += 1
    table = {}
    for code, listed in pinyin_dict.items():
        char = chr(code)
        if code not in range(0x3400, 0xA000) or char in fold:
            continue
        first = plain_syllable(listed.split(",")[0])
        total = sum(in_words[char].values())
        others = [
            s for s, n in in_words[char].most_common() if s != first and n >= 2 and n / total >= COMMON_READING_SHARE
        ]
        if re.fullmatch(r"[a-z]{1,6}", first):
            table[char] = [first, *others]
    return table


def zhuyin(syllables: Iterable[str], table: dict[str, list[str]]) -> dict[str, str]:
    """Syllable -> its spelling in bopomofo, read off a character that has it."""
    found: dict[str, str] = {}
    for char, (first, *_) in table.items():
        if first not in found:
            spelled = pinyin(char, style=Style.BOPOMOFO)[0][0]
            found[first] = "".join(c for c in spelled if "\u3105" <= c <= "\u312f")
    return {syllable: found.get(syllable, "") for syllable in syllables}


def parts(chaizi: Path) -> dict[str, list[str]]:
    """Character of GB 2312 -> the ways to write it as two characters side by side (奸: 女干)."""
    table: dict[str, list[str]] = {}
    for line in chaizi.read_text(encoding="utf-8").splitlines():
        char, *ways = line.split("\t")
        pairs = ["".join(way.split()) for way in ways if len(way.split()) == 2]
        good = [pair for pair in pairs if len(pair) == 2 and all(encodable(c, "gbk") for c in pair)]
        if good and encodable(char, "gb2312"):
            full = [
                first + second
                for pair in good
                for first, second in product(*(part + RADICALS.get(part, "") for part in pair))
            ]
            table[char] = list(dict.fromkeys([*table.get(char, ()), *full]))
    return table


def ordinary_words(fold: dict[str, str]) -> dict[str, str]:
    """First character -> the second characters of ordinary two-character words."""
    table: dict[str, set[str]] = defaultdict(set)
    for line in package_file("jieba", "dict.txt").read_text(encoding="utf-8").splitlines():
        word, frequency, _ = line.split(" ")
        if len(word) == 2 and int(frequency) >= ORDINARY_FREQUENCY and all("\u4e00" <= c <= "\u9fff" for c in word):
            first, second = (fold.get(c, c) for c in word)
            table[first].add(second)
    for first, second in ORDINARY_TOO:
        table[first].add(second)
    return {first: "".join(sorted(seconds)) for first, seconds in sorted(table.items())}


def characters_by_use(fold: dict[str, str]) -> str:
    """The characters of words, most used first, weighted by how often the words are."""
    used: Counter[str] = Counter()
    for line in package_file("jieba", "dict.txt").read_text(encoding="utf-8").splitlines():
        word, frequency, _ = line.split(" ")
        for char in word:
            if "\u4e00" <= char <= "\u9fff":
                used[fold.get(char, char)] += int(frequency)
    return "".join(char for char, _ in used.most_common())


def english_like_pinyin(words: Iterable[str], syllables: Iterable[str]) -> list[str]:
    """English words that read as pinyin from end to end (human, china, sofa): never taken for Chinese."""
    spelled = re.compile(f"(?:{'|'.join(syllables)})+")
    return sorted({w for w in words if re.fullmatch("[a-z]{2,12}", w) and spelled.fullmatch(w)})


def write(name: str, lines: Iterable[str]) -> None:
    path = TABLES / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(f"{path.name:16} {path.stat().st_size:>8} bytes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chaizi", type=Path, required=True)
    parser.add_argument("--english", type=Path, required=True)
    options = parser.parse_args()
    TABLES.mkdir(exist_ok=True)
    fold = simplified()
    write("imitations.tsv", (f"{letter}\t{chars}" for letter, chars in imitations().items()))
    write("lookalikes.tsv", (f"{to}\t{char}" for char, to in KANA_LIKE_HAN.items()))
    write("simplified.txt", ("".join(fold), "".join(fold.values())))
    write("ambiguous.txt", [ambiguous(fold)])
    write("variants.txt", regional_variants(fold))
    write("scripts.txt", only_scripts(fold))
    table = readings(fold)
    by_syllable: dict[str, list[str]] = defaultdict(list)
    for char, (first, *_) in table.items():
        by_syllable[first].append(char)
    syllables = sorted({s for all_readings in table.values() for s in all_readings if len(s) > 1 or s in "aeo"})
    spelling = zhuyin(syllables, table)
    write("pinyin.tsv", (f"{s}\t{spelling[s]}\t{''.join(by_syllable[s])}" for s in syllables))
    write("readings.tsv", (f"{char}\t{' '.join(others)}" for char, (_, *others) in sorted(table.items()) if others))
    by_use = characters_by_use(fold)
    taken_apart = {char: pairs for char, pairs in parts(options.chaizi).items() if char in by_use}
    write("parts.tsv", (f"{char}\t{' '.join(taken_apart[char])}" for char in by_use if char in taken_apart))
    write("words.txt", (first + seconds for first, seconds in ordinary_words(fold).items()))
    write("common.txt", [by_use[:MOST_COMMON]])
    words = options.english.read_text(encoding="utf-8").splitlines()
    write("english.txt", english_like_pinyin(words, syllables))


if __name__ == "__main__":
    main()
