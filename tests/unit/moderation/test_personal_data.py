"""Personal data of every kind, the look-alikes of each, and what is public or the community's own. All people are invented."""

from __future__ import annotations

import pytest

from assistant.moderation.personal_data import KINDS, PersonalData
from assistant.moderation.personal_data.checks import (
    is_hong_kong_id,
    is_mainland_id,
    is_taiwan_id,
    looks_like_mainland_id,
)
from assistant.moderation.policy import shipped_policy
from assistant.text import Normalised
from assistant.types import Label, Own

RULES = PersonalData(
    Own(
        domains=("ourbrand.com",),
        accounts=("boss@partner.com", "brand_line"),
        phones=("+86 139-1111-2222", "02-2345-6789"),
    )
)
MASK = shipped_policy().thresholds[Label.PRIVACY].mask or 0.0
"""The least score that the shipped policy masks."""


def find(text: str) -> list[tuple[str, str]]:
    """Kind and text of what would be masked."""
    found = RULES.find(Normalised(text))
    assert all(f.label == "privacy" and f.source.removeprefix("rule:privacy.") in KINDS for f in found)
    return [(f.source.removeprefix("rule:privacy."), text[f.start : f.end]) for f in found if f.score >= MASK]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("身份证11010519491231002X，谢谢", "id_cn", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "id_cn", "１１０１０５１９４９１２３１００２Ｘ"),
        ("A123456(3)", "id_hk", "A123456(3)"),
        ("身份證號碼 A1234563 唔該", "id_hk", "A1234563"),
        ("澳門身份證 5123456(7)", "id_mo", "5123456(7)"),
        ("身分證A123456789", "id_tw", "A123456789"),
        ("居留證 A800000014", "id_tw", "A800000014"),
        ("手机号13800138000", "phone", "13800138000"),
        ("一三八零零一三八零零零", "phone", "一三八零零一三八零零零"),
        ("①③⑧ ００１３ ８０００", "phone", "①③⑧ ００１３ ８０００"),
        ("138-0013-8000", "phone", "138-0013-8000"),
        ("1 3 8 0 0 1 3 8 0 0 0", "phone", "1 3 8 0 0 1 3 8 0 0 0"),
        ("微信13812345678", "phone", "13812345678"),
        ("+86 138 1234 5678", "phone", "+86 138 1234 5678"),
        ("0912-345-678", "phone", "0912-345-678"),
        ("+886 912 345 678", "phone", "+886 912 345 678"),
        ("家裡電話(02)2345-6780", "phone", "(02)2345-6780"),
        ("電話 9123 4567", "phone", "9123 4567"),
        ("电话号码 61234567", "phone", "61234567"),
        ("佢嘅號碼 6123 4567", "phone", "6123 4567"),
        ("her number is 2128675309", "phone", "2128675309"),
        ("+852 9123 4567", "phone", "+852 9123 4567"),
        ("call me 415-555-2671", "phone", "415-555-2671"),
        ("(415) 555-2671", "phone", "(415) 555-2671"),
        ("0512-12345678", "phone", "0512-12345678"),
        ("4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
        ("卡号 6222021234567890128", "card", "6222021234567890128"),
        ("john.doe@gmail.com", "email", "john.doe@gmail.com"),
        ("john at gmail dot com", "email", "john at gmail dot com"),
        ("zhang[at]qq[dot]com", "email", "zhang[at]qq[dot]com"),
        ("他的微信是abc12345", "account", "abc12345"),
        ("her line id: happy99", "account", "happy99"),
        ("京A12345", "plate", "京A12345"),
        ("粤B·D12345", "plate", "粤B·D12345"),
        ("粵B D12345 嗰架", "plate", "粵B D12345"),
        ("車牌 ABC-1234", "plate", "ABC-1234"),
        ("護照號碼 E12345678", "passport", "E12345678"),
        ("passport no: 123456789", "passport", "123456789"),
        ("北京市朝阳区建国路88号5号楼2单元301室", "address", "北京市朝阳区建国路88号5号楼2单元301室"),
        ("台北市大安區和平東路二段123號5樓", "address", "台北市大安區和平東路二段123號5樓"),
        ("我家住在和平東路二段123號", "address", "和平東路二段123號"),
        ("九龍旺角彌敦道123號12樓B室", "address", "九龍旺角彌敦道123號12樓B室"),
        ("阳光花园3栋2单元501室", "address", "阳光花园3栋2单元501室"),
        ("她家住在南京西路1266号3楼，楼下是商场", "address", "南京西路1266号3楼"),
        ("she lives at 12 Elm Street", "address", "12 Elm Street"),
        (
            "123 Main Street, Apt 4B, Springfield, IL 62704",
            "address",
            "123 Main Street, Apt 4B, Springfield, IL 62704",
        ),
    ],
)
def test_personal(text: str, kind: str, value: str) -> None:
    assert find(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # check digit
        "11010519491331002X",  # month 13
        "A123456(4)",
        "A123456788",
        "B123456789",
        "12345678901",
        "订单号13800138000",
        "訂單編號 0912345678",
        "快递 SF1234567890123",
        "订单 2024112312345678",
        "¥13800138000",
        "13800138000元",
        "價格 $0912345678",
        "1.3800138000",
        "4111 1111 1111 1112",
        "订单4111111111111111",
        "2024-11-23 12:30",
        "20241123 20241124",
        "二〇二四年十一月二十三日",
        "v1.2.3.4567",
        "ISBN 9787111213826",
        "110 119 1925",
        "打1925或者12355",
        "400-800-1234",
        "0800-123-456",
        "1-800-555-0199",
        "9123 4567",
        "门店电话010-12345678",
        "the store's number is 020 7946 0000",
        "ABC-1234",
        "云A100",
        "E12345678",
        "第3号选手",
        "我的追踪號碼 51234567 查不到",
        "會員號碼 23456789",
        "運單號碼 61234567",
        "Order number 2128675309 hasn't shipped yet",
        "tracking number 2128675309",
        "恒隆广场南京西路1266号3楼就有专柜",
        "导航到中山北路88号2栋就是我们工厂店",
        "新光百貨中山北路88號3樓",
        "我知道3号楼",
        "我们店在中山路12号",
        "our store: 12 King Road",
        "满300减50 第2件半价 12.5元",
        "100ml 3段奶粉 800g",
        "8:30-17:30 营业",
        "info@shop.com",
        "name@example.com",
        "meet me at the gym dot",
        "我的微信支付123456",
    ],
)
def test_look_alikes_and_public_numbers(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "13911112222",
        "+8613911112222",
        "02-2345-6789",
        "+886 2 2345 6789",
        "me@ourbrand.com",
        "a@mail.ourbrand.com",
        "boss@partner.com",
    ],
)
def test_own_is_exempt(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize("text", ["可以打2389 2222", "致電 2896 0000", "call +852 2389 2222", "電話：2852-5222"])
def test_helplines_are_nobodys_phone(text: str) -> None:
    assert find(text) == []


def test_two_numbers_side_by_side_are_two() -> None:
    assert find("13800138000 13900139000") == [("phone", "13800138000"), ("phone", "13900139000")]


@pytest.mark.parametrize("number", ["A1234563", "AB9876543", "G1234560"])
def test_hong_kong_check_has_one_answer(number: str) -> None:
    """Exactly one check character fits each body."""
    assert sum(is_hong_kong_id(number[:-1] + check) for check in "0123456789A") == 1


@pytest.mark.parametrize("body", ["A12345678", "F29999999", "A80000001", "AC0123456"])
def test_taiwan_check_has_one_answer(body: str) -> None:
    assert sum(is_taiwan_id(body + check) for check in "0123456789") == 1


@pytest.mark.parametrize("number", ["", "A", "A12345678", "Ａ123456789", "A423456789", "1123456789", "A12345678٣"])
def test_checks_survive_anything(number: str) -> None:
    assert not is_taiwan_id(number)
    assert not is_hong_kong_id(number)


def test_a_number_with_the_code_of_a_province_is_no_identity_number() -> None:
    assert find("130001199008207361") == []


@pytest.mark.parametrize(
    "number",
    [
        "420106197503151235",  # a county of later years
        "440306198503151234",
        "310115198803151232",
        "500105196912010010",
        "710000199506210012",
        "810000199408230021",
        "830000199201300022",
        "911124198108030024",  # permanent residence of foreigners
    ],
)
def test_identity_numbers_of_the_mainland(number: str) -> None:
    assert is_mainland_id(number)
    assert find(number) == [("id_cn", number)]


@pytest.mark.parametrize(
    "number", ["420106197502301235", "470106197503151235", "420106217503151235", "42010619750315123"]
)
def test_no_place_or_no_date_is_no_identity_number(number: str) -> None:
    assert not looks_like_mainland_id(number)
    assert find(f"身份证{number}") == []


def test_a_wrong_check_digit_counts_where_an_identity_card_is_named() -> None:
    assert find("身份证号是420106197503151234") == [("id_cn", "420106197503151234")]
    assert find("我嘅身份證440306198503151235") == [("id_cn", "440306198503151235")]
    assert find("420106197503151234") == find("身份证的订单编号420106197503151234") == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("快递小哥电话13812345678", "phone", "13812345678"),
        ("订单有问题打13812345678", "phone", "13812345678"),
        ("发票寄给他，电话13812345678", "phone", "13812345678"),
        ("取件码没收到，快递员号码是13900139000", "phone", "13900139000"),
        ("物流說要聯絡 0923-456-789", "phone", "0923-456-789"),
        ("快遞到咗就call我 61234567", "phone", "61234567"),
        ("the order came late, call me at 415-555-2671", "phone", "415-555-2671"),
        ("phone # 415-555-2671", "phone", "415-555-2671"),
        ("my card # 4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
        ("订单退到信用卡4111111111111111", "card", "4111111111111111"),
        ("银行卡流水6222021234567890128", "card", "6222021234567890128"),
        ("信用卡編號：4111111111111111", "card", "4111111111111111"),
        ("他的v13812345678", "phone", "13812345678"),
        ("聯絡佢v0912345678", "phone", "0912345678"),
        ("加v13812345678", "phone", "13812345678"),
    ],
)
def test_a_number_is_otherwise_only_where_it_is_said_to_be(text: str, kind: str, value: str) -> None:
    assert find(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "快递单号是13812345678",
        "发票号码：13812345678",
        "運單13812345678",
        "股票代码 13812345678",
        "序列號碼 61234567",
        "serial number: 2125551234",
        "account number is 2125551234",
        "confirmation number 4155552671",
        "confirmation number 415-555-2671",
        "booking id: 415-555-2671",
        "流水6222021234567890128",
        "版本v13812345678",
        "version v13812345678",
        "韌體更新到v61234567",
        "part 123-45-6789",
        "AB123-45-6789",
        "000-12-3456",
    ],
)
def test_numbers_of_something(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("打13812345678 500元", "phone", "13812345678"),
        ("只要¥99 13812345678", "phone", "13812345678"),
        ("電話0912345678 2000元", "phone", "0912345678"),
        ("电话13812345678元", "phone", "13812345678"),
        ("銀行卡 6222021234567890128 500元", "card", "6222021234567890128"),
        ("13812345678元气满满", "phone", "13812345678"),
    ],
)
def test_a_price_beside_a_number_hides_the_price_alone(text: str, kind: str, value: str) -> None:
    assert find(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "預算5500-6500左右",
        "請問票價是 6800 9800 嗎",
        "大概 6500-7000 可以買到",
        "規格 5600 7200 張",
        "手機預算 5680-6980",
        "手機 6500-7000 有冇",
        "型號 5512 6834 哪個好",
    ],
)
def test_two_prices_are_no_number_of_hong_kong(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("WhatsApp: 6500 7000", "6500 7000"),
        ("電話 9800-9800", "9800-9800"),
        ("陳生 9123 4567 攞貨啱唔啱", "9123 4567"),
        ("搬屋搵輝仔 6100 0555", "6100 0555"),
        ("嗰位陳生 9123 4567", "9123 4567"),
        ("可以call 61234567", "61234567"),
        ("我phone系61234567", "61234567"),
        ("請打 2523 4567", "2523 4567"),
        ("Contact (852) 6123-4567", "(852) 6123-4567"),
        ("(853) 6612 3456", "(853) 6612 3456"),
        ("00886912345678", "00886912345678"),
        ("008613812345678", "008613812345678"),
        ("0085261234567", "0085261234567"),
    ],
)
def test_phones_as_they_are_written_and_said(text: str, value: str) -> None:
    assert find(text) == [("phone", value)]


