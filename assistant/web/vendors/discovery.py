"""The discovery document (Google API Discovery v1) that ``googleapiclient.discovery.build`` reads before its first call."""

from __future__ import annotations

from typing import Any

_STRING = {"type": "string"}
_BOOLEAN = {"type": "boolean"}
_FLOAT = {"type": "number", "format": "float"}
_INT = {"type": "integer", "format": "int32"}
_SCORE_TYPES = ["SCORE_TYPE_UNSPECIFIED", "PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW"]
_QUERY_PARAMETERS = (
    "$.xgafv",
    "access_token",
    "callback",
    "fields",
    "key",
    "oauth_token",
    "quotaUser",
    "uploadType",
    "upload_protocol",
)


def discovery_document(root_url: str) -> dict[str, Any]:
    """``root_url`` ends with a slash and is how clients reach this service."""
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer",
        "canonicalName": "Comment Analyzer",
        "version": "v1alpha1",
        "revision": "20260101",
        "title": "Comment Analyzer",
        "description": "Scores what a comment holds, in the request and response shapes of the Perspective API.",
        "protocol": "rest",
        "rootUrl": root_url,
        "baseUrl": root_url,
        "basePath": "",
        "servicePath": "",
        "batchPath": "batch",
        "parameters": _parameters(),
        "schemas": {name: {"id": name, **schema} for name, schema in _schemas().items()},
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeComment", "Scores a comment."),
                    "suggestscore": _method(
                        "suggestscore", "SuggestCommentScore", "Suggests better scores for a comment."
                    ),
                }
            }
        },
    }


def _method(name: str, shape: str, description: str) -> dict[str, Any]:
    return {
        "id": f"commentanalyzer.comments.{name}",
        "path": f"v1alpha1/comments:{name}",
        "flatPath": f"v1alpha1/comments:{name}",
        "httpMethod": "POST",
        "description": description,
        "parameters": {},
        "parameterOrder": [],
        "request": {"$ref": f"{shape}Request"},
        "response": {"$ref": f"{shape}Response"},
    }


def _parameters() -> dict[str, Any]:
    plain = {name: {"type": "string", "location": "query"} for name in _QUERY_PARAMETERS}
    alt = {"type": "string", "location": "query", "default": "json", "enum": ["json"], "enumDescriptions": ["JSON."]}
    return {**plain, "alt": alt, "prettyPrint": {"type": "boolean", "location": "query", "default": "true"}}


def _schemas() -> dict[str, Any]:
    score_type = {"type": "string", "enum": _SCORE_TYPES, "enumDescriptions": ["" for _ in _SCORE_TYPES]}
    comment = {
        "comment": _ref("TextEntry"),
        "context": _ref("Context"),
        "languages": _list(_STRING),
        "clientToken": _STRING,
        "sessionId": _STRING,
        "communityId": _STRING,
    }
    return {
        "AnalyzeCommentRequest": _object(
            **comment,
            requestedAttributes=_map("AttributeParameters"),
            doNotStore=_BOOLEAN,
            spanAnnotations=_BOOLEAN,
        ),
        "AnalyzeCommentResponse": _object(
            attributeScores=_map("AttributeScores"),
            languages=_list(_STRING),
            detectedLanguages=_list(_STRING),
            clientToken=_STRING,
        ),
        "SuggestCommentScoreRequest": _object(**comment, attributeScores=_map("AttributeScores")),
        "SuggestCommentScoreResponse": _object(
            requestedLanguages=_list(_STRING), detectedLanguages=_list(_STRING), clientToken=_STRING
        ),
        "TextEntry": _object(text=_STRING, type={"type": "string"}),
        "Context": _object(entries=_list(_ref("TextEntry")), articleAndParentComment=_ref("ArticleAndParentComment")),
        "ArticleAndParentComment": _object(article=_ref("TextEntry"), parentComment=_ref("TextEntry")),
        "AttributeParameters": _object(scoreType=score_type, scoreThreshold=_FLOAT),
        "AttributeScores": _object(summaryScore=_ref("Score"), spanScores=_list(_ref("SpanScore"))),
        "SpanScore": _object(begin=_INT, end=_INT, score=_ref("Score")),
        "Score": _object(value=_FLOAT, type=score_type),
    }


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _map(name: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": _ref(name)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": name}
