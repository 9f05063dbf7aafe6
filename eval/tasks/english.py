"""English toxicity and offence: surge-toxicity, OLID (Zampieri et al. 2019), EDOS (Kirk et al. 2023)."""

from __future__ import annotations

import csv

from eval.flow import Context
from eval.readings import HATEFUL, OFFENSIVE, TOXIC
from eval.results import Better, Goal, Result
from eval.tables import binary_table, curves, flags, length_table, published


def surge_toxicity(context: Context) -> Result:
    """1,000 social media posts, half of them toxic."""
    rows = context.cases(context.datasets.rows("surge-toxicity", "toxicity_en.csv"))
    texts = [row["text"] for row in rows]
    truth = flags([row["is_toxic"] == "Toxic" for row in rows])
    scores = context.flow.screen(texts).highest(TOXIC)
    references = (
        published("gpt-5-mini (OpenAI guardrails documentation)", {"ROC AUC": 0.963}),
        published("gpt-4.1 (OpenAI guardrails documentation)", {"ROC AUC": 0.960}),
    )
    table = binary_table("toxic or not", truth, {"ours": scores}, references)
    goals = (Goal("surge-toxicity, ROC AUC", table.estimate("ROC AUC"), Better.UP, 0.95),)
    tables = (table, length_table(texts, truth, scores))
    return Result("surge_toxicity", "surge-toxicity", tables, curves(truth, {"ours": scores}), goals, cases=len(rows))


def olid_test(context: Context) -> Result:
    """OLID level A, the test file: 860 tweets. Its training file is in our training data."""
    read = context.datasets.rows
    tweets = read("olid", "OLIDv1.0/testset-levela.tsv", delimiter="\t", quoted=False)
    labels = csv.DictReader(
        context.datasets.read("olid", "OLIDv1.0/labels-levela.csv").decode("utf-8-sig").splitlines()
    )
    gold = {row["id"]: row["label"] == "OFF" for row in labels}
    rows = context.cases(tweets)
    truth = flags([gold[row["id"]] for row in rows])
    scores = context.flow.screen([row["tweet"] for row in rows]).highest(OFFENSIVE)
    table = binary_table("offensive or not", truth, {"ours": scores}, (published("best of 2019", {"macro-F1": 0.829}),))
    goals = (Goal("OLID level A, macro-F1", table.estimate("macro-F1"), Better.UP, 0.80),)
    return Result("olid_test", "OLID level A, test", (table,), curves(truth, {"ours": scores}), goals, cases=len(rows))


def edos_dev(context: Context) -> Result:
    """EDOS task A, the development rows: sexist or not. Its training rows are in our training data."""
    rows = [row for row in context.datasets.rows("edos", "data/edos_labelled_aggregated.csv") if row["split"] == "dev"]
    rows = context.cases(rows)
    truth = flags([row["label_sexist"] == "sexist" for row in rows])
    screened = context.flow.screen([row["text"] for row in rows])
    scores = {"hate alone": screened.highest(HATEFUL), "any offence": screened.highest(OFFENSIVE)}
    table = binary_table("sexist or not", truth, scores, (published("best of 2023, test rows", {"macro-F1": 0.8746}),))
    goals = (Goal("EDOS A dev, macro-F1", table.estimate("macro-F1"), Better.UP, 0.80),)
    return Result("edos_dev", "EDOS task A, dev", (table,), curves(truth, scores), goals, cases=len(rows))