@pytest.mark.parametrize(
    "text",
    [
        "最新Y9000P值得买吗",
        "新RX6600显卡多少钱",
        "全新R9000P和Y7000P哪个好",
        "太貴RX6600還是4060",
        "小黑Y7000P能跑吗",
        "刚买的新R9000X",
        "最新A12345",
    ],
)
def test_models_are_no_plates(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("新A12345", "新A12345"),
        ("车牌新C8K123", "新C8K123"),
        ("挡着我车位的贵A8K12L", "贵A8K12L"),
        ("雲AD12345", "雲AD12345"),
    ],
)
def test_plates_of_provinces_that_are_words(text: str, value: str) -> None:
    assert find(text) == [("plate", value)]


@pytest.mark.parametrize(
    "text",
    [
        "我家里15号有人在",
        "他家里3号要搬走",
        "送到店里6号可以吗",
        "送到李家村6号可以吗",
        "寄去平安里7號前",
        "老家村里8号办酒席",
        "我家樓道5號停水",
        "住在这里3号就走",
        "我老家李家村8号办酒席",
        "我們村3號停電",
        "她家那条街3号封路",
        "住在中山路88号的如家酒店",
    ],
)
def test_days_and_hotels_are_no_homes(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("我家住幸福里15号", "住幸福里15号"),
        ("我家住在幸福里15号3楼", "幸福里15号3楼"),
        ("我家在王家村8号，欢迎", "在王家村8号"),
        ("收件人 幸福村5号 张三", "幸福村5号"),
        ("收件人：陳小姐 平安里7號 謝謝", "平安里7號"),
        ("地址 安康里9号李四", "安康里9号"),
        ("寄到杨柳村12号王五收", "杨柳村12号"),
        ("我住禾輋邨富和樓12樓5室", "禾輋邨富和樓12樓5室"),
        ("我住朝阳区建国路88号", "朝阳区建国路88号"),
        ("我住沙田瀝源邨福海樓1203室", "沙田瀝源邨福海樓1203室"),
        ("沙田愉翠苑愉山閣12樓A室", "沙田愉翠苑愉山閣12樓A室"),
        ("I live at 45 Maple Circle", "45 Maple Circle"),
        ("我住12 Elm Street", "12 Elm Street"),
        ("her home is 9 Oak Plaza", "9 Oak Plaza"),
        ("Flat 12A, 15/F, Tower 3, City Garden", "Flat 12A, 15/F, Tower 3, City Garden"),
        ("Flat C, 7/F, Block 2", "Flat C, 7/F, Block 2"),
    ],
)
def test_homes(text: str, value: str) -> None:
    assert find(text) == [("address", value)]


