"""Every task, listed: the name on the command line, and the function that measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assistant.backends.shipped import is_shipped
from eval.flow import Context
from eval.results import Result
from eval.tasks.advertising import advertising_law
from eval.tasks.bias import jigsaw_templates, jigsaw_wikipedia
from eval.tasks.bitext import tatoeba_zh_en
from eval.tasks.chat_weeks import chat_weeks
from eval.tasks.chinese import cold_dev, cold_test, toxicn_test
from eval.tasks.cloak import toxicloakcn
from eval.tasks.cntp import cntp
from eval.tasks.content_weeks import content_weeks
from eval.tasks.english import edos_dev, olid_test, surge_toxicity
from eval.tasks.faq_abstention import faq_abstention_banking, faq_abstention_clinc
from eval.tasks.faq_nursery import faq_nursery
from eval.tasks.faq_retrieval import faq_bilingual, faq_dtc, faq_passages
from eval.tasks.faq_speed import faq_speed
from eval.tasks.faq_understanding import faq_understanding, faq_understanding_outside
from eval.tasks.hatecheck import hatecheck
from eval.tasks.held_families import held_families
from eval.tasks.obfuscation import obfuscation
from eval.tasks.others import others
from eval.tasks.personal_data import multipriv, personal_data_sample, presidio
from eval.tasks.push_bandit import push_offpolicy
from eval.tasks.push_films import push_films
from eval.tasks.push_news import push_news
from eval.tasks.reviews import reviews
from eval.tasks.sample import sample
from eval.tasks.similarity import afqmc, bq, lcqmc, stsb_en, stsb_zh
from eval.tasks.spam import sms_spam, youtube_spam
from eval.tasks.spans import toxic_spans
from eval.tasks.twins import traditional_twins

Task = Callable[[Context], Result]

SAMPLE: Mapping[str, Task] = {
    "sample": sample,
    "personal_data_sample": personal_data_sample,
    "obfuscation": obfuscation,
    "traditional_twins": traditional_twins,
    "held_families": held_families,
    "others": others,
    "advertising_law": advertising_law,
}
"""What needs no download: rows that lie in this repository."""

_EMBEDDED: Mapping[str, Task] = {
    "content_weeks": content_weeks,
    "chat_weeks": chat_weeks,
    "faq_nursery": faq_nursery,
    "faq_passages": faq_passages,
    "faq_bilingual": faq_bilingual,
    "faq_dtc": faq_dtc,
    "faq_abstention_clinc": faq_abstention_clinc,
    "faq_abstention_banking": faq_abstention_banking,
    "faq_speed": faq_speed,
    "faq_understanding": faq_understanding,
    "faq_understanding_outside": faq_understanding_outside,
    "stsb_zh": stsb_zh,
    "stsb_en": stsb_en,
    "lcqmc": lcqmc,
    "bq": bq,
    "afqmc": afqmc,
    "tatoeba_zh_en": tatoeba_zh_en,
}
"""What needs the embedder and the FAQ bot's judge, and is not offered by a build without them."""

_PUSH: Mapping[str, Task] = {"push_news": push_news}
"""What needs the embedder."""

TASKS: Mapping[str, Task] = {
    "cold_test": cold_test,
    "cold_dev": cold_dev,
    "reviews": reviews,
    "toxicn_test": toxicn_test,
    "cntp": cntp,
    "toxicloakcn": toxicloakcn,
    "hatecheck": hatecheck,
    "surge_toxicity": surge_toxicity,
    "olid_test": olid_test,
    "edos_dev": edos_dev,
    "jigsaw_templates": jigsaw_templates,
    "jigsaw_wikipedia": jigsaw_wikipedia,
    "youtube_spam": youtube_spam,
    "sms_spam": sms_spam,
    "toxic_spans": toxic_spans,
    "personal_data_multipriv": multipriv,
    "personal_data_presidio": presidio,
    **(_EMBEDDED if is_shipped("models/embedder", "models/faq") else {}),
    **(_PUSH if is_shipped("models/embedder") else {}),
    "push_films": push_films,
    "push_offpolicy": push_offpolicy,
    **SAMPLE,
}
