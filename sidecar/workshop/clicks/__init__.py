"""From clicks to graded judgements: what users of a search did, read by a click model.

ubi               records of User Behavior Insights 1.3
record_files      reads them from JSON lines
cluster_records   reads them from the indices of the search engine's plugin
reading           counts lines that are no records
event_log         queries and events in columns
actions           which events count as what

assembling        from queries and events to searches that count:
  exposures         which searches there were, and what they showed
  interactions      clicks and later actions, put on what was shown
  rules             which events and searches do not count; rule_effects applies them
searches          the noun: searches with what they showed and what was clicked

judging           from searches to grades:
  impressions       rows, cells and lists, as the click models count them
  position_based    the position-based model (PBM)
  dynamic_bayesian  the dynamic Bayesian model (DBN)
  fixed_point       EM in a fraction of its steps
  estimates         relevance with intervals and effective sample sizes
  grading           grades by thresholds and by later actions
  inverse_propensity  clicks weighted by how often their position is examined

examination_file  examination by position, to weight pairs by inverse propensity
estimates_file    every pair with its estimates
summary           the tables on the screen
run               all of it, for the command line
choices           the command line's choices by name
"""
