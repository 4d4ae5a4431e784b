"""The profiles that a search may name: the shipped ones and those of a folder."""

from sidecar.profiles.loading import Profiles, read_profile, with_weights

__all__ = ["Profiles", "read_profile", "with_weights"]
