"""What is done about a decision where it was said: by the platform's answer, by an order to it, by a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.moderation.penalties import Strike, strike_for
from assistant.moderation.replies import REPLY
from assistant.types import (
    Action,
    Capabilities,
    CaseKind,
    Connection,
    Decision,
    Do,
    Label,
    LadderStep,
    OnReview,
    Policy,
    Said,
    Step,
    Verdict,
)
from assistant.types.delivery import PAID, PLATFORM_CANNOT

_STEPS = {Step.WARNING: Do.MESSAGE, Step.MUTE: Do.MUTE, Step.KICK: Do.KICK, Step.BAN: Do.BAN}


@dataclass(frozen=True, slots=True)
class Enforcement:
    """``verdict`` answers a platform that waits; ``do`` is to be carried out on a message that is shown, and ``cannot`` says why what the
    policy asks for is not. ``help`` is due to a member who may hurt themselves."""

    verdict: Verdict = Verdict.ALLOW
    do: Do | None = None
    cannot: str | None = None
    case: CaseKind | None = None
    urgent: bool = False
    strike: Strike | None = None
    help: bool = False


def enforce(
    decision: Decision, said: Said, connection: Connection, capabilities: Capabilities, policy: Policy
) -> Enforcement:
    """One decision's consequences. A decision that the fail mode alone made brings no strike."""
    verdict, do, cannot = Verdict.ALLOW, None, None
    if said.before:
        verdict, cannot = _verdict(decision, connection, capabilities)
    else:
        do, cannot = _order(decision, said, capabilities)
    helps = needs_help(decision)
    urgent = Label.SELF_HARM.value in decision.over
    strike = strike_for(policy.penalties, decision.over) if said.message.member_id else None
    return Enforcement(verdict, do, cannot, _case(decision, cannot, helps=helps), urgent, strike, helps)


def needs_help(decision: Decision) -> bool:
    """Whether the author may hurt themselves: not one who only urges another to, or agrees."""
    label = Label.SELF_HARM.value
    found = [finding for finding in decision.findings if finding.label == label]
    only_answers = bool(found) and all(finding.source.startswith(REPLY) for finding in found)
    return label in decision.over and not only_answers


def can(capabilities: Capabilities, do: Do, connection: Connection) -> str | None:
    """Why an order cannot be given on this connection, or ``None``."""
    if do not in capabilities.does:
        return PLATFORM_CANNOT
    return PAID if do in capabilities.paid and not connection.paid_messages else None


def policy_warnings(policy: Policy, capabilities: Capabilities) -> list[tuple[str, str]]:
    """What the policy asks for and the platform cannot do: the path in the policy and what is missing (``mask``, ``hide``, ``mute``...).
    Such decisions go to the staff."""
    warnings = [
        (f"thresholds.{label}.{action}", action)
        for label, thresholds in policy.thresholds.items()
        for action in ("mask", "hide", "block")
        if getattr(thresholds, action) is not None and not _possible(Action(action), capabilities)
    ]
    if policy.penalties.enabled:
        for at, step in enumerate(policy.penalties.ladder):
            if missing := _missing(step, capabilities):
                warnings.append((f"penalties.ladder.{at}", missing))
    return list(dict.fromkeys(warnings))


def _verdict(decision: Decision, connection: Connection, capabilities: Capabilities) -> tuple[Verdict, str | None]:
    """The first of what would do that the platform offers."""
    if decision.action is Action.ALLOW:
        return Verdict.ALLOW, None
    if decision.action is Action.REVIEW and connection.on_review is OnReview.PUBLISH:
        return Verdict.ALLOW, None
    if decision.action is Action.MASK and not _only_in_text(decision):
        return Verdict.ALLOW, PLATFORM_CANNOT
    for verdict in _WISHES[decision.action]:
        if verdict in capabilities.verdicts:
            return verdict, None
    return Verdict.ALLOW, PLATFORM_CANNOT


_WISHES = {
    Action.MASK: (Verdict.REWRITE,),
    Action.REVIEW: (Verdict.REJECT, Verdict.DROP),
    Action.HIDE: (Verdict.REJECT, Verdict.DROP),
    Action.BLOCK: (Verdict.REJECT, Verdict.DROP),
}
_ORDERS = {Action.HIDE: (Do.HIDE, Do.DELETE), Action.BLOCK: (Do.DELETE, Do.HIDE)}


def _order(decision: Decision, said: Said, capabilities: Capabilities) -> tuple[Do | None, str | None]:
    if decision.action in {Action.ALLOW, Action.REVIEW}:
        return None, None
    if said.message.platform is None or said.message.platform.message_id is None:
        return None, PLATFORM_CANNOT  # a display name, say: there is no message to take away
    for do in _ORDERS.get(decision.action, ()):
        if do in capabilities.does:
            return do, None
    return None, PLATFORM_CANNOT


def _only_in_text(decision: Decision) -> bool:
    """Whether masking the message's text alone masks everything that was found."""
    return all(finding.field == "text" for finding in decision.findings if finding.label in decision.over)


def _case(decision: Decision, cannot: str | None, *, helps: bool) -> CaseKind | None:
    if helps:
        return CaseKind.HELP
    if cannot is not None:
        return CaseKind.CANNOT
    return CaseKind.REVIEW if decision.action is Action.REVIEW or decision.degraded else None


def _possible(action: Action, capabilities: Capabilities) -> bool:
    wishes: Iterable[Verdict] = _WISHES[action]
    return any(wish in capabilities.verdicts for wish in wishes) or any(
        do in capabilities.does for do in _ORDERS.get(action, ())
    )


def _missing(step: LadderStep, capabilities: Capabilities) -> str | None:
    if _STEPS[step.step] not in capabilities.does:
        return step.step.value
    longest = capabilities.longest_mute_s
    if step.step is Step.MUTE and longest is not None and (step.minutes is None or step.minutes * 60 > longest):
        return f"mute over {longest // 60} minutes"
    return None
