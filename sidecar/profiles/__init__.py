"""The profiles that a search may name: the shipped ones and those of a folder.

loading      the files: read, checked, by name
inheritance  a profile that extends another
readings     what a profile reads of a document, for people
coverage     the same over many documents
json_schema  the schema of a profile's file, for editors
references   the fields, constraints and extractors that a profile names but does not have
weights      a profile with the weights that a search sends

What a profile holds is in `sidecar.profile`.
"""

from sidecar.profiles.loading import Profiles, read_profile
from sidecar.profiles.weights import with_weights

__all__ = ["Profiles", "read_profile", "with_weights"]
