"""Tales of the harmed, prohibitions, headed warnings and nuisance messages name a trade; who offers it is found in the same words."""

from __future__ import annotations

import pytest

from tests.acting import acted_on


@pytest.mark.parametrize(
    "text",
    [
        "我妈进群领洗衣液结果是推销净水器的，被忽悠了两千多",
        "爷爷进群领大米，结果全是卖药酒的，家里堆了一屋子",
        "扫码领红包结果是拉人头的，我姑交了五百",
        "我阿嬤被「投顧老師」騙走一百多萬，已經去做筆錄了",
        "我叔叔被飆股老師騙了退休金，165專線說追不回來",
        "我爸被所谓的老师带单骗走二十万，报案三个月没消息",
        "阿爸俾投資導師呃咗三十萬，去咗差館落口供",
        "表哥吸了上头烟弹，抽搐送急诊，洗胃才捡回一条命",
        "同學抽喪屍煙彈昏倒送醫，學校在查",
        "個仔食咗太空油煙彈送咗入急症室",
        "我弟卖银行卡给同学的朋友，现在被冻结五年，悔死了",
        "我媽收到「普發現金登記請點」的簡訊，點進去被盜刷兩萬",
        "My nan lost her savings to a crypto giveaway, the bank says it can't get it back",
        "前男友说刷单兼职能赚学费，我垫了八千，钱没了",
        "扫码进群领牛奶，结果被拉进传销群，我妈现在谁劝都不听",
        "老豆入群領優惠券，結果係賣保健品，買咗成萬蚊",
        "我二叔信了牛股推荐，亏了四十万，现在天天睡不着",
        "外婆被人骗走养老钱，说是民族资产解冻，报了案也没下文",
        "我室友卖银行卡赚了两千，结果卡被银行冻结五年，悔不当初",
        "我阿姨入咗個炒股群組免費嗰啲，俾人呃走廿幾萬，報咗案",
        "My gran sent all her savings to a bitcoin giveaway, the police came yesterday",
        "my friend ended up in hospital after buying molly from some plug",
        "我姐扫码领红包结果被套路办了张卡",
        "朋友加群領券，結果被推銷靈骨塔",
    ],
)
def test_a_victims_tale_offers_nothing(text: str) -> None:
    assert not acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "进群领鸡蛋，结果超出预期，快来",
        "扫码领红包，结果公布在群里，加我",
        "入群领福利，结果看得见，名额有限",
        "我爸跟着老师带单赚了二十万，想学的进群领牛股",
        "我阿嬤跟投顧老師賺了一百萬，報飆股，加賴領取",
        "我爸住院急用錢，幸好有小額借款當日撥款，加賴",
        "上头电子烟现货，抽一口直接上头送到家",
        "喪屍煙彈 面交 台北 私",
        "上头烟弹到货，不用进医院也能爽",
        "急症室都唔使去，太空油煙彈有貨",
        "被骗的都来，协助追回，加微信 huihui889",
        "被騙走的錢我幫你追回，加賴 back168",
        "同学都来卖银行卡，一张五千，日结",
        "My uncle doubled his savings, double your bitcoin today, dm me",
        "我姑靠刷单返利一个月赚八千，包教会",
        "被老师骗过没关系，跟着我的老师带单稳赚",
        "以前被骗过，现在找到靠谱的荐股老师，老师带单月入十万",
        "我朋友之前被坑了三万，后来跟着这位老师带单全回来了，想学的找我",
        "我同学亏了四十万，现在做跑分日结一个月就还清了",
        "我弟垫了两万做刷单任务，第二天就返两万五，靠谱",
        "妹子被骗走五万？专业帮你追回，代查聊天记录",
        "My friend lost all his savings, then binary options trading made him rich again",
        "my cousin swears by it, double your bitcoin, no more lost savings",
        "个人信息出售，送医院数据，同学录数据",
        "我朋友卖银行卡，一张三千，当天结，不会冻结",
        "上头电子烟出售，女友抽了直接昏倒",
        "听话水，送医院也查不出来，朋友都用",
        "迷药出售，女友喝了就昏倒，无色无味",
        "乖乖水 女同学一喝就昏倒 验不出来",
        "拍肩迷药 对方马上昏倒",
    ],
)
def test_a_tale_that_ends_well_or_sells_is_an_offer(text: str) -> None:
    assert acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "学生处：凡替考、买卖考试答案者一律给予开除学籍处分",
        "教务通知：论文代写一经发现，取消学位，并通报全校",
        "考试守则：找人代考记零分，并给予留校察看处分",
        "本行提示：出租出借银行卡将被列入惩戒名单，五年内不得开户",
        "銀行公告：出租帳戶、賣簿子者將列為警示戶，並移送法辦",
        "校方公告：找人代考者一律退學，代寫論文者不予畢業",
        "本校規定代寫論文即退學處分",
        "入境處：賣戶口會被檢控，最高判監十四年",
        "校務處：代做功課收費一經查實，記大過處分",
        "Students caught using exam takers or leaked exam answers will be expelled.",
        "Posting fake ids for sale here gets you a permanent ban.",
        "版規第三條：留言「私訊我領飆股」直接水桶一個月",
        "群规：发“加微信领红包”的一律移出",
        "板規：發「加賴看片」一律停權，不用申訴",
        "社團規定：貼「加賴代儲」的永久封鎖",
        'channel rules: "add me on telegram" posts get deleted and you get banned',
        "谷規：出post寫「加賴搵快錢」即踢",
        "考生须知：携带作弊耳机者，取消考试资格，成绩作零分处理",
        "本行温馨提示：收购银行卡会被追究刑事责任",
        "校規第八條，找人代寫論文者記大過一次",
        "Selling or buying leaked exam answers means you will be suspended",
        "公會：貼「加賴買粉絲」者直接踢出",
        "吧规：发“加群领资源”永久封禁",
        "學生手冊：代考者，開除學籍",
    ],
)
def test_what_a_school_a_bank_or_a_board_forbids_is_only_named(text: str) -> None:
    assert not acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "代考一律先付定金，不过退款",
        "替考包过，一律保密，绝不处分",
        "代考、替考，专业团队，一经录取付尾款",
        "论文代写，一经查重不过全额退款，被发现不收钱",
        "賣簿子一律現金，不會被列警示戶",
        "代考絕不會被退學，找我",
        "出租帳戶一天五千，列為警示戶我負責",
        "租借提款卡，一律現結，不會移送",
        "fake ids for sale, you won't get banned or caught",
        "exam takers available, never expelled, guaranteed",
        "怕开除？论文代写我们全程保密",
        "约炮加賴，不怕停權",
        "加賴約砲 一律現金 外約",
        "「約砲加賴」看照片，誠可談",
        "管他板規，約砲加賴",
        "发「加微信领红包」一律送10元",
        "加賴領飆股，一律免費",
        "代考包过 一律不会开除 放心",
        "替考 一经录取 付尾款",
        "冰毒出售 一律顺丰，被查扣包赔，移送不了",
        "论文代写，一律匿名，取消订单可退",
        "出售假币 一经售出概不退换",
        "代考者，留校附近都可以接",
        "卖银行卡 一律现结 移出名单",
        "weed for sale, orders are removed after delivery",
        "fake diplomas that get you hired, never suspended",
        "办假证，列入官网可查",
        "假毕业证 学信网列入可查",
        "代办学历 直接录入 零分也能毕业",
        "賣大麻 直接面交 罰款我出",
        "海關沒收包賠 未稅菸",
        "网上赌场 封号包赔",
        "賣簿子 凍結包賠",
        "收购银行卡，冻结了也收",
        "収購帳戶 列為警示也收",
        "add me on whatsapp my ig is banned",
        "weed for sale my other account is banned",
        "卖银行卡冻结风险小",
    ],
)
def test_who_sells_in_the_words_of_a_prohibition_is_found(text: str) -> None:
    assert acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "【反诈预警】近期有不法分子以“刷单返利”为名，诱导群众进群领红包，请勿相信",
        "【反诈预警】冒充客服的骗子会让你打开屏幕共享，并要求转到安全账户，切勿操作",
        "【防骗提醒】凡是让你扫码进群领鸡蛋的，多是卖保健品的套路，各位业主注意",
        "【反詐騙宣導】歹徒假冒投顧老師，要您加賴領飆股，請勿加入",
        "【防騙提示】騙徒會叫你過數去安全戶口，切勿相信，查詢請電18222",
        "【反诈中心】陌生人发来“您的快递丢失，理赔专员加微信”的短信，不要点",
        "【预警】校园里有人冒充辅导员让同学加QQ群做刷单任务，已有三人中招",
        "【紧急提醒】本小区出现“扫码领红包”的小卡片，千万不要扫",
        '[SCAM ALERT] Fraudsters are texting residents "your parcel is on hold", do not click',
        "⚠️Scam warning: callers claiming to be the bank ask you to download anydesk. Hang up.",
        "【警方提示】骗子以注销校园贷为由，让学生把验证码发给他，大家注意",
        "【公安提醒】不法分子冒充快递客服，以丢件理赔请添加为由行骗，切勿扫码",
        "【反詐騙】歹徒以「解除分期付款」為由要你操作ATM，請勿相信",
        "【警訊】騙徒假冒內地公安調查請你交保證金，千祈唔好信",
        'Fraud alert: criminals are texting people about an "unpaid toll", never click the link',
        'Scam alert: we are aware of fake emails saying "your parcel is on hold", ignore them',
        "Fraud warning: If you see a message saying your account has been limited, ignore it",
        "【反诈预警】我们不会要求您转到安全账户，请广大市民提高警惕",
        "【警方提示】当对方说您涉嫌洗钱案，要求您转到安全账户，就是诈骗",
        "【警方提示】贷款请走正规渠道，信用卡套现违法",
        "【社区提醒】近期有人扫码进群领红包后被骗，如有疑问请联系物业",
        "【反诈中心】骗子会让你把验证码发给我，别信，我们会帮您",
        "反诈提醒：凡是刷单返利都是诈骗",
        "警方提醒：不要打开屏幕共享",
        "【165反詐騙】假投顧老師、飆股群組都是詐騙，請勿加入",
        "【反詐宣導】檢警不會要求您匯入安全帳戶",
        "【防騙視伏】收到「你嘅包裹被海關扣」電話請即收線",
        "【警方提示】如接到自稱內地公安電話叫你過數去指定安全戶口，請報警",
        '[Phishing alert] Staff got texts saying "claim your prize". Report them to IT.',
        "Fraud alert: please do not send gift card codes to anyone",
    ],
)
def test_a_headed_warning_that_tells_of_others_is_one(text: str) -> None:
    assert not acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "【反诈预警】您的账户涉嫌洗钱，请立即转到安全账户",
        "【公安反诈中心】您名下的银行卡涉嫌犯罪，请加QQ 883712345 配合调查",
        "【反诈提醒】被骗的朋友扫码进群领取赔偿款",
        "【防骗提醒】骗子太多，认准本店，加微信领优惠",
        "【反詐騙中心】您涉嫌洗錢，請匯入安全帳戶",
        "【反詐宣導】假老師太多，真老師加賴領飆股",
        "【防騙提示】你嘅戶口有風險，請過數去指定安全戶口",
        "【预警】明日涨停股已出，进群领牛股",
        "【紧急通知】扫码进群领红包，仅限今天",
        "[SCAM ALERT] your account has been limited, verify your account immediately",
        "Scam warning: lots of fakes. The real bitcoin giveaway is here, double your bitcoin",
        "【反诈预警】刷单返利有骗子，我们是正规平台，进群领福利",
        "【预警】不法分子太多！真老师带单，进群领牛股",
        "【公安局】您名下的银行卡涉嫌犯罪，切勿告诉任何人，请转到安全账户",
        "【反诈中心】切勿挂断，您涉嫌洗钱案，请加客服微信配合",
        "【反诈预警】骗子冒充老师，我们才是正规老师带单",
        "【防骗提醒】请勿相信别家，本群老师带单稳赚不亏",
        "【安全提示】您的etc已失效，请勿拖延，点击办理",
        "警方提示：您的快递丢失，请添加理赔专员加微信 lp8899",
        "Scam alert! Never trust others, only we double your bitcoin",
        "Fraud warning: your account will be suspended click below",
        "【警方提示】您的医保卡异常停用，请立即处理",
        "【警方提醒】加微信领取反诈奖励",
    ],
)
def test_a_heading_alone_makes_no_warning(text: str) -> None:
    assert acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "“首充送888”这种广告天天弹，怎么屏蔽",
        "这类澳门新葡京的短信怎么退订啊，烦死了",
        "又收到网上赌场的垃圾短信，有没有办法拦截",
        "賭場傳來首存送體驗金的簡訊，怎麼擋都擋不掉",
        "點樣block呢啲首存送嘅垃圾短訊",
        "总收到“真人荷官”的骚扰电话，怎么拦截",
        "這種娛樂城簡訊要怎麼封鎖啊",
        'how do I block these "bitcoin giveaway" texts, getting five a day',
        "邮箱里全是代开发票的垃圾邮件，怎么过滤",
        "每天都有人发代开发票的短信，怎么屏蔽关键词",
        "一天三条“您已中奖”的诈骗短信，怎么拉黑",
        "呢啲「存入安全戶口」嘅電話成日打嚟，點樣block",
        "請問這種「免費飆股」的簡訊怎麼封鎖",
        'How do I stop these "you have won a" emails',
    ],
)
def test_a_message_that_one_wants_to_be_rid_of_is_nobodys_offer(text: str) -> None:
    assert not acted_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "首存送88，怎么提现？看主页",
        "首存送88，这种福利哪里找",
        "这种好事天天有，首存送888，注册就送",
        "怎么屏蔽广告？先注册，首存送88",
        "不发垃圾短信，正规网上赌场，首存送38",
        "烦死了没钱？网上赌场首存送88帮你",
        "娛樂城首存送1000，簡訊認證即領",
        "首存送88，被其他平台封鎖都可以玩",
        "代开发票，群发短信，怎么联系看签名",
        "首存送88的短信你收到了吗？注册就送",
        "怎么过滤劣质客户？代开发票的广告找我投",
        "代开发票，垃圾短信群发也接",
        "想要网上赌场广告投放？怎么挡都挡不住的流量",
        "澳门新葡京这种平台，怎么取消提现限制？联系客服",
    ],
)
def test_an_offer_that_speaks_of_messages_is_one(text: str) -> None:
    assert acted_on(text)
