"""What says of a find that it is only spoken of: the words of who warns, reports, asks or tells of others, and where they are looked for.

The words prove nothing by themselves, since those who cheat warn and ask too: what has to stand with them is said in ``luring`` (lures),
``warned`` and ``tales`` (trades), ``headed`` (public warnings), ``reported`` (reports), ``denials`` and ``negated`` (what an author
denies). Tables are parts of an alternation, for ``any_of``; they are matched in the view ``folded``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

FRAUD = ("诈骗", "骗子", "骗局")
CHEATED = ("被骗", "受骗", "上当")
SCAMS = ("scams?", "scammers?")

BEWARE = ("谨防", "警惕", "当心", "小心", "提防")
FORBIDDEN = ("禁止", "严禁")
NEVER = ("don'?t", "do not", "never")

REPORTED = ("举报", "检举")
BLOCKED = ("拉黑", "封锁")
POLICE = ("警方", "警察", "公安")

THEY = (r"(?<!其)[他她佢]",)
SOMEBODY = ("someone", "somebody", "people")
SELLERS = ("客服", "卖家", "店家", "商家")
"""Who sells, where somebody else tells what they say."""
MET = ("收到", "看到", "见到", "睇到", "刷到", "遇到", "碰到")
"""How one comes upon what others write."""
TELLS = ("[让叫喊劝骗]", "要求")
"""What others do to make one do something."""

PUNISHED = (
    "踢|禁言|封[号群禁锁]|拉黑|停权|停用账号|水桶|永久(?:封|停|禁|删)",
    "开除|处分|退学|取消(?:考试|报考|评优|会员|学生)?(?:学位|学籍|资格|成绩|录取)|记(?:零分|大过|过|处)|留校察看|不予毕业",
    "移送(?!不)|检控|追究|惩戒|法办|判监",
)
FINED = ("移出|移除|删(?:除|帖|文|群|掉)|零分|通报|列[入为]|冻结|吊销|没收|罚款",)
"""What comes of what a board, a school or a bank forbids."""

ASKS = ("[吗?？]", r"[么幺]\W*$")
"""What ends a question. A particle that coaxes as well (嘛) or means a thing as well (咩) is for each judge to add."""


def any_of(*parts: str) -> str:
    """A pattern for one of ``parts``, each itself a pattern or several apart by ``|``; the first that fits is taken."""
    return f"(?:{'|'.join(parts)})"


def stands_before(pattern: re.Pattern[str], text: str, at: int, reach: int) -> bool:
    """Whether ``pattern`` is found in the ``reach`` characters before ``at``; its ``$`` is ``at``."""
    return pattern.search(text, max(0, at - reach), at) is not None


def stands_beside(pattern: re.Pattern[str], text: str, start: int, end: int, reach: int) -> bool:
    return stands_before(pattern, text, start, reach) or pattern.search(text, end, end + reach) is not None


def begin_of(text: str, at: int, stops: Iterable[str], reach: int) -> int:
    """Where the sentence or clause around ``at`` begins, right behind the last of ``stops``; ``reach`` characters before ``at`` at most."""
    least = max(0, at - reach)
    return max(least, *(text.rfind(stop, least, at) + 1 for stop in stops))
