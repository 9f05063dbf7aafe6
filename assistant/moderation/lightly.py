"""Grave words said lightly: a groan about too much work, a friend who comes to eat."""

from __future__ import annotations

import re

from assistant.moderation.spoken_of import any_of

_WORK = any_of("加班|上班|开会|报告|赶稿", "作业|功课|考试|期中|期末")
_GROANS = re.compile(
    rf"(?:好|真|超)想死掉?[喔哦噢啦耶][~～!！，,\s]{{0,3}}(?:又|一直|天天|今天)?{_WORK}[^。！？!?\n]{{0,4}}(?:爆|炸|不完|一堆|好多)"
)
"""A groan that names its everyday cause at once, with a particle that makes light of it."""
_DESPAIRS = re.compile(
    any_of(
        "死|活|痛苦|撑不|遗书|药|楼|割|解脱|再见|没有?意义|没人|绝望|忧郁|抑郁|崩溃|伤害自己|结束|消失",
        "die|kill|suicid|live|end it",
    )
)

_KNOWS_WHERE = any_of(
    "我?们?知道?你(?:家)?住(?:喺|在)?(?:哪里?|哪儿|边度?)",
    "我?知道?你(?:家|屋企)(?:住|喺|在)(?:哪里?|哪儿|边度?)",
    "知道?你住(?:哪里?|边度?)",
    "(?:we|i) know where you live",
)
_EATS = "吃(?!不了|苦|药|枪)|食(?!屎)|喝(?!茶|酒)|饮(?!茶|酒)|露营|烤肉|烧烤|bbq|庆生|过生日|拜年|串门"
_PLAYS = "玩(?!玩|死|命|完)|打(?:麻将|麻雀|牌|球|游戏|机)|逛街|行街|看电影|睇戏|唱[歌k]|拍照|跑步|散步|遛狗"
_HELPS = "搬(?:家|屋|东西|行李)|做功课|写作业|自习"
_FETCHES_YOU = "(?:[来去到]|过[来去嚟]|嚟|上门)?(?:找|揾|搵|探|接|帮|陪|约|同)你(?:一起|一齐|们|哋)?(?:去)?" + any_of(
    _EATS, _PLAYS, _HELPS
)
_COMES_HOME = "(?:去|到|来)你(?:家|屋企)" + any_of("吃(?!不了)|食(?!屎)|蹭饭|拜年", "玩(?!玩|死)|打(?:麻将|麻雀|牌|机)")
_BRINGS = (
    r"(?:送|带|买|攞|拎)[^。！!?？\n]{0,4}"
    "(?:蛋糕|礼物|早餐|午餐|晚餐|宵夜|水果|奶茶|汤|药膏|粽子|月饼)(?:[来去给畀俾]|过)"
)
_COMES_OVER = (
    r"(?:coming|come|pop|drop|stop)\w*\s(?:over|by|round)\s(?:for|with|to)\s(?:\w+\s){0,2}"
    r"(?:pizza|dinner|lunch|coffee|cake|tea|bbq|games?|movies?|help|cookies|soup|eat|play|watch)\b"
)
_VISITS = re.compile(
    rf"{_KNOWS_WHERE}(?P<home>[^。！!?？\n]{{0,12}}?{any_of(_FETCHES_YOU, _COMES_HOME, _BRINGS, _COMES_OVER)})"
)
_VIOLENCE = (
    "死|杀|砍|斩|捅|刀|枪|血|打(?!麻|牌|球|游|机|扫|包|电|开|算|工|折)|揍|弄|废|残|收尸|烧(?!烤)|命",
    "kill|hurt|die|dead|gun|knife|burn",
)
_REVENGE = (
    "小心|等着|报复|堵|算账|算帐|还钱|欠|跑不|逃|躲|警告|后果|好看|兄弟们|仇",
    "regret|pay for|watch out|run",
)
_FAMILY = ("家人|全家|孩子|小孩|老婆|女儿|仔|女", "family|kids?")
_TALK = ("聊聊(?!天)|好好(?:聊|谈|倾)|谈谈|倾下", "(?:a|little) (?:chat|talk|word)|talk (?:to|with)")
_HURTS = re.compile(any_of(*_VIOLENCE, *_REVENGE, *_FAMILY, *_TALK))
"""What turns a friendly call into a threat."""


def is_groan(text: str, at: int) -> bool:
    """Whether somebody groans about too much work from ``at`` on, and nothing else in ``text`` is about wanting to live or die."""
    groan = _GROANS.match(text, at)
    return groan is not None and not _DESPAIRS.search(text[:at] + text[groan.end() :])


def is_visit(text: str, at: int) -> bool:
    """Whether who knows where somebody lives comes to eat, play or lend a hand, and says nothing else in ``text`` that could hurt."""
    visit = _VISITS.match(text, at)
    return visit is not None and not _HURTS.search(text[:at] + " " + text[visit.start("home") :])
