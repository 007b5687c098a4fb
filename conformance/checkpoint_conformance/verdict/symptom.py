"""Symptoms: everything that can be wrong, under the names that reports publish."""

from __future__ import annotations

import re
from enum import StrEnum

__all__ = [
    "FAILING",
    "UNANSWERED",
    "UNREADABLE_LISTS",
    "UNREADABLE_RESPONSES",
    "Symptom",
    "published",
    "read_symptom",
]

_WITH_STATUS = re.compile(r"(?P<symptom>status|list-status)-(?P<status>[0-9]{3})")


class Symptom(StrEnum):
    """What a finding shows; the value is its stable name in reports, which may be followed by a status."""

    # Acceptance and refusal of a request
    ACCEPTED = "accepted"
    """A request is accepted that must be refused."""
    REFUSED = "refused"
    """A valid request is refused."""
    REFUSED_UNDER_CONCURRENCY = "refused-under-concurrency"
    """A valid request is refused, but only alongside concurrent ones."""
    REFUSED_AT_TIMES = "refused-at-times"
    """A valid request is refused, but accepted at other times."""
    WRONG_STATUS = "status"
    """A status that the request may not get; published with the status, as in `status-418`."""
    ANSWERED_5XX = "answered-5xx"
    ANSWERED_5XX_UNDER_CONCURRENCY = "answered-5xx-under-concurrency"

    # Bytes and connections (HTTP-1 to HTTP-4)
    NO_ANSWER = "no-answer"
    """No complete response within the target's `timeout`."""
    NO_ANSWER_UNDER_CONCURRENCY = "no-answer-under-concurrency"
    CONNECTION_DROPPED = "connection-dropped"
    CONNECTION_DROPPED_UNDER_CONCURRENCY = "connection-dropped-under-concurrency"
    DROPPED_ON_KEPT_CONNECTION = "dropped-on-kept-connection"
    SERVER_ENDED = "server-ended"
    """The address refuses connections after the request."""
    LOCKED = "locked"
    """Every valid call after a refusal gets an error."""
    NO_STATUS_LINE = "no-status"
    BAD_HEAD = "bad-head"
    TRUNCATED = "truncated"
    OVERSIZED = "oversized"
    """The answer does not end within the bytes that are read of it."""
    SURPLUS = "surplus"
    """Bytes follow the end announced by the framing headers."""
    CONTENT_ENCODING = "content-encoding"
    """The body is compressed, although the request asks for `identity`."""
    CONTENT_TYPE = "content-type"
    NOT_STRICT_JSON = "not-strict-json"
    ALLOW_WITHOUT_POST = "allow-without-post"

    # Error responses (HTTP-5, ERR)
    DISCLOSES_TRACE = "discloses-trace"
    DISCLOSES_EXCEPTION = "discloses-exception"
    """The name or the text of an exception, without a stack trace."""
    DISCLOSES_PATH = "discloses-path"
    DISCLOSES_SQL = "discloses-sql"
    DISCLOSES_TOKEN = "discloses-token"
    ERROR_IS_NO_OBJECT = "error-is-no-object"
    ERROR_CODE_MISSING = "error-code-missing"
    ERROR_CODE_INVALID = "error-code-invalid"
    ERROR_MSG_MISSING = "error-msg-missing"
    ERROR_MSG_INVALID = "error-msg-invalid"
    REQUEST_ID_INVALID = "request-id-invalid"
    PAIR_NOT_PUBLISHED = "pair-not-published"
    CODE_OF_ANOTHER_CONDITION = "code-of-another-condition"

    # Members of a 200 (RESP)
    NO_CHECKPOINT = "no-checkpoint"
    SECOND_ROOT_MEMBER = "second-root-member"
    ID_MISSING = "id-missing"
    ID_TYPE = "id-type"
    ID_IS_NO_UUID = "id-is-no-uuid"
    STATUS_MISSING = "status-missing"
    STATUS_TYPE = "status-type"
    STATUS_UNKNOWN = "status-unknown"
    STATUS_NOT_PROTECTING = "status-not-protecting"
    CREATED_AT_MISSING = "created-at-missing"
    CREATED_AT_TYPE = "created-at-type"
    CREATED_AT_FORM = "created-at-form"
    CREATED_AT_FAR_FROM_NOW = "created-at-far-from-now"
    CREATED_AT_STANDS_STILL = "created-at-stands-still"
    PROJECT_ID_MISSING = "project-id-missing"
    PROJECT_ID_TYPE = "project-id-type"
    WRONG_PROJECT_ID = "project-id"
    RESOURCE_GRAPH_MISSING = "resource-graph-missing"
    RESOURCE_GRAPH_TYPE = "resource-graph-type"
    PROTECTION_PLAN_MISSING = "protection-plan-missing"
    PROTECTION_PLAN_TYPE = "protection-plan-type"
    PLAN_ID_MISSING = "plan-id-missing"
    PLAN_ID_TYPE = "plan-id-type"
    WRONG_PLAN_ID = "plan-id"
    PLAN_NAME_MISSING = "plan-name-missing"
    PLAN_NAME_TYPE = "plan-name-type"
    PLAN_RESOURCES_MISSING = "plan-resources-missing"
    PLAN_RESOURCES_TYPE = "plan-resources-type"
    RESOURCES_NOT_THE_SELECTED = "resources-not-the-selected"
    RESOURCE_IS_NO_OBJECT = "resource-type-of-item"
    RESOURCE_ID_MISSING = "resource-id-missing"
    RESOURCE_ID_TYPE = "resource-id-type"
    RESOURCE_ID_EMPTY = "resource-id-empty"
    RESOURCE_NAME_MISSING = "resource-name-missing"
    RESOURCE_NAME_TYPE = "resource-name-type"
    RESOURCE_TYPE_MISSING = "resource-type-missing"
    RESOURCE_TYPE_TYPE = "resource-type-type"
    RESOURCE_TYPE_UNKNOWN = "resource-type-unknown"
    RESOURCE_NAME_NOT_THE_LISTED = "resource-name-not-the-listed"
    RESOURCE_TYPE_NOT_THE_LISTED = "resource-type-not-the-listed"
    RESOURCE_EXTRA_INFO_TYPE = "resource-extra-info-type"
    RESOURCE_EXTRA_INFO_JSON = "resource-extra-info-json"
    RESOURCE_EXTRA_INFO_OBJECT = "resource-extra-info-object"
    EXCLUDE_VOLUMES_TYPE = "exclude-volumes-type"
    CHECKPOINT_EXTRA_INFO_TYPE = "checkpoint-extra-info-type"
    CHECKPOINT_EXTRA_INFO_JSON = "checkpoint-extra-info-json"
    CHECKPOINT_EXTRA_INFO_OBJECT = "checkpoint-extra-info-object"
    CREATED_BY_TYPE = "created-by-type"
    CREATED_BY_NOT_MANUAL = "created-by-not-manual"

    # Comparison of several calls (RESP-2, RESP-11, CONF)
    ID_REPEATED = "id-repeated"
    SAME_CHECKPOINT_AGAIN = "same-checkpoint-again"
    SECOND_RUN_ACCEPTED = "second-run-accepted"
    SECOND_RUN_REFUSED_OTHERWISE = "second-run-refused-otherwise"

    # Companion operations (DISC, OBS, DEL)
    LIST_UNANSWERED = "list-unanswered"
    LIST_STATUS = "list-status"
    """The list response is not a 200; published with the status, as in `list-status-500`."""
    LIST_CONTENT_TYPE = "list-content-type"
    LIST_NOT_JSON = "list-not-json"
    LIST_FORM = "list-form"
    LIST_TOO_LONG = "list-too-long"
    SHOWN_TO_STRANGERS = "shown-to-strangers"
    POLICY_MISSING = "policy-missing"
    POLICY_OF_ANOTHER_PROJECT = "policy-of-another-project"
    POLICY_PROJECT_ID = "policy-project-id"
    POLICY_PROVIDER_ID = "policy-provider-id"
    POLICY_RESOURCES = "policy-resources"
    ITEMS_NOT_THE_SELECTED = "items-not-the-selected"
    ITEM_OF_ANOTHER_CHECKPOINT = "item-of-another-checkpoint"
    ITEM_ID_REPEATED = "item-id-repeated"
    ITEM_OF_A_REFUSED_REQUEST = "item-of-a-refused-request"
    STATUS_MOVED_ON = "status-moved-on"
    STATUS_MOVED_BACK = "status-moved-back"
    STATUS_ENDS_ELSEWHERE = "status-ends-elsewhere"
    STATUS_NEVER_ENDS = "status-never-ends"
    DELETION_REFUSED = "deletion-refused"
    DELETED_BY_STRANGERS = "deleted-by-strangers"
    DELETION_IS_NO_OBJECT = "deletion-is-no-object"
    ANOTHER_DELETED = "another-deleted"
    ITEM_STAYS = "item-stays"
    DELETED_AGAIN_LISTED = "deleted-again-listed"
    MODEL_DIFFERS = "model-differs"

    @property
    def carries_status(self) -> bool:
        """Whether it is published with a status."""
        return self in (Symptom.WRONG_STATUS, Symptom.LIST_STATUS)

    @property
    def under_concurrency(self) -> Symptom:
        """The corresponding symptom under concurrency. Raises KeyError if there is none."""
        return _UNDER_CONCURRENCY[self]

    @property
    def of_one_answer(self) -> Symptom:
        """The symptom in each single response, for one that only several responses together show."""
        return _OF_ONE_ANSWER.get(self, self)


