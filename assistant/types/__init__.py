"""The vocabulary: one small file per subject, frozen, standard library only."""

from assistant.types.decision import Action, Decision, Finding, ModelRef, PolicyRef
from assistant.types.label import CUSTOM_PREFIX, Label, is_label
from assistant.types.message import ContextMessage, Message, Part, PlatformRef, Purpose
from assistant.types.policy import (
    Exemptions,
    FailMode,
    Links,
    Override,
    Own,
    Pattern,
    Policy,
    TermList,
    TermScript,
    Thresholds,
)

__all__ = [
    "CUSTOM_PREFIX",
    "Action",
    "ContextMessage",
    "Decision",
    "Exemptions",
    "FailMode",
    "Finding",
    "Label",
    "Links",
    "Message",
    "ModelRef",
    "Override",
    "Own",
    "Part",
    "Pattern",
    "PlatformRef",
    "Policy",
    "PolicyRef",
    "Purpose",
    "TermList",
    "TermScript",
    "Thresholds",
    "is_label",
]
