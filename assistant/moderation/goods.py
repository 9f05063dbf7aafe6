"""Clothing asked for as goods (sizes, stock, price, washing, returns), and how sexual what is said of it is.

The classifier takes underwear, swimwear and words for girls for sexual content by themselves. Where a text speaks of a garment as goods,
it is read once more with plain words for the garment and its wearer: whatever else in it is sexual still counts, and so does every rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.moderation.assess import WHOLE, Assessment, Classification
from assistant.moderation.rereading import reread
from assistant.ports import Classifier
from assistant.text import Normalised
from assistant.types import Label

_GARMENT = re.compile(
    r"(?P<han>(?:小可爱)?(?:内裤|底裤|三角裤|四角裤|平口裤|安全裤|生理裤|学习裤|内衣裤|内衣|底衫|胸罩|胸围|文胸|背心|泳衣|泳装|泳裤|游泳衣"
    r"|比基尼|睡衣裙|睡衣裤|睡衣|睡裙|睡裤|连身裙|连衣裙|洋装|裙子|短裙|长裙|裙裤|短裤|丝袜|裤袜|长袜|袜子|吊带裙|吊带))"
    r"|(?<![a-z0-9])(?:underwear|underpants|undies|panties|panty|knickers|briefs|boxers|undershirts?|vests?|(?:training\s)?bras?|swimsuits?|swimwear"
    r"|swimming costumes?|bathing suits?|bikinis?|pyjamas|pajamas|pjs|nightgowns?|nighties?|nightdress(?:es)?|tights|stockings|leggings"
    r"|skirts?|dress(?:es)?|shorts)(?![a-z0-9])"
)
_WEARER = re.compile(
    r"(?P<han>小妹妹|妹妹|细妹|妹仔|女仔|囡囡|女儿|小女孩|小女生|女孩|女童|小弟弟|弟弟|细佬|男仔|儿子|小男孩|小男生|男孩|男童|小朋友|小孩子?|儿童)"
    r"|(?<![a-z0-9])(?:(?:little|young|baby)\s)?(?:girl|boy|kid|toddler|daughter|son|sister|brother|niece|nephew)(?=s?(?![a-z0-9]))"
    r"|(?<![a-z0-9])children(?![a-z0-9])"
)
_GOODS = re.compile(
    r"(?<![\d.])(?:[5-9]\d|1[0-7]\d)(?:cm|公分|厘米|码|号)?(?![\d.%]|\s?(?:岁|元|块|分钟|后|年))"
    r"|尺寸|尺码|码数|大小码|几码|几号|[一二三四五六七八九十\d]+(?:码|号)|(?<![a-z])(?:x{0,3}[sl]|m)(?:码|号)|有货|现货|缺货|补货|到货|断货|没货|无货|库存|还有吗"
    r"|有[没冇]有?(?:货|现货|尺寸|大|小)|多少钱|几多钱|几钱|价钱|价格|单价|特价|打折|件组|件装|入组|双入|\d\s?[件条双套]|退货|退换|退款|可以退|换货|换码|怎么洗|点洗|机洗|手洗|洗涤|清洗"
    r"|缩水|褪色|起毛球|材质|成分|纯棉|布料|透气|出货|运费|订单|门市|专柜|哪里买|怎么买"
    r"|(?<![a-z0-9])(?:sizes?|sizing|in stock|out of stock|restock(?:ed|ing)?|available|how much|price[ds]?|cost|on sale"
    r"|discount|returns?|returned|refunds?"
    r"|exchange[ds]?|machine[\s-]?wash(?:able|ed)?|hand[\s-]?wash|washable|shrink|cotton|fabric"
    r"|\d[\s-]?packs?|packs? of \d|order(?:ed)?|shipping)(?![a-z0-9])"
)
_MORE_THAN_GOODS = re.compile(
    r"穿过|着过|原味|二手|用过|没洗|未洗|不洗|自拍|私照|偷拍|偷看|想看|给我看|看看?[你妳他她它]|[你妳]穿|穿着|没穿|不穿|有[没冇]有?穿|[喜欢爱会]穿|穿[的了]?(?:什么|甚么|啥)|脱|裸|露|摸|舔|闻|湿|硬|爽"
    r"|味道|性感|情趣|诱惑|勾引|好骚|色色|(?<![预大节合契])约[炮她妹小个你妳吗]|援|包养|视频|影片"
    r"|(?<![a-z0-9])(?:worn|used|dirty|unwashed|sniff\w*|smell\w*|sexy|sexual\w*|erotic\w*|lingerie|nudes?|naked"
    r"|taking off|take[ns]? (?:it |them |her |his |your )?off"
    r"|remov\w+|strip\w*|show me|send me|pics?|photos?|pictures?|videos?|selfies?|touch\w*|grope\w*|peek\w*|peep\w*|upskirt\w*|wet|lick\w*"
    r"|wearing|hot|horny|your (?:girl|boy|kid|daughter|son|sister|brother))(?![a-z0-9])"
)
_PLAIN_GARMENT = {True: "衣服", False: "clothes"}
_PLAIN_WEARER = {True: "孩子", False: "child"}


def in_plain_words(text: Normalised) -> Normalised | None:
    """The text with plain words for a garment and who is to wear it; ``None`` where it does not speak of clothing as goods alone."""
    words = text.folded.text
    if not _GARMENT.search(words) or not _GOODS.search(words) or _MORE_THAN_GOODS.search(words):
        return None
    words = _GARMENT.sub(lambda found: _PLAIN_GARMENT[found["han"] is not None], words)
    return Normalised(_WEARER.sub(lambda found: _PLAIN_WEARER[found["han"] is not None], words))


def classify_goods(
    classifier: Classifier, assessed: Sequence[Assessment], classified: Sequence[Classification]
) -> list[Classification]:
    """``classified``; a message that speaks of clothing as goods is as sexual as it is in plain words."""
    return reread(classifier, assessed, classified, Label.SEXUAL, _plain_texts)


def _plain_texts(one: Assessment) -> dict[str, Normalised]:
    """All that the classifier saw of the message, in plain words where it speaks of goods; nothing where none of it does."""
    seen = {field: text for field, text in one.spared.items() if text.original}
    if one.continued is not None:
        seen[WHOLE] = one.continued[1]
    plain = {field: in_plain_words(text) for field, text in seen.items()}
    return {field: plain[field] or text for field, text in seen.items()} if any(plain.values()) else {}