UNANSWERED = frozenset({Symptom.NO_ANSWER, Symptom.CONNECTION_DROPPED, Symptom.DROPPED_ON_KEPT_CONNECTION})
"""Symptoms of a request that got no response."""
FAILING = UNANSWERED | {Symptom.ANSWERED_5XX, Symptom.SERVER_ENDED}
"""Symptoms of requests for which nothing else can be judged."""
UNREADABLE_LISTS = frozenset(
    {
        Symptom.LIST_UNANSWERED,
        Symptom.LIST_STATUS,
        Symptom.LIST_CONTENT_TYPE,
        Symptom.LIST_NOT_JSON,
        Symptom.LIST_FORM,
        Symptom.LIST_TOO_LONG,
    }
)
"""Symptoms of a list that cannot be read."""
UNREADABLE_RESPONSES = frozenset(
    {Symptom.CONTENT_ENCODING, Symptom.CONTENT_TYPE, Symptom.NOT_STRICT_JSON, Symptom.NO_CHECKPOINT}
)
"""Symptoms of a 200 in which no checkpoint can be read."""

_UNDER_CONCURRENCY = {
    Symptom.REFUSED: Symptom.REFUSED_UNDER_CONCURRENCY,
    Symptom.ANSWERED_5XX: Symptom.ANSWERED_5XX_UNDER_CONCURRENCY,
    Symptom.NO_ANSWER: Symptom.NO_ANSWER_UNDER_CONCURRENCY,
    Symptom.CONNECTION_DROPPED: Symptom.CONNECTION_DROPPED_UNDER_CONCURRENCY,
}
_OF_ONE_ANSWER = {concurrent: alone for alone, concurrent in _UNDER_CONCURRENCY.items()} | {
    Symptom.REFUSED_AT_TIMES: Symptom.REFUSED
}


def published(symptom: Symptom, status: int | None) -> str:
    """Return the published name of a symptom with its status, if any."""
    return symptom.value if status is None else f"{symptom.value}-{status}"


def read_symptom(name: str) -> tuple[Symptom, int | None]:
    """Return the symptom and status of a published name. Raises ValueError if the name is unknown."""
    match = _WITH_STATUS.fullmatch(name)
    if match:
        return Symptom(match["symptom"]), int(match["status"])
    symptom = Symptom(name)
    if symptom.carries_status:
        raise ValueError(f"{name!r} lacks its status")
    return symptom, None
