"""What came of experiments: the log of two-stage search, read back and analysed.

records     what was shown to whom, by which arm
searches    records -> searches of units that are in one arm, what users did, whose the credit is
log_faults  what is wrong with a log, a line each

analysis    from a file and a log to everything below; stops arms
sequential  tests and intervals that hold whenever one looks
lift        of a split: means over searches, arm against control
preference  of interleaving: signs
allocation  whether the arms are as large as their shares say
guardrails  troubles that stop an arm

outcome_tables, outcome_report  for the terminal, as JSON

The experiments themselves are in `mappings.experiments`.
"""
