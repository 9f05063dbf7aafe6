"""The screening flow: normalise, find by rules, classify, decide, explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from assistant.moderation.assess import (
    Assessment,
    Classification,
    Rulebook,
    classify,
    classify_continued,
    find,
    find_continued,
)
from assistant.moderation.continued import Continued, continued
from assistant.moderation.decide import decide, least_scores, merge_scores
from assistant.moderation.doubted import as_doubted, shipped_sources
from assistant.moderation.editors import classify_to_editors
from assistant.moderation.evidence import evidence
from assistant.moderation.goods import classify_goods
from assistant.moderation.mask import mask
from assistant.moderation.minors import combine
from assistant.moderation.negated import classify_negated
from assistant.moderation.plainly import classify_plainly
from assistant.moderation.reason import reason
from assistant.moderation.replies import Reading, answered, read_stances, taken_on
from assistant.moderation.stance import StanceModel
from assistant.ports import Classifier
from assistant.text import Detected, Normalised, detect_language
from assistant.types import Decision, FailMode, Finding, Label, Message, ModelRef, Policy, PolicyRef

log = structlog.get_logger()

_SUPPORTED = frozenset({"zh", "yue", "cmn", "en", "und"})


class Screener:
    """One policy, compiled. Thread-safe: screening changes nothing."""

    def __init__(
        self, policy: Policy, rules: Rulebook, classifier: Classifier, stance: StanceModel | None = None
    ) -> None:
        self.policy = policy
        self._rules = rules
        self._classifier = classifier
        self._stance = stance
        self._policy_ref = PolicyRef(policy.id, policy.version)
        self._failing: dict[FailMode, Screener] = {policy.fail_mode: self}
        self._shipped = shipped_sources(policy.lists)
        self._custom = frozenset(rule.label for rule in policy.rules if ":" in rule.label)

    def failing(self, mode: FailMode) -> Screener:
        """The same rules and model, with another fail mode."""
        if mode not in self._failing:
            self._failing[mode] = Screener(
                replace(self.policy, fail_mode=mode), self._rules, self._classifier, self._stance
            )
        return self._failing[mode]

    @property
    def model(self) -> ModelRef:
        return self._classifier.ref

    def screen(self, message: Message) -> Decision:
        return self.screen_batch([message])[0]

    def screen_batch(self, messages: Sequence[Message]) -> list[Decision]:
        """One decision per message, in order; the classifier sees all texts in one call."""
        assessed = [self._read(message) for message in messages]
        classified = classify_continued(self._classifier, assessed, classify(self._classifier, assessed))
        classified = classify_goods(self._classifier, assessed, classified)
        classified = classify_negated(self._classifier, assessed, classified)
        classified = classify_to_editors(self._classifier, assessed, classified)
        classified = classify_plainly(self._classifier, assessed, classified)
        return [self._judge(one, its) for one, its in zip(assessed, classified, strict=True)]

    def _read(self, message: Message) -> Assessment:
        texts = {"text": Normalised(message.text)}
        texts.update((part.field, Normalised(part.text)) for part in message.parts)
        spared = {field: self._rules.spared(text) for field, text in texts.items()}
        findings, failed = find(self._rules, texts, message)
        whole = continued(message)
        if whole is None:
            return Assessment(message, texts, spared, _language(message, whole), findings, failed)
        completed, before, also_failed = find_continued(self._rules, whole)
        earlier_and_whole = self._spared(whole.earlier), self._spared(whole.whole)
        language, failed = _language(message, whole), failed or also_failed
        return Assessment(
            message, texts, spared, language, findings, failed, earlier_and_whole, completed, before, whole
        )

    def _spared(self, text: str) -> Normalised:
        return self._rules.spared(Normalised(text))

    def _judge(self, assessed: Assessment, classified: Classification) -> Decision:
        message = assessed.message
        findings = [*self._weighed(assessed.findings, classified.scores, assessed.texts), *assessed.completed]
        scores = merge_scores(classified.scores, findings, self._custom)
        reading = self._answering(assessed, scores)
        alone = {finding.label: scores[finding.label] for finding in reading.findings}
        findings = [*findings, *reading.findings]
        scores = merge_scores(scores, reading.findings, ())
        before = self._sexual_before(assessed, classified)
        if minors := combine(scores, findings, assessed.texts, assessed.whole, before):
            findings = [*findings, *minors]
            scores = merge_scores(scores, minors, ())
        degraded = tuple(dict.fromkeys(assessed.failed + classified.failed + reading.failed))
        verdict = decide(
            self.policy,
            message,
            scores,
            findings,
            language_supported=assessed.language.supported,
            degraded=bool(degraded),
            alone=alone,
            classified=classified.scores,
        )
        least = least_scores(self.policy, message, verdict.over)
        shown = evidence(self._classifier, assessed, classified, findings, verdict.over)
        because = tuple(label for label, action in verdict.over.items() if action is verdict.action)
        return Decision(
            action=verdict.action,
            scores=_rounded(scores),
            findings=tuple(shown),
            over=verdict.over,
            masked_text=mask(message.text, shown, least),
            reason=reason(verdict.action, because, verdict.because),
            detected_language=assessed.language.language,
            language_supported=assessed.language.supported,
            unscreened=message.unscreened,
            policy=self._policy_ref,
            model=self._classifier.ref,
            degraded=degraded,
        )

    def _weighed(
        self, findings: Sequence[Finding], scores: Mapping[str, float], texts: Mapping[str, Normalised]
    ) -> list[Finding]:
        """Of texts that the classifier read as they stand, unlike a word that several messages spell."""
        return as_doubted(findings, scores, self._classifier.ref, self._shipped, texts)

    def _sexual_before(self, assessed: Assessment, classified: Classification) -> float:
        """How sexual is what the message goes on from."""
        if assessed.whole is None:
            return 0.0
        texts = {"text": Normalised(assessed.whole.whole)}
        found = self._weighed(assessed.before, classified.around, texts)
        return merge_scores(classified.around, found, ()).get(Label.SEXUAL, 0.0)

    def _answering(self, assessed: Assessment, scores: Mapping[str, float]) -> Reading:
        """What the message takes on of the one that it answers. Nearly all answer none, or take nothing on: then nothing is read."""
        message = assessed.message
        if self._stance is None or not message.context or not assessed.language.supported:
            return Reading()
        parent = answered(message)
        if parent is None or parent.member in self.policy.own.staff:
            return Reading()
        try:
            stances = read_stances(self._stance, message.text)
            if not stances:
                return Reading()
            found = parent.scores if parent.scores is not None else self._scores_of(parent.text)
        except Exception:
            log.exception("stage failed", stage="model")
            return Reading(failed=("model",))
        return Reading(taken_on(message, parent, found, stances, scores))

    def _scores_of(self, text: str) -> Mapping[str, float]:
        """Of an earlier message, by rules and classifier."""
        read = Normalised(text)
        spared = self._rules.spared(read)
        (found,) = self._classifier.classify([spared]) if text.strip() else ({},)
        return merge_scores(found, self._weighed(self._rules.find(read), found, {"text": read}), ())


def _rounded(scores: Mapping[str, float]) -> dict[str, float]:
    return {label: round(float(score), 4) for label, score in scores.items()}


def _language(message: Message, whole: Continued | None) -> Detected:
    """What the sender of the request says it is, else what the text looks like; with what went before, where it goes on from that."""
    if message.language is None:
        return detect_language(message.text if whole is None else whole.whole)
    primary = message.language.replace("_", "-").split("-")[0].lower()
    return Detected(message.language, supported=primary in _SUPPORTED)
