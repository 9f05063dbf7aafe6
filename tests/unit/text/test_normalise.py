"""What each view makes of each disguise, and where its characters came from."""

import pytest

from assistant.text import Normalised
from assistant.text.phonetic import syllables

SPELLING = {char: f"{syllable} " for syllable, char in syllables().items()}


def read(pinyin: str) -> str:
    return "".join(SPELLING.get(char, char) for char in pinyin).strip()


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("HeLLo", "hello"),
        ("𝓯𝓻𝓮𝓮 𝕞𝕠𝕟𝕖𝕪", "free money"),
        ("🅵🆁🅴🅴", "free"),
        ("ⓕⓡⓔⓔ", "free"),
        ("fr\u200be\u200de\ufeff", "free"),
        ("fr\u202eee\u202c", "free"),
        ("f\u00adree", "free"),
        ("f\x00ree", "free"),
        ("❤\ufe0f", "❤"),
        ("f\u0337\u0322r\u0338ee", "free"),
        ("café naïve", "cafe naive"),
        ("frее mоnеу", "free money"),  # Cyrillic е, о, у
        ("ρауρаⅼ", "paypal"),
        ("fіӏteг", "filter"),
        ("привет", "привет"),
        ("ㄍㄢˋ", "ㄍㄢˋ"),
        ("ロ交", "口交"),
        ("カタカナ", "カタカナ"),
        ("⼝⼟", "口土"),
        ("①⑴⒈🄂❷２٣", "1111223"),
        ("⒇⑩", "2010"),
        ("㈠", "一"),
        ("\ufdfa", "\ufdfa"),
        ("℡", "tel"),
        ("……", "……"),
        ("a\u3000b\u00a0c", "a b c"),
        ("餅乾", "餅乾"),
    ],
)
def test_plain(written, plain):
    assert Normalised(written).plain.text == plain


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("餅乾乾淨能幹", "饼干干净能干"),
        ("裡面裏麵", "里面里面"),
        ("國語說", "国语说"),
        ("看著", "看着"),
        ("臺灣", "台湾"),
    ],
)
def test_traditional_is_folded_one_to_one(written, folded):
    text = Normalised(written)
    assert text.folded.text == folded
    assert text.folded.span(1, 2) == (1, 2)


@pytest.mark.parametrize(
    ("written", "joined"),
    [
        ("加 . 薇 . 信", "加薇信"),
        ("加❤️薇❤️信", "加薇信"),
        ("加 v 信", "加v信"),
        ("黄、赌、毒", "黄赌毒"),
        ("操\n你\n妈", "操你妈"),
        ("f.u.c.k", "fuck"),
        ("f u c k", "fuck"),
        ("f_u_c_k", "fuck"),
        ("楼上的n m s l", "楼上的nmsl"),
        ("你n m s l啊", "你nmsl啊"),
        ("楼上的a b", "楼上的a b"),
        ("fu.ck", "fuck"),
        ("k.i.l.l y.o.u", "kill you"),
        ("k i l l  y o u", "kill you"),
        ("sh.it", "shit"),
        ("fuuuuuck", "fuck"),
        ("cooool book", "cool book"),
        ("sooo fuuuuny", "so funy"),
        ("asssss", "ass"),
        ("kill   yourself", "kill yourself"),
        ("was sex", "was sex"),
        ("the pen.is mine", "the pen.is mine"),
        ("it's he'll", "it's he'll"),
        ("a@b.co", "a@b.co"),
        ("example.com", "example.com"),
        ("谢谢。加油", "谢谢。加油"),
        ("大家好,我们", "大家好,我们"),
        ("I am a boy", "i am a boy"),
    ],
)
def test_joined(written, joined):
    assert Normalised(written).joined.text == joined


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("一三八零〇壹貳叁", "13800123"),
        ("①③⑧⓪⑴🄁２❸", "13801023"),
        ("l38OO138OOO", "13800138000"),
        ("oil hello", "oil hello"),
        ("幺三八", "138"),
    ],
)
def test_digits(written, digits):
    assert Normalised(written).digits.text == digits


@pytest.mark.parametrize(
    ("written", "leet"),
    [
        ("sh1t", "shit"),
        ("$h1t", "shit"),
        ("a$$h0le", "asshole"),
        ("b!tch!!", "bitch!!"),
        ("l33t", "leet"),
        ("shi+ c++", "shi+ c++"),
        ("fagg0+s", "faggots"),
        ("2024 100", "2024 100"),
        ("13800138000", "13800138000"),
        ("stop!", "stop!"),
    ],
)
def test_leet(written, leet):
    assert Normalised(written).leet.text == leet


@pytest.mark.parametrize(
    ("written", "pinyin"),
    [
        ("加微信", "jia wei xin"),
        ("家薇芯", "jia wei xin"),
        ("jiaweixin", "jia wei xin"),
        ("jia wei xin", "jia wei xin"),
        ("Jia-Wei-Xin", "jia wei xin"),
        ("加wei信", "jia wei xin"),
        ("ㄐㄧㄚㄨㄟˊㄒㄧㄣˋ", "jia wei xin"),
        ("j i a w e i x i n", "jia wei xin"),
        ("strength", "strength"),
        ("human women china", "human women china"),
        ("侮辱nv", "wu ru nv"),
    ],
)
def test_pinyin(written, pinyin):
    assert read(Normalised(written).pinyin.text) == pinyin


def test_private_use_characters_of_the_text_are_no_syllables():
    assert Normalised(syllables()["jia"]).pinyin.text == "\ufffd"


@pytest.mark.parametrize(
    ("written", "view", "part", "original"),
    [
        ("去 加❤️薇❤️信 吧", "joined", "加薇信", "加❤️薇❤️信"),
        ("oh fuuuuck it", "joined", "fuck", "fuuuuck"),
        ("a\u200b 加\u200b微 x", "plain", "加微", "加\u200b微"),
        ("😀 ⑩ x", "plain", "10", "⑩"),
        ("😀 f.u.c.k", "leet", "fuck", "f.u.c.k"),
        ("請加weixin喔", "pinyin", syllables()["wei"] + syllables()["xin"], "weixin"),
        ("ㄍㄢˋ你", "pinyin", syllables()["gan"], "ㄍㄢˋ"),
    ],
)
def test_a_part_of_a_view_maps_to_what_was_written(written, view, part, original):
    shown = getattr(Normalised(written), view)
    start = shown.text.index(part)
    first, last = shown.span(start, start + len(part))
    assert written[first:last] == original
