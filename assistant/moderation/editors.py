"""A page's own editor (小編) is asked for what shops give away, and a code on the spot is scanned for what is used there: who says so sends
nobody elsewhere, and is read as one who says "ask".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.moderation.assess import Assessment, Classification
from assistant.moderation.rereading import reread
from assistant.moderation.spoken_of import any_of
from assistant.ports import Classifier
from assistant.text import Normalised
from assistant.types import Label

_WRITE = any_of("私(?:信|讯|聊)(?:一下)?", r"(?<![a-z])(?:dm|pm|inbox)\s?")
_GIVEN_AWAY = "(?:满减|优惠|折扣|折价|抵用|代金|现金|生日|免运|免邮)(?:券|劵|码|代码)"
TO_THE_EDITOR = re.compile(
    rf"(?P<write>{_WRITE})(?:我们的?|我哋嘅?|本店的?)?小编(?:领取?|拿|攞|索?取|要|换){_GIVEN_AWAY}(?![\w@+])"
)
ON_THE_SPOT = re.compile(
    r"(?P<write>扫(?:一扫|描)?(?:二维码|条码|qr ?code|码)(?:关注)?)(?:就|即)?可?以?(?:免费)?(?:领取?|拿|攞|换)"
    r"(?:停车|泊车|洗车|试吃|试饮|饮料|入场|号码|取餐)(?:券|劵|优惠|牌)(?![\w@+])"
)
_ASK = "问"


def classify_to_editors(
    classifier: Classifier, assessed: Sequence[Assessment], classified: Sequence[Classification]
) -> list[Classification]:
    """``classified``; a message that sends members to the editor or a code for a voucher is as much of a lure as where they are to ask
    for it."""
    return reread(classifier, assessed, classified, Label.SPAM, _asking)


def _asking(one: Assessment) -> dict[str, Normalised]:
    if one.continued is not None:
        return {}
    seen = {field: text for field, text in one.spared.items() if text.original}
    found = {field: _asks(text) for field, text in seen.items()}
    return {field: found[field] or text for field, text in seen.items()} if any(found.values()) else {}


def _asks(text: Normalised) -> Normalised | None:
    view = text.folded
    found = [*TO_THE_EDITOR.finditer(view.text), *ON_THE_SPOT.finditer(view.text)]
    spans = sorted(view.span(*one.span("write")) for one in found)
    if not spans:
        return None
    words = text.original
    for start, end in reversed(spans):
        words = words[:start] + _ASK + words[end:]
    return Normalised(words)
