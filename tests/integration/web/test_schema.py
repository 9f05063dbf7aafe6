"""Requests generated from the OpenAPI document, valid and not: none is answered with a server error, nor otherwise than it says."""

import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from assistant.types.access import Scope

PARTS = 24
"""The operations are looked at in so many tests."""

SELDOM_VALID = re.compile(
    r"\{|^/v1/(appeals|chat/completions|faq/feedback|faq/documents|segments|segments/count|campaigns|experiments|content/(drafts|calendar))$"
)
"""Names a thing that has to be there, or, as a chat's last message, one that has to be the user's."""

EXAMPLES = 10
ACCEPTED = {200, 201, 202, 204}


@pytest.fixture(scope="module")
def operations(service):
    document = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    return [found.ok() for found in document.get_all_operations()]


@pytest.fixture(scope="module")
def headers(service):
    """An administrator's key, which every route lets in, of a community that no other test uses."""
    key = service.key(Scope.ADMIN, service.community(), requests_per_minute=1_000_000)
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("part", range(PARTS))
def test_no_request_meets_a_server_error(operations, headers, part):
    for operation in operations[part::PARTS]:
        statuses = answered(operation, headers, EXAMPLES)
        if not ACCEPTED & statuses and not SELDOM_VALID.search(operation.path):
            statuses = answered(operation, headers, 10 * EXAMPLES)
            assert ACCEPTED & statuses, f"{operation.label}: nothing generated was accepted: {statuses}"


def answered(operation, headers, examples):
    """The statuses of the answers to what is generated for one operation."""
    statuses = set()

    @given(st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def generated(case):
        answer = case.call(headers=headers)
        statuses.add(answer.status_code)
        assert answer.status_code < 500, f"{case.method} {case.path}: {answer.status_code} {answer.text[:200]}"
        if answer.status_code < 300:
            case.validate_response(answer, checks=[content_type_conformance, response_schema_conformance])

    generated()
    return statuses
