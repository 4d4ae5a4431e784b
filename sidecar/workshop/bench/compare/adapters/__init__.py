"""Scripts that run in the contenders' own environments: `driver.py` and one adapter each.

They import nothing of ours (but for `with_sidecar.py`), and no other file imports them.
"""
