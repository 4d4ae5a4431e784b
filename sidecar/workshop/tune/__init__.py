"""`rerank-sidecar tune`: measures which layout is fastest on this machine, and keeps it.

tuning             a TuneSpec -> a Report; the winner goes into its file (runtime/tuned_layouts)
candidates         machine -> the layouts worth trying
pair_source        the pairs that are scored
trial              a layout at work, timed
measurement        trials beside the default layout: screening, final, other engines
paired_comparison  two trials' rates -> a Gain: is one faster beyond the noise?
contention         how long threads waited for cores that other processes used
alternatives       the model's other graphs and runtimes, which the settings could name
layout_tables      a Report -> the screen
"""
