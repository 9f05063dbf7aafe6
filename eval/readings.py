"""How a task's binary answer is read from our scores: written once, used by every task.

A text counts as flagged when the **highest** score among the labels of the task's question reaches **0.5**. No task has a threshold of
its own, and none is chosen on test data. Where a table speaks of the policy instead ("reaches review"), the decision's action is read.
"""

from __future__ import annotations

from assistant.types import Label

THRESHOLD = 0.5

HATEFUL = (Label.HATE,)
"""The question is hate alone: insults aimed at one person and swearing at nobody do not count (HateCheck, EDOS)."""

ATTACKING = (Label.HARASSMENT, Label.HATE)
"""The question is an attack on a person or a group, as COLD's guideline asks it; swearing at nobody does not count. On COLD dev these two
give an accuracy of .908, all of ``OFFENSIVE`` .898."""

OFFENSIVE = (Label.HARASSMENT, Label.HATE, Label.THREAT, Label.PROFANITY)
"""The question is offensive language (ToxiCN, CNTP, ToxiCloakCN, OLID)."""

TOXIC = (*OFFENSIVE, Label.SEXUAL, Label.VIOLENCE)
"""The question is toxicity in general (surge-toxicity, Wikipedia comments, toxic spans)."""

SPAM = (Label.SPAM, Label.FRAUD)
"""The question is unwanted advertising: these sets count scams as spam."""

PRIVACY = (Label.PRIVACY,)