def test_a_room_of_an_office_is_no_home() -> None:
    assert find("Room 1203, 12/F, Tower 1, Admiralty Centre") == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("回乡证号 H0123456789", "passport", "H0123456789"),
        ("台胞證號 12345678", "passport", "12345678"),
        ("HKID A 123456(3)", "id_hk", "A 123456(3)"),
        ("身分證字號 A 123456789", "id_tw", "A 123456789"),
        ("我id A1234563", "id_hk", "A1234563"),
        ("078-05-1120", "id_us", "078-05-1120"),
        ("my social security number is 123 45 6789", "id_us", "123 45 6789"),
        ("她的SSN是219099999", "id_us", "219099999"),
    ],
)
def test_documents_as_they_are_written(text: str, kind: str, value: str) -> None:
    assert find(text) == [(kind, value)]


@pytest.mark.parametrize("text", ["台胞证 20241123", "12345678", "219099999", "option a 123456(3)"])
def test_no_documents(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "git clone git@github.com:foo/bar.git",
        "hg@code.example.org",
        "scp me@server.example.org:backup/x .",
        "@alice@mastodon.social",
        "追蹤 @bob@hachyderm.io",
    ],
)
def test_servers_are_no_mailboxes(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "value"), [("發信到 @bob@gmail.com", "bob@gmail.com"), ("a@b.com:hunter22", "a@b.com")]
)
def test_mailboxes(text: str, value: str) -> None:
    assert find(text) == [("email", value)]
