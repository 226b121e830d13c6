"""The API's description for programs (OpenAPI 3.1): what ninja finds in the code, with every field in words, the errors, the keys and the stream."""

from typing import Any

from ninja import NinjaAPI

from .glossary import words

PROBLEM = {
    "type": "object", "required": ["problem"], "additionalProperties": True, "description": "What went wrong, in one shape everywhere.",
    "properties": {"problem": {
        "type": "object", "required": ["code", "title"],
        "properties": {
            "code": {"type": "string", "description": "A word for programs, such as `text.too_long`."}, "title": {"type": "string", "description": "A sentence in the reader's language (X-Lang)."},
            "field": {"type": "string", "description": "Which field is meant, if one is."},
        },
    }},
}  # fmt: skip
IDEMPOTENCY = {
    "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 64},
    "description": "The same key again, within 24 hours, has no second effect and answers the same. For messages and notes it may stand for client_id.",
}  # fmt: skip
IF_MATCH = {
    "name": "If-Match", "in": "header", "required": False, "schema": {"type": "string", "pattern": '^(\\*|(W/)?"?[0-9]{1,9}"?)$'},
    "description": "Only if the conversation's version is still this one; else 412 with the row as it is now.",
}  # fmt: skip
STREAM = {
    "get": {
        "operationId": "stream", "summary": "Stream", "tags": ["events and files"], "x-needs": "conversation.read",
        "description": "Server-sent events from a cursor on: `item` (a new line with its row), `row` (a row changed), `seen`, `typing`, `presence`, `resync` "
        "(forget the cursor, read the state anew). A comment line at least every 10 s. After a break connect again with the last `id`.",
        "parameters": [{"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}, "description": words("", "cursor")}],
        "responses": {"200": {"description": "The stream.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    }
}  # fmt: skip


class API(NinjaAPI):
    """NinjaAPI with a fuller description."""

    def get_openapi_schema(self, **more: Any) -> Any:
        """The description, every part in words."""
        found = super().get_openapi_schema(**more)
        shapes = found["components"]["schemas"]
        for shape, facts in shapes.items():
            for field, about in facts.get("properties", {}).items():
                about["description"] = words(shape, field)
        shapes["Problem"] = PROBLEM
        found["components"]["securitySchemes"] = {
            "token": {"type": "http", "scheme": "bearer", "description": "`yavar user token NAME --scope …`, or Settings, API tokens."}
        }
        found["security"] = [{"token": []}]
        doors = self._doors()
        for path, methods in found["paths"].items():
            for method, operation in methods.items():
                _complete(path, method, operation, doors[operation["operationId"]])
        found["paths"]["/api/v1/stream"] = STREAM
        return found

    def _doors(self) -> dict[str, Any]:
        operations = (op for _prefix, router in self._routers for view in router.path_operations.values() for op in view.operations)
        return {op.operation_id or "": op.view_func for op in operations}


def _complete(path: str, method: str, operation: dict[str, Any], door: Any) -> None:
    operation["x-needs"] = door.needs
    operation.pop("security", None)
    for parameter in operation.get("parameters", []):
        parameter["description"] = words("", parameter["name"])
    if method != "get" and door.repeatable:
        operation.setdefault("parameters", []).append(IDEMPOTENCY)
        if path.startswith("/api/v1/conversations/{id}"):
            operation["parameters"].append(IF_MATCH)
    operation["responses"]["default"] = {"description": "A problem.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
