"""All keys in force, and the one that a request brought."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from sidecar.access.api_key import ANONYMOUS, ApiKey, Scope, digest_of
from sidecar.errors import Forbidden, Unauthorized


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys, and what they guard."""

    keys: tuple[ApiKey, ...] = ()
    guarded: frozenset[Scope] = frozenset()
    """What no request may do without a key."""

    def has(self, scope: Scope) -> bool:
        """Whether a key has the scope, even one that has expired."""
        return any(scope in key.scopes for key in self.keys)

    def authorize(self, sent: Iterable[bytes], scope: Scope, now: datetime) -> ApiKey:
        """The first key of those sent that has the scope; ANONYMOUS where the scope is not guarded
        and no such key was sent.

        Raises Unauthorized when none of those sent is a key that is good at `now`, and Forbidden
        when they are keys without the scope.
        """
        known = [key for each in sent if (key := self._known(each)) is not None]
        good = [key for key in known if not key.expired(now)]
        for key in good:
            if scope in key.scopes:
                return key
        if scope not in self.guarded:
            return ANONYMOUS
        if good:
            raise Forbidden(f"the API key {good[0].name} has no scope `{scope}`", scope=scope)
        if known:
            raise Unauthorized(f"the API key {known[0].name} has expired")
        raise Unauthorized("the API key is missing or wrong")

    def _known(self, sent: bytes) -> ApiKey | None:
        """The key of these bytes, exactly. All are compared, each in constant time, so that the
        time does not show which one was close or where it is in the file."""
        digest = digest_of(sent)
        found = None
        for key in self.keys:
            if compare_digest(digest, key.digest):
                found = key
        return found
