"""Wire dialects: bytes <-> the nouns of `sidecar.request`. Pure.

A dialect is one file with one object of type `Dialect`; `routes.choose` picks it by the path and
the body's keys. Adding one: its file, its row in `routes.py`, its folder under tests/golden/.
"""
