"""What a profile reads of the documents of one search, for the playground: the same facts as
`rerank-sidecar profile check` has for a file."""

import asyncio
from collections import Counter
from typing import Any

from aiohttp import web

from sidecar.contracts.numbers import dumps
from sidecar.contracts.readings import ReadingsBody
from sidecar.contracts.validation import parse, validate
from sidecar.http.keys import SERVICE
from sidecar.http.request_body import read_body
from sidecar.profile import Profile
from sidecar.profiles.coverage import FieldCoverage, SignalCoverage, coverage
from sidecar.profiles.readings import ProfileReadings
from sidecar.request import Document


async def readings(request: web.Request) -> web.Response:
    """The readings of a search's documents, made off the event loop.

    Key and limits are those of the rerank routes. Raises NotReady while the model is being loaded,
    and what `read_body` and a wrong body raise.
    """
    service = request.app[SERVICE]
    profiles = service.models.config.profiles
    raw = await read_body(request)

    def answer() -> bytes:
        max_documents = service.settings.max_documents
        search = validate(ReadingsBody, parse(raw), max_documents=max_documents)
        return dumps(_readings(profiles.get(search.profile), search.documents))

    body = await asyncio.to_thread(answer)
    return web.Response(
        body=body, content_type="application/json", headers={"Cache-Control": "no-store"}
    )


def _readings(profile: Profile, documents: list[Document]) -> dict[str, Any]:
    """Lists, not objects, where a key would be a document's text: a page must keep its order."""
    whole = coverage(map(ProfileReadings(profile).of, documents), profile.fields)
    return {
        "documents": whole.documents,
        "without_fields": whole.without_fields,
        "fields": [_field(name, each) for name, each in whole.fields.items()],
        "ignored": _counted(whole.ignored),
    }


def _field(name: str, field: FieldCoverage) -> dict[str, Any]:
    return {
        "name": name,
        "found": field.found,
        "spellings": _counted(field.spellings),
        "readings": [_reading(by, each) for by, each in field.signals.items()],
    }


def _reading(by: str, signal: SignalCoverage) -> dict[str, Any]:
    return {
        "by": by,
        "certain": signal.certain,
        "says": _counted(signal.says),
        "unread": signal.unread,
        "examples": signal.examples,
    }


def _counted(counter: Counter[str]) -> list[dict[str, Any]]:
    return [{"text": text, "count": count} for text, count in counter.most_common()]
