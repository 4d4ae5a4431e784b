"""Random requests to every route: bodies by the schema, and known bodies that are damaged. Pure.

schema    values that /openapi.json describes, small, with odd texts and numbers among them
mutated   a golden file's body of some dialect, changed at a few places
bytes     such a body as JSON, then cut, flipped or filled with other bytes
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

TEXTS = (
    *("red shoes", "", " ", "a" * 300, "Straße", "東京タワー", "\u0000", "\ud7ff", "😀" * 9),
    *("null", "{}", '{"query": "x"}', "---\ntitle: x", "title: x", "-1", "NaN", "true", "\u202e"),
    *("<p>a <b>red</b> shoe</p>", "price: 12,99 €", "§ 433 BGB", "under 50 euro", "../../etc"),
)
NUMBERS = (0, 1, -1, 2, 3, 0.5, -0.0, 1e-320, 1e308, 2**31, 2**53 + 1, -(2**63), 2**64 - 1, 1000)
SCALARS: tuple[object, ...] = (*TEXTS, *NUMBERS, None, True, False)
KEYS = (
    *("query", "documents", "texts", "input", "passages", "top_n", "profile", "fields", "context"),
    *("long", "deadline_ms", "explain", "shapley", "min_score", "on_deadline", "on_failure"),
    *("priority", "order", "raw_scores", "return_documents", "model", "relevant_spans", "text"),
)
PROFILES = ("plain", "ecommerce", "legal", "none")
MAX_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Shot:
    """One request."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Bodies:
    """Shots by the service's OpenAPI document and by known bodies."""

    def __init__(
        self, document: Mapping[str, Any], known: Sequence[tuple[str, Mapping[str, Any]]]
    ) -> None:
        """`document` is bounded (`bounded`); `known` are (path, body)."""
        self._schemas = document["components"]["schemas"]
        self._posts = {
            path: item["post"]["requestBody"]["content"]["application/json"]["schema"]
            for path, item in document["paths"].items()
            if "post" in item
        }
        self._gets = [path for path, item in document["paths"].items() if "get" in item]
        self._known = known

    def shot(self, rng: random.Random) -> Shot:
        """The next one."""
        kind = rng.random()
        if kind < 0.02:
            return Shot("GET", _filled(rng.choice(self._gets), rng), b"")
        if kind < 0.45:
            path, schema = rng.choice(list(self._posts.items()))
            body = orjson.dumps(_plausible(self._value(schema, rng), rng))
        else:
            path, known = rng.choice(self._known)
            if rng.random() < 0.1:
                path = rng.choice(list(self._posts))
            raw = _mutated(known, rng)
            try:
                body = orjson.dumps(raw)
            except TypeError:  # an integer beyond 64 bits
                body = b"{}"
            if kind > 0.85:
                body = _damaged(body, rng)
        query = "?query=json" if rng.random() < 0.03 else ""
        return Shot("POST", _filled(path, rng) + query, body, _headers(rng))

    def _value(self, schema: Mapping[str, Any], rng: random.Random, depth: int = 0) -> object:
        """A value that the schema describes, or now and then one that it does not."""
        if rng.random() < 0.02 or depth > MAX_DEPTH:
            return rng.choice(SCALARS)
        if "$ref" in schema:
            return self._value(self._schemas[schema["$ref"].rsplit("/", 1)[1]], rng, depth)
        for key in ("anyOf", "oneOf"):
            if key in schema:
                return self._value(rng.choice(schema[key]), rng, depth + 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return rng.choice(schema["enum"])
        kinds = schema.get("type", "object" if "properties" in schema else "string")
        match rng.choice(kinds) if isinstance(kinds, list) else kinds:
            case "object":
                return self._object(schema, rng, depth)
            case "array":
                return self._array(schema, rng, depth)
            case "string":
                return rng.choice(TEXTS)
            case "integer":
                low, high = schema.get("minimum", -2), schema.get("maximum", 1000)
                return rng.randint(int(low), int(min(high, low + 1000)))
            case "number":
                return rng.choice((rng.random(), *NUMBERS))
            case "boolean":
                return rng.random() < 0.5
            case _:
                return None

    def _object(self, schema: Mapping[str, Any], rng: random.Random, depth: int) -> object:
        required = set(schema.get("required", ()))
        made = {
            name: self._value(part, rng, depth + 1)
            for name, part in schema.get("properties", {}).items()
            if name in required or rng.random() < 0.25
        }
        other = schema.get("additionalProperties")
        if isinstance(other, Mapping):
            for _ in range(rng.randrange(3)):
                made[rng.choice(("title", "price", "brand", "a"))] = self._value(
                    other, rng, depth + 1
                )
        return made

    def _array(self, schema: Mapping[str, Any], rng: random.Random, depth: int) -> object:
        if "prefixItems" in schema:
            return [self._value(part, rng, depth + 1) for part in schema["prefixItems"]]
        count = rng.randint(schema.get("minItems", 0), 4)
        return [self._value(schema.get("items", {}), rng, depth + 1) for _ in range(count)]


def _plausible(body: object, rng: random.Random) -> object:
    """Mostly with a profile that exists: chance seldom hits its name."""
    if isinstance(body, dict) and "profile" in body and rng.random() < 0.9:
        body["profile"] = rng.choice(PROFILES)
    return body


def _filled(path: str, rng: random.Random) -> str:
    return (
        path.replace("{profile}", rng.choice(PROFILES))
        .replace("{model}", rng.choice(("m", "nvidia/m", "%00", "a" * 200)))
        .replace("{id}", rng.choice(("m", "x%2Fy")))
        .replace("{file}", rng.choice(("main.js", "..%2f..%2fx")))
    )


def _headers(rng: random.Random) -> dict[str, str]:
    if rng.random() < 0.9:
        return {}
    name, values = rng.choice(
        (
            ("X-Rerank-Profile", PROFILES),
            ("X-Rerank-Fields", ('{"title": 2}', "{", "[]", "null", '{"title": "x"}')),
            ("X-Rerank-Context", ("{}", '{"now": 1}', "1", "{}}")),
            ("X-Rerank-Explain", ("true", "1", "maybe")),
            ("X-Rerank-Min-Score", ("0.5", "-1", "nan")),
            ("X-Rerank-On-Deadline", ("partial", "error", "x")),
            ("X-Rerank-On-Failure", ("lexical", "order", "x")),
            ("X-Rerank-Priority", ("batch", "interactive", "7", "x")),
            ("X-Request-Deadline-Ms", ("1", "20", "0", "1e3", "999999999")),
            ("Content-Encoding", ("gzip", "deflate", "br", "identity")),
            ("Content-Type", ("text/plain", "application/x-www-form-urlencoded", "x")),
            ("x-request-id", ("ok", "bad id", "a" * 500)),
        )
    )
    return {name: rng.choice(values)}


def _mutated(body: Mapping[str, Any], rng: random.Random) -> object:
    mutated: Any = orjson.loads(orjson.dumps(body))
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        mutated = _changed(mutated, rng)
    return mutated


def _changed(value: Any, rng: random.Random) -> Any:
    """The value with a change somewhere in it."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        match rng.randrange(8):
            case 0:
                del value[key]
            case 1:
                value[rng.choice(KEYS)] = rng.choice(SCALARS)
            case 2:
                value[rng.choice(KEYS)] = value[key]
            case 3:
                value[str(rng.choice(TEXTS))] = {"a": [value[key]]}
            case _:
                value[key] = _changed(value[key], rng)
        return value
    if isinstance(value, list) and value and rng.random() < 0.9:
        at = rng.randrange(len(value))
        match rng.randrange(6):
            case 0:
                del value[at]
            case 1:
                value.insert(at, rng.choice(SCALARS))
            case 2:
                value *= rng.randint(2, 5)
            case _:
                value[at] = _changed(value[at], rng)
        return value
    match rng.randrange(6):
        case 0:
            return [value]
        case 1:
            return {"text": value}
        case 2:
            return {rng.choice(KEYS): value}
        case 3 if isinstance(value, str):
            return value + rng.choice(TEXTS)
        case _:
            return rng.choice(SCALARS)


def _damaged(body: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(body) + 1)
    match rng.randrange(6):
        case 0:
            return body[:at]
        case 1:
            return body[:at] + rng.randbytes(rng.randrange(1, 5)) + body[at:]
        case 2:
            return body[:at] + body[at + 1 :]
        case 3:
            return body + body
        case 4:
            depth = rng.choice((50, 300, 5000))
            return b'{"query":' + b"[" * depth + b"]" * depth + b"}"
        case _:
            return body.replace(b'"', rng.choice((b"'", b'\\ud83d"', b'\xff"')), 2)
