"""The vendors' own clients, unchanged but for the address."""

import openai
import pytest
from googleapiclient import discovery
from googleapiclient.errors import HttpError

from assistant.types.access import Scope

LURING = "加❤薇❤信 abc12345 日结300"


@pytest.fixture(scope="module")
def key(service):
    return service.key(Scope.PLATFORM)


@pytest.fixture(scope="module")
def client(service, key):
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key=key, max_retries=0) as client:
        yield client


def test_openai_screens_one_text(client):
    answer = client.moderations.create(input=LURING, model="omni-moderation-latest")
    assert answer.id.startswith("modr-")
    assert answer.model == "omni-moderation-latest"
    [result] = answer.results
    assert result.flagged
    assert len(result.categories.model_dump(by_alias=True)) == 13
    assert result.category_scores.self_harm_intent >= 0
    assert result.category_applied_input_types.harassment == ["text"]
    assert "spam" in {finding["label"] for finding in result.model_extra["assistant"]["findings"]}


def test_openai_screens_many_texts_in_order(client):
    texts = ["周末一起吃饼干", LURING, "ok"]
    results = client.moderations.create(input=texts).results
    assert [len(result.model_extra["assistant"]["masked_text"]) for result in results] == [len(text) for text in texts]
    assert results[1].flagged


def test_openai_screens_the_text_parts_of_one_message(client):
    [result] = client.moderations.create(
        input=[{"type": "text", "text": "看这里"}, {"type": "text", "text": LURING}]
    ).results
    assert result.flagged


def test_openai_pictures_need_a_policy_that_lets_them_pass(service, key):
    community = service.community()
    operator_key = service.key(community=community)
    part = [{"type": "image_url", "image_url": {"url": "https://pictures.example/1.png"}}]
    with (
        service.client(operator_key) as http,
        openai.OpenAI(base_url=f"{service.url}/v1", api_key=operator_key) as client,
    ):
        policy = http.get(f"/v1/communities/{community}/policy").json()
        http.put(
            f"/v1/communities/{community}/policy", json=policy | {"unscreened": {"image": "review", "*": "allow"}}
        ).raise_for_status()
        with pytest.raises(openai.BadRequestError) as refused:
            client.moderations.create(input=part)
        assert refused.value.body["code"] == "image_unscreened"
        policy = http.get(f"/v1/communities/{community}/policy").json()
        http.put(f"/v1/communities/{community}/policy", json=policy | {"unscreened": {"*": "allow"}}).raise_for_status()
        [result] = client.moderations.create(input=part).results
    assert result.model_extra["assistant"]["unscreened"] == ["image"]
    assert result.category_applied_input_types.violence == []


@pytest.mark.parametrize("wrong", [[], "", ["ok", " "]])
def test_openai_bad_input_is_its_bad_request(client, wrong):
    with pytest.raises(openai.BadRequestError) as refused:
        client.moderations.create(input=wrong)
    assert refused.value.param.startswith("input")


def test_openai_wrong_keys_and_rates_are_its_errors(service):
    with (
        openai.OpenAI(base_url=f"{service.url}/v1", api_key="sk-wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError),
    ):
        client.moderations.create(input="hi")
    limited = service.key(Scope.PLATFORM, requests_per_minute=1)
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key=limited, max_retries=0) as client:
        client.moderations.create(input="hi")
        with pytest.raises(openai.RateLimitError):
            client.moderations.create(input="hi")


@pytest.fixture(scope="module")
def perspective(service, key):
    with discovery.build(
        "commentanalyzer",
        "v1alpha1",
        developerKey=key,
        discoveryServiceUrl=f"{service.url}/$discovery/rest?version=v1alpha1",
        static_discovery=False,
    ) as client:
        yield client


def analyze(client, text, **fields):
    body = {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}, **fields}
    return client.comments().analyze(body=body).execute()


def test_perspective_scores_a_comment(perspective):
    rude = analyze(perspective, "😀 you are a stupid idiot", spanAnnotations=True, clientToken="t1", languages=["en"])
    kind = analyze(perspective, "thank you, this was a lovely evening")
    score = rude["attributeScores"]["TOXICITY"]["summaryScore"]
    assert score["type"] == "PROBABILITY"
    assert score["value"] > kind["attributeScores"]["TOXICITY"]["summaryScore"]["value"]
    assert (rude["clientToken"], rude["languages"], kind["detectedLanguages"]) == ("t1", ["en"], ["en"])
    length = len("😀 you are a stupid idiot".encode("utf-16-le")) // 2
    for span in rude["attributeScores"]["TOXICITY"]["spanScores"]:
        assert 0 <= span["begin"] < span["end"] <= length


def test_perspective_stores_unless_told_not_to(service, perspective):
    with service.client(service.key()) as http:

        def newest():
            return http.get("/v1/decisions", params={"limit": 1}).json()["decisions"][0]["text"]

        analyze(perspective, "kept for the operators")
        assert newest() == "kept for the operators"
        analyze(perspective, "not kept at all", doNotStore=True)
        assert newest() == "kept for the operators"


@pytest.mark.parametrize(
    ("text", "fields", "says"),
    [
        ("", {}, "COMMENT_EMPTY"),
        ("hi", {"requestedAttributes": {"FLIRTATION": {}}}, "Unknown requested attribute: FLIRTATION"),
        ("これは日本語の文章です。とても長いです。", {}, "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"),
        ("hi", {"languages": ["fr"]}, "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"),
    ],
)
def test_perspective_errors_are_read_by_its_client(perspective, text, fields, says):
    with pytest.raises(HttpError) as refused:
        analyze(perspective, text, **fields)
    assert refused.value.status_code == 400
    assert says in str(refused.value)


def test_perspective_thresholds_and_short_texts(perspective):
    hidden = analyze(perspective, "yo hamburger", requestedAttributes={"TOXICITY": {"scoreThreshold": 0.99}})
    assert "attributeScores" not in hidden
    assert hidden["detectedLanguages"] == ["en"]


def test_perspective_suggestions_are_kept_as_feedback(service, perspective):
    body = {
        "comment": {"text": "that was a joke"},
        "attributeScores": {"TOXICITY": {"summaryScore": {"value": 0.05, "type": "PROBABILITY"}}},
        "clientToken": "t2",
    }
    assert perspective.comments().suggestscore(body=body).execute() == {
        "clientToken": "t2",
        "detectedLanguages": ["en"],
    }
    from sqlalchemy import select

    from assistant.store.tables import feedback

    with service.assistant.database.transaction("demo") as connection:
        [row] = connection.execute(select(feedback.c.labels, feedback.c.text)).all()
    assert (row.labels, row.text) == ({"TOXICITY": 0.05}, "that was a joke")


def test_the_discovery_document_names_the_address_that_was_asked(service):
    with service.client() as http:
        for path in ("/$discovery/rest?version=v1alpha1", "/discovery/v1/apis/commentanalyzer/v1alpha1/rest"):
            assert http.get(path).json()["rootUrl"] == f"{service.url}/"
        assert http.get("/$discovery/rest?version=v1").status_code == 404
        forged = http.get("/$discovery/rest", headers={"host": "evil.example"})
        assert forged.status_code == 400
        assert "public_url" in forged.json()["error"]["message"]
