"""`rerank-sidecar calibrate`: scores that are probabilities, by judgements.

calibrate          the whole run, from files to a profile
kept_pairs         the judged pairs, kept for another model

    pure
logistic           temperature and bias
reliability        the expected calibration error
cross_calibration  a calibration's worth on queries that it was not fitted on
threshold          the score from which on documents are relevant often enough

tables             on the screen
diagram            the reliability diagram as SVG or PNG
"""
