"""What came of experiments: the log of two-stage search, read back.

records  what was shown to whom, by which arm
credit   clicks on interleaved hits, by team

The experiments themselves are in `mappings.experiments`.
"""
