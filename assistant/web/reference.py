"""The reference page's content, read off the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_METHODS = ("get", "put", "post", "patch", "delete")


def operations_by_tag(document: Mapping[str, Any], root_url: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """Every operation, grouped by its first tag, in the document's order."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                operation = operations[method]
                shown = _operation(document, path, method, operation, root_url)
                groups.setdefault((operation.get("tags") or [""])[0], []).append(shown)
    return list(groups.items())


def _operation(
    document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any], root_url: str
) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = list(content.get("examples", {}).values())
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [_parameter(parameter) for parameter in operation.get("parameters", ())],
        "fields": list(_fields(document, content.get("schema", {}))),
        "curl": _curl(root_url + path, method, examples[0]["value"]) if examples else "",
        "answer": _answer(document, operation),
        "statuses": [(status, response.get("description", "")) for status, response in operation["responses"].items()],
    }


def _parameter(parameter: Mapping[str, Any]) -> dict[str, str]:
    return {"name": parameter["name"], "place": parameter["in"], "description": parameter.get("description", "")}


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    target = _resolve(document, schema)
    for name, field in target.get("properties", {}).items():
        yield {
            "name": name,
            "type": _type(field),
            "required": name in target.get("required", ()),
            "description": field.get("description")
            or _resolve(document, _first_reference(field)).get("description", ""),
        }


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1].removesuffix("Shape")
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(option) for option in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    return str(schema.get("type", "any"))


def _first_reference(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(
        (option for option in (schema, *schema.get("anyOf", ()), schema.get("items", {})) if "$ref" in option), {}
    )


def _resolve(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    found: Mapping[str, Any] = (
        document["components"]["schemas"].get(reference.rsplit("/", 1)[-1], {}) if reference else schema
    )
    return found


def _answer(document: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    schema = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
    examples = _resolve(document, schema).get("examples", ())
    return json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else ""


def _curl(url: str, method: str, body: Any) -> str:
    data = json.dumps(body, ensure_ascii=False).replace("'", "'\\''")
    verb = "" if method == "post" else f" -X {method.upper()}"
    return (
        f"curl -s{verb} '{url}' \\\n  -H \"Authorization: Bearer $ASSISTANT_KEY\" \\\n"
        f"  -H 'Content-Type: application/json' \\\n  --data-raw '{data}'"
    )
