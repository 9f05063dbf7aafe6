"""What only the learned model finds in a draft marks and blocks it as a rule's finding does, and `purpose=marketing` says the same."""

from __future__ import annotations

SECRET = "請在Dcard用分身帳號問哪裡買，再用另一個帳號回我們店名。"
SOURCE = "model:ads.hidden"


def test_a_draft_is_marked_blocked_and_reworded(shop):
    draft = shop.draft(body=f"週五下午三點開門。{SECRET}", category="general", jurisdictions=["tw"])
    screening = draft["screening"]
    assert not screening["clean"]
    assert screening["blocked"]
    (finding,) = [one for one in screening["findings"] if one["source"] == SOURCE]
    assert finding["advertising"]["prohibited"]
    assert {law["jurisdiction"] for law in finding["advertising"]["laws"]} == {"tw"}
    assert finding["text"] in SECRET
    assert "週五下午三點開門。" in screening["rewording"]
    assert finding["text"] not in screening["rewording"]
    assert shop.review(draft, 400)["field"] == "over_block"


def test_a_plans_rewards_are_read_by_it_too(shop):
    draft = shop.draft(plan={"rewards": [SECRET]})
    assert {one["field"] for one in draft["screening"]["findings"] if one["source"] == SOURCE} == {"plan.rewards[0]"}


def test_each_part_is_reworded(shop):
    reward = "給五星好評送 50 元折價券"
    screening = shop.draft(plan={"rewards": ["貼紙一張", reward]}, jurisdictions=["tw"])["screening"]
    assert screening["blocked"]
    assert screening["rewordings"] == {"plan.rewards[1]": "歡迎如實寫下使用心得，好壞都可以。"}
    assert reward not in screening["rewording"]
    car = shop.draft(
        body="当天抽奖，一等奖：汽车一辆，价值 80,000 元",
        plan={"rewards": ["手机，价值 60,000 元"]},
        jurisdictions=["cn"],
    )["screening"]
    assert car["blocked"]
    assert {one["field"] for one in car["findings"] if one["source"] == "rule:ads.prize"} == {"text", "plan.rewards[0]"}
    assert "80,000" not in car["rewording"]
    assert car["rewording"] == car["rewordings"]["text"]
    assert "〔" in car["rewordings"]["plan.rewards[0]"]


def test_moderation_of_marketing_says_the_same_and_of_chat_nothing(shop):
    where = {"jurisdictions": ["tw"], "category": "general"}
    said = shop.send("POST", "/v1/moderate", 200, text=SECRET, purpose="marketing", store=False, advertising=where)
    (finding,) = [one for one in said["findings"] if one["source"] == SOURCE]
    assert SECRET[finding["start"] : finding["end"]] == finding["text"]
    assert 0.8 < finding["score"] <= 1
    assert "*" in said["masked_text"]
    assert finding["text"] not in said["advertising"]["rewording"]
    assert said["advertising"]["rewordings"] == {"text": said["advertising"]["rewording"]}
    chat = shop.send("POST", "/v1/moderate", 200, text=SECRET, store=False)
    assert SOURCE not in {one["source"] for one in chat["findings"]}
