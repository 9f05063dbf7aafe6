"""Tasks on tiny sets, with figures that can be counted by hand."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace

import pytest

from assistant.types import Action, Decision, Finding, Label, ModelRef, PolicyRef
from eval import report, run
from eval.datasets import Datasets, Source, read_catalogue
from eval.flow import Broken, Context, Flow, probe_policy
from eval.results import Status
from eval.tasks import SAMPLE, TASKS
from eval.tasks.chinese import cold_test
from eval.tasks.cntp import cntp
from eval.tasks.hatecheck import hatecheck
from eval.tasks.obfuscation import obfuscation
from eval.tasks.personal_data import Piece, Text, _counts, _valid, personal_data_sample
from eval.tasks.reviews import reviews
from eval.tasks.spans import toxic_spans

WORDS = {"bad": (Label.HATE, 0.9), "rude": (Label.PROFANITY, 0.6), "mail": (Label.PRIVACY, 0.9)}


class WordScreener:
    """Each word of ``words`` brings its label at its score; .8 reaches review, .5 mask."""

    def __init__(self, words, degraded=()):
        self.words = words
        self.degraded = degraded

    def screen_batch(self, messages):
        return [self._screen(message.text) for message in messages]

    def _screen(self, text):
        scores = dict.fromkeys(Label, 0.0)
        findings = []
        for word, (label, score) in self.words.items():
            at = text.find(word)
            if at >= 0:
                scores[label] = max(scores[label], score)
                findings.append(Finding(label, score, at, at + len(word), "rule:test"))
        top = max(scores.values())
        action = Action.REVIEW if top >= 0.8 else Action.MASK if top >= 0.5 else Action.ALLOW
        return Decision(
            action=action,
            scores=scores,
            findings=tuple(findings),
            over={},
            masked_text=text,
            reason={},
            detected_language="en",
            language_supported=True,
            unscreened=(),
            policy=PolicyRef("test", 1),
            model=ModelRef("words", "1"),
            degraded=self.degraded,
        )


def table(columns, rows):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([columns, *rows])
    return out.getvalue().encode()


@pytest.fixture
def context(tmp_path):
    def make(name="set", files=(), words=WORDS, own=None, limit=None):
        for path, content in dict(files).items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        hashes = {path: hashlib.sha256(content).hexdigest() for path, content in dict(files).items()}
        catalogue = {**read_catalogue(), name: Source(name, "a/b", "c", "MIT", "eval", hashes)}
        for path, content in (own or {}).items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text("\n".join(json.dumps(row) for row in content), "utf-8")
        flow = Flow(WordScreener(words))
        return Context(Datasets(tmp_path, catalogue), flow, flow, own=tmp_path, limit=limit)

    return make


def cell(result, table, row, column):
    found = next(t for t in result.tables if t.title == table)
    return next(r for r in found.rows if r.name == row).cells[column]


COLD = table(
    ("", "split", "topic", "label", "fine-grained-label", "TEXT"),
    [
        (0, "test", "race", 1, 2, "bad group"),
        (1, "test", "race", 1, 1, "clever insult"),
        (2, "test", "race", 0, 3, "do not say bad"),
        (3, "test", "race", 0, 0, "nice"),
        (4, "test", "race", 0, 0, "nice too"),
    ],
)


def test_cold_counts_by_hand(context):
    result = cold_test(context("cold", {"COLDataset/test.csv": COLD}))
    assert cell(result, "offensive or not", "ours", "accuracy").value == pytest.approx(3 / 5)
    assert cell(result, "offensive or not", "ours", "recall").value == 0.5
    assert cell(result, "offensive or not", "ours", "false positives").value == pytest.approx(1 / 3)
    assert cell(result, "offensive or not", "flag nothing", "accuracy") == pytest.approx(3 / 5)
    assert cell(result, "by fine label", "anti-bias", "accuracy").value == 0.0
    assert [goal.met for goal in result.goals] == [False, False, False]


def test_the_limit_cuts_and_repeats(context):
    once = cold_test(context("cold", {"COLDataset/test.csv": COLD}, limit=3))
    again = cold_test(context("cold", {"COLDataset/test.csv": COLD}, limit=3))
    assert once.cases == 3
    assert [repr(f) for f in once.checked()] == [repr(f) for f in again.checked()]


def test_cntp_rates_at_each_threshold(context):
    rows = [{"original_text": "bad", "perturbed_text": "b a d"}, {"original_text": "rude", "perturbed_text": "rude!"}]
    clean = [{"original_text": "bad"}] + [{"original_text": f"fine {i}"} for i in range(9)]
    names = [path for path in read_catalogue()["cntp"].files if "perturbed" in path]
    files = {name: json.dumps({"results": rows}).encode() for name in names}
    files["CNTP_dataset/toxic_base.json"] = json.dumps(rows).encode()
    files["CNTP_dataset/non_toxic_base.json"] = json.dumps(clean).encode()
    result = cntp(context("cntp", files))
    assert cell(result, "detection rate", "base", "at 0.5").value == 1.0
    assert cell(result, "detection rate", "pinyin", "at 0.5").value == 0.5
    assert cell(result, "detection rate", "mean of the eight", "at 10% flagged").value == 0.5
    assert cell(result, "non-toxic base", "flagged", "at 0.5").value == pytest.approx(0.1)
    assert cell(result, "non-toxic base", "flagged", "at 20% flagged").value <= 0.2
    assert cell(result, "detection rate", "base", "ROC AUC").value == pytest.approx((9.5 + 9) / 20)


def test_hatecheck_reads_the_hate_score_alone(context):
    columns = ("functionality", "label_gold", "templ_id", "test_case")
    rows = [
        ("profanity_nh", "non-hateful", 1, "rude"),
        ("slur_h", "hateful", 2, "bad"),
        ("counter_ref_nh", "non-hateful", 3, "bad"),
    ]
    result = hatecheck(context("hatecheck-en", {"test_suite_cases.csv": table(columns, rows)}))
    assert cell(result, "accuracy by function", "profanity_nh", "hate alone").value == 1.0
    assert cell(result, "accuracy by function", "profanity_nh", "any offence").value == 0.0
    assert cell(result, "accuracy by group", "counter-speech", "hate alone").value == 0.0
    assert cell(result, "accuracy by function", "slur_h", "flag everything") == 1.0


def test_reviews_tell_the_angry_from_the_pleased_and_review_from_mask(context, tmp_path):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr(
            "online_shopping_10_cats.csv", table(("cat", "label", "review"), [("书", "0", "bad"), ("书", "1", "fine")])
        )
    shop = "datasets/online_shopping_10_cats/online_shopping_10_cats.zip"
    waimai = table(("label", "review"), [("0", "rude"), ("0", "bad"), ("1", "good"), ("1", " ")])
    hotel = table(("label", "review"), [("0", "dirty"), ("1", "clean")])
    files = {
        "datasets/waimai_10k/waimai_10k.csv": waimai,
        "datasets/ChnSentiCorp_htl_all/ChnSentiCorp_htl_all.csv": hotel,
    }
    one = context("zh-nlpcorpus-neg", files)
    two = context("reviews_zh", {shop: archive.getvalue()})
    both = {**one.datasets.catalogue, "reviews_zh": two.datasets.catalogue["reviews_zh"]}
    result = reviews(replace(one, datasets=Datasets(tmp_path, both)))
    name = "reviews that the demo policy acts on"
    assert cell(result, name, "takeaway, angry", "review or worse").value == 0.5
    assert cell(result, name, "takeaway, angry", "mask or worse").value == 1.0
    assert cell(result, name, "takeaway, pleased", "reviews") == 1.0
    assert cell(result, name, "shop: 书, angry", "review or worse").value == 1.0
    assert len(result.goals) == 4


def test_obfuscation_compares_the_clean_twin_with_itself(context):
    pairs = [
        {"id": "1", "term_text": "you bad one", "clean_text": "you good one", "lang": "en", "label": "hate"},
        {"id": "2", "term_text": "so bad of you", "clean_text": "so rude of you", "lang": "en", "label": "hate"},
    ]
    result = obfuscation(context(own={"sample/clean_twins.jsonl": pairs}))
    assert cell(result, "by disguise", "as written", "recall").value == 1.0
    assert cell(result, "by disguise", "as written", "false positives").value == 0.5
    assert cell(result, "by disguise", "symbols", "recall").value == 0.0
    assert cell(result, "by disguise", "symbols", "rise of false positives").value == -0.5
    assert cell(result, "by disguise", "homophones", "pairs") == 0.0


def test_personal_data_spans(context):
    rows = [
        {"id": "1", "text": "my mail", "lang": "en", "spans": [{"start": 3, "end": 7, "kind": "email"}]},
        {"id": "2", "text": "call 110 now", "lang": "en", "spans": [{"start": 5, "end": 8, "kind": "phone"}]},
        {"id": "3", "text": "mail order", "lang": "en", "spans": []},
    ]
    result = personal_data_sample(context(own={"sample/personal_data.jsonl": rows}))
    overall = "kinds that are looked for"
    assert cell(result, "pieces of personal data", overall, "recall").value == 0.5
    assert cell(result, "pieces of personal data", overall, "precision").value == 0.5
    assert cell(result, "pieces of personal data", overall, "F1").value == 0.5
    assert cell(result, "pieces of personal data", "email", "recall, exact span").value == 1.0
    assert cell(result, "texts without personal data", "ours", "false positives").value == 1.0


def test_half_of_a_piece_is_enough_and_less_is_not():
    text = Text("0123456789", (Piece(0, 8, "id"),))
    assert _counts(text, [(0, 4)]) == (1, 0, 1, 1, 1)
    assert _counts(text, [(0, 3)]) == (0, 0, 1, 1, 1)
    assert _counts(text, [(6, 10)]) == (0, 0, 1, 1, 1)
    assert _counts(text, [(7, 10)]) == (0, 0, 1, 0, 1)


@pytest.mark.parametrize(
    ("spans", "found"),
    [
        ([(0, 3), (0, 3)], 0),
        ([(0, 3), (1, 3), (2, 3)], 0),
        ([(0, 2), (1, 3)], 0),
        ([(0, 2), (6, 8)], 1),
        ([(0, 3), (2, 4)], 1),
    ],
)
def test_what_two_findings_share_is_covered_once(spans, found):
    assert _counts(Text("0123456789", (Piece(0, 8, "id"),)), spans)[0] == found


@pytest.mark.parametrize(
    ("number", "valid"), [("11010519491231002X", True), ("110105194912310021", False), ("12", False)]
)
def test_check_digit(number, valid):
    assert _valid(number) is valid


def test_toxic_spans_mean_over_texts(context):
    rows = [("[0, 1, 2]", "bad dog"), ("[]", "good dog"), ("[0]", "meh")]
    result = toxic_spans(context("toxic-spans", {"SemEval2021/data/tsd_test.csv": table(("spans", "text"), rows)}))
    assert cell(result, "characters shown as evidence", "ours", "mean F1").value == pytest.approx(2 / 3)
    assert cell(result, "characters shown as evidence", "mark nothing", "mean F1").value == pytest.approx(1 / 3)


def test_without_data_every_set_is_said_to_be_absent(context):
    tasks = {name: task for name, task in TASKS.items() if name not in SAMPLE}
    results = run.run(tasks, context())
    assert [r.status for r in results] == [Status.ABSENT] * len(tasks)
    assert all("absent:" in r.notes[0] for r in results)
    assert [r.task for r in results] == list(tasks)


def test_the_probe_shows_every_label_from_the_common_threshold_on():
    policy = probe_policy()
    assert set(policy.thresholds) == set(Label)
    assert {t.review for t in policy.thresholds.values()} == {0.5}


def test_degraded_decisions_are_counted_and_a_broken_stage_stops_the_run():
    flow = Flow(WordScreener({}, degraded=("model",)))
    flow.screen(["a"])
    assert flow.degraded == 1
    with pytest.raises(Broken, match="model"):
        flow.screen(["a", "b"])


def test_report_holds_everything_in_one_page(context, tmp_path):
    results = run.run({"cold_test": cold_test, "cntp": cntp}, context("cold", {"COLDataset/test.csv": COLD}))
    about = report.About("2026-01-01T00:00:00+00:00", "abc", "demo 1", "words 1", "a machine", None, 1)
    report.write(results, about, read_catalogue(), tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "<svg" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "1 decisions were degraded" in page
    assert "absent: cntp/" in page
    document = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert document["results"][0]["tables"][0]["rows"][0]["cells"]["accuracy"]["value"] == pytest.approx(0.6)
    assert "| ours |" in (tmp_path / "out" / "report.md").read_text("utf-8")
