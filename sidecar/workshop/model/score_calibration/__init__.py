"""`model calibrate`: a model folder's temperature and bias, so that scores are probabilities.

    calibrating   the whole run, from judged collections to the manifest
    judged_pairs  pairs of the collections' pools, and unrelated ones
    outcome       how right the scores are, before and after
    tables        on the screen

`rerank-sidecar calibrate` does the same for a profile by a user's own judgements. Both fit and
measure by `sidecar.workshop.calibrating`.
"""
