"""Hits that a model has scored once, part by part, beside their judgements.

    hits to parts
inputs            judgements and candidates from the files that a command names
profile_source    the profile that scores them
judged_documents  candidates from a folder of judged documents
judged_hits       JudgedHits: those of the candidates that are scored
scoring           candidates -> scored queries, by the model in this process
probe             what each part would be at weight 1
scored_query      ScoredQuery, and the file that keeps them

    what fits and calibrations read; pure
judged_parts      JudgedParts: judged pairs as arrays
assembling        scored queries and judgements -> JudgedParts
weighted          Weights, and the logits under them
ndcg              nDCG of many queries at once
folds             folds of queries

    what they write
profile_text      a profile that extends another
proof             the file against the prediction, through the service's path
"""
