"""The fault of a profile's file."""

import pytest

from sidecar.errors import ProfileError
from sidecar.profiles import read_profile


def fault(text: str) -> str:
    with pytest.raises(ProfileError) as caught:
        read_profile(text, "shoes.yaml")
    assert caught.value.message.startswith("shoes.yaml: ")
    return caught.value.message.removeprefix("shoes.yaml: ")
