"""The vocabulary: one small file per subject, frozen, standard library only."""

from assistant.types.advertising import Advertising, Category, Jurisdiction, Law
from assistant.types.case import Case, CaseKind, CaseState, PenaltyState, Resolution, Reviewed, Step
from assistant.types.connection import Capabilities, Connection, OnReview, Sees, TextLimit, Unit, Verdict
from assistant.types.decision import Action, Decision, Finding, ModelRef, PolicyRef
from assistant.types.delivery import Delivery, DeliveryKind, DeliveryState
from assistant.types.hook import Command, Did, Event, Hook, HookReply, HookRequest, Joined, Outcome, Pressed, Said
from assistant.types.judge import Judge
from assistant.types.label import CUSTOM_PREFIX, Label, is_label
from assistant.types.message import ContextMessage, Message, Part, PlatformRef, Purpose
from assistant.types.order import Button, Do, Order, Receipt
from assistant.types.penalties import Hourly, LadderStep, Penalties, Weights
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
    "Advertising",
    "Button",
    "Capabilities",
    "Case",
    "CaseKind",
    "CaseState",
    "Category",
    "Command",
    "Connection",
    "ContextMessage",
    "Decision",
    "Delivery",
    "DeliveryKind",
    "DeliveryState",
    "Did",
    "Do",
    "Event",
    "Exemptions",
    "FailMode",
    "Finding",
    "Hook",
    "HookReply",
    "HookRequest",
    "Hourly",
    "Joined",
    "Judge",
    "Jurisdiction",
    "Label",
    "LadderStep",
    "Law",
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
    "Penalties",
    "PenaltyState",
    "PlatformRef",
    "Policy",
    "PolicyRef",
    "Pressed",
    "Purpose",
    "Receipt",
    "Resolution",
    "Reviewed",
    "Said",
    "Sees",
    "Step",
    "TermList",
    "TermScript",
    "TextLimit",
    "Thresholds",
    "Unit",
    "Verdict",
    "Weights",
    "is_label",
]
