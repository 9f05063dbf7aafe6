"""The vocabulary: one small file per subject, frozen, standard library only."""

from assistant.types.connection import Capabilities, Connection, OnReview, Sees, Verdict
from assistant.types.decision import Action, Decision, Finding, ModelRef, PolicyRef
from assistant.types.hook import Command, Event, Hook, HookReply, HookRequest, Joined, Outcome, Pressed, Said
from assistant.types.label import CUSTOM_PREFIX, Label, is_label
from assistant.types.message import ContextMessage, Message, Part, PlatformRef, Purpose
from assistant.types.order import Button, Do, Order, Receipt
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
    "Button",
    "Capabilities",
    "Command",
    "Connection",
    "ContextMessage",
    "Decision",
    "Do",
    "Event",
    "Exemptions",
    "FailMode",
    "Finding",
    "Hook",
    "HookReply",
    "HookRequest",
    "Joined",
    "Label",
    "Links",
    "Message",
    "ModelRef",
    "OnReview",
    "Order",
    "Outcome",
    "Override",
    "Own",
    "Part",
    "Pattern",
    "PlatformRef",
    "Policy",
    "PolicyRef",
    "Pressed",
    "Purpose",
    "Receipt",
    "Said",
    "Sees",
    "TermList",
    "TermScript",
    "Thresholds",
    "Verdict",
    "is_label",
]
