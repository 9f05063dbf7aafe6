"""Insults, threats and despair that are nobody's, or said in play; and the same words said in earnest."""

from __future__ import annotations

import pytest

from tests.acting import acted_on


@pytest.mark.parametrize(
    "text",
    [
        "你再抢我薯片我就鲨了你哈哈哈哈",
        "闺蜜又给我剧透，鲨了你啊啊啊😂",
        "再不还我充电宝我鲨了你🐶",
        "室友你打呼噜我真的会鲨了你hhhh",
        "苍蝇你再飞一圈试试，灭你全家，苍蝇拍伺候",
        "小强我要灭你满门！杀虫剂已就位",
        "这窝蚂蚁，我要杀光你全家，开水准备",
        "蚊子你出來，我要殺你全家，電蚊拍充飽了",
        "死蚊滾，今晚斬你全家，蚊香點埋",
        "曱甴你唔好走，我打死你全家，拖鞋準備好",
        "Mosquito, I will kill you and your family, the bug zapper is on",
        "hey roach in my kitchen, i'm going to kill you, got the spray ready",
        "你再鸽我一次我就鲨了你😤",
        "谁再催更我就鲨了谁……开玩笑啦，鲨了你哈哈",
        "再偷喝我奶茶鯊了你喔哈哈",
        "臭蟑螂別跑，殺你全家，殺蟲劑伺候",
        "老鼠精再啃我米袋，灭你全家，捕鼠夹买好了",
        "these ants in my sugar, i will kill you and your family, spray incoming",
        "再拿我快递当你的拆我真会鲨了你哈哈",
        "蟑螂你給我出來，殺你全家，殺蟲劑剛買",
        "mosquitoes beware, i will kill you, fly swatter ready",
    ],
)
def test_threats_in_play_and_at_vermin_threaten_nobody(text: str) -> None:
    assert not acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "我鲨了你，你等着",
        "你再找我女朋友我就鲨了你，知道你家在哪",
        "鲨了你全家",
        "明天放学我鲨了你哈哈哈",
        "你们这些蟑螂，我要灭你全家",
        "你这只蚊子，我知道你住哪，灭你全家",
        "蟑螂一样的东西，杀你全家",
        "蚊子男，今晚灭你满门",
        "拖鞋女你等着，斬你全家",
        "杀了你哈哈哈哈，你跑不掉",
        "再联系她我就杀了你，哈哈，不开玩笑",
        "Roaches like you, I will kill you and your family",
        "mosquito dick, I'm going to kill you tonight",
        "殺你全家，笑死",
        "鲨了你，刀都买好了hhh",
        "报警也没用，我鲨了你😂",
        "鲨了你们全家哈哈哈",
        "我早晚鲨了你，你躲不掉的嘿嘿",
        "鲨了你😂你女儿几点放学我知道",
        "刀都磨好了，鲨了你嘻嘻",
        "你这蟑螂，我灭你全家，拖鞋伺候",
        "日本老鼠，灭你全家，捕鼠夹等着",
        "蟑螂们滚出上海，杀你全家，杀虫剂",
        "rats like you, I will kill you and your family with a trap",
        "灭你全家，拖鞋都不给你穿",
        "rat, I will kill you and your family, I'll spray your house",
        "鲨了你吧烦死了哈哈，楼下等我",
        "鲨了你哈哈，我带刀了",
        "mosquito bites aside, I will kill you, spray or not",
        "蚊子都不如的废物，灭你全家，电蚊拍拍死你",
        "蟑螂，你女儿在哪上学我知道，杀虫剂备好了",
    ],
)
def test_threats_that_laugh_or_name_vermin_are_threats(text: str) -> None:
    assert acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "你不是丑八怪，别听他们瞎说",
        "妳才不是醜八怪，妳很美",
        "她根本不是什么贱人，是你们误会了",
        "你並不是人渣，只是做錯了一件事",
        "佢唔係人渣，佢係好人嚟",
        "你不是窝囊废，你已经很努力了",
        "If a stranger tells your kid to kill yourself, save the chat and report it",
        "he told me to go die, I reported him to the mods",
        "Someone keeps telling people to kys in voice, please report",
        "they told my daughter to drink bleach, screenshot sent to the school",
        "my anxiety: nobody likes you. me: ok but the cat does",
        "my depression says you're worthless but my therapist says otherwise",
        "我的大脑：你就是废物。我的猫：喵",
        "you're an idiot and I love you, happy anniversary",
        "love you, you idiot, see you at the airport",
        "你不是废物，你只是太累了",
        "他不是什么畜生，他是我弟弟",
        "妳不是賤人，錯的是他",
        "my inner critic says you are pathetic, my coach says keep going",
        "Somebody told my sister to kill yourself over chat, we reported him",
        "anxiety tells me nobody loves you",
        "狗東西今天打完疫苗，回家裝死",
        "你才不是狗东西，你是最好的朋友",
        "妳不是婊子，不要這樣說自己",
        "someone told my brother to hang yourself in chat, I blocked and reported him",
        "狗东西又把垃圾桶翻了，还叼着骨头装无辜",
    ],
)
def test_an_insult_that_is_nobodys_is_a_hint(text: str) -> None:
    assert not acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "你不是丑八怪谁是丑八怪",
        "你不是人渣是什么",
        "你不是贱人难道我是",
        "难道你不是人渣？",
        "你敢说你不是贱人吗",
        "佢唔係人渣咩",
        "妳不是醜八怪嗎",
        "你不是丑八怪，你是死肥猪",
        "不是人渣就是贱人",
        "I told you to kys, go report me",
        "told you to kill yourself, why are you still here",
        "someone should tell you to kys",
        "everyone tells you to kys because you should",
        "my advice: kill yourself",
        "my friend: you're worthless and you know it",
        "you're an idiot and nobody loves you",
        "you're an idiot and i love watching you fail",
        "my brain: smart. you: you're worthless",
        "你就是废物，我的大脑都比你好",
        "你不是人渣谁信",
        "妳不是賤人？笑死",
        "他说你不是人渣，我说你就是人渣",
        "你不是畜生，你畜生不如",
        "my brain hurts reading you, you're worthless",
        "my mind is made up: you're worthless",
        "they should tell you to kys, report that",
        "who told you to speak? go die",
        "狗东西，叼你老母",
        "狗东西，你只配啃骨头",
        "狗东西们遛起来，老板让你们加班",
        "they told you to kys and the whole school laughs, they're right",
        "my depression says kill yourself",
        "丑八怪，你不是人",
        "她不是婊子？她就是婊子",
        "你又不是丑八怪，你是贱人",
        "不是人渣干不出这种事",
        "不是贱人能这么做吗",
        "你不是狗杂种你全家死光",
        "anyone who tells you to go die is right, block me",
        "she told me you're pathetic and I agree, report that",
        "狗东西汪汪叫什么，闭嘴",
        "狗东西叼盘侠",
    ],
)
def test_an_insult_in_the_words_of_a_denial_is_one(text: str) -> None:
    assert acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "今天去动物园看草泥马，还给草泥马喂了草",
        "这只草泥马吐我口水，羊驼脾气真大",
        "草泥马是羊驼的俗称",
        "唱丑八怪高音上不去，薛之谦怎么做到的",
        "《丑八怪》前奏一响全场合唱",
        "KTV必點薛之謙醜八怪",
        "巴西龟生的王八蛋怎么孵啊",
        "我家烏龜下的王八蛋要孵幾天",
        "狗东西把我新拖鞋啃了，罚站十分钟",
        "狗东西拆家拆得沙发都没了",
        "狗東西又亂尿尿，剛拖好的地",
        "pork faggots with mash and onion gravy tonight",
        "Mum's faggots in gravy, the taste of home",
        "We drove through Fucking in Austria before they changed the name",
        "Mr. Dick and Aunt Betsey are my favourite Dickens characters",
        "every Tom, Dick and Harry has a podcast now",
        "Dick Turpin rode to York on Black Bess",
        "草泥马就是羊驼啊，动物园有三只草泥马",
        "薛之谦的丑八怪伴奏有吗",
        "Grandad's faggots and mash, recipe from Dudley",
        "动物园的草泥马剪毛了，像只绵羊",
        "唱丑八怪的时候麦克风坏了",
        "faggots with peas and gravy, market stall in Dudley",
    ],
)
def test_names_that_hold_a_listed_word_are_names(text: str) -> None:
    assert not acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "草泥马，滚",
        "我草泥马的",
        "操你妈草泥马",
        "你这个丑八怪，别唱了",
        "丑八怪滚出KTV",
        "王八蛋，还钱",
        "你個王八蛋",
        "狗东西，滚远点",
        "你这狗东西舔我拖鞋",
        "狗东西老板又拖工资",
        "faggots should all burn",
        "you faggots and your peas brain",
        "fucking austria fans ruined it",
        "Mr dickhead",
        "what a dick",
        "suck my dick, Mr Smith",
        "叫草泥马的傻逼滚",
        "faggots and trannies out",
    ],
)
def test_the_listed_words_beside_such_names_count(text: str) -> None:
    assert acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "i don't want to be here anymore, this meeting is so boring lol",
        "dont want to be here anymore lol this queue is two hours long",
        "班上有人叫我女兒「去跳樓」，導師說只是開玩笑，我很生氣",
        "群里有人跟我同学说“去跳楼啊”，班主任该怎么管",
        "有同學叫我個仔「去跳樓」，校方話冇證據",
        "dont want to be here anymore haha the conference is so boring",
        "老師，同學對我女兒說「去跳樓」，我該怎麼辦",
        "老師，有同學叫我兒子「去跳樓」，他回家一直哭",
        "i don't want to be here anymore lol this lecture is so boring",
    ],
)
def test_boredom_and_what_others_told_a_child_are_no_despair(text: str) -> None:
    assert not acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "i don't want to be here anymore, i'm so tired of everything",
        "i don't want to be here anymore lol jk not really",
        "I don't want to be here anymore, this life is so boring",
        "有人叫我去跳樓，我好想去跳樓",
        "我女兒說想跳樓",
        "我想去跳楼",
        "去跳樓啦你",
        "i don't want to be here anymore, this class is boring and i'm so alone lol",
        "老師，女兒說「我想去跳樓」",
        "同學叫我「去跳樓」，我也想跳了",
    ],
)
def test_despair_beside_a_laugh_or_a_report_is_despair(text: str) -> None:
    assert acted_on(text)
