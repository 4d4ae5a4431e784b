"""The shipped model's own training data: groups from the collections of a data folder.

collections   the collections, their licences, and what is held out
legal         policies and contracts
products      catalogues: attributes, offers
phrases       short product searches that a teacher judges
mixture       how many groups of each
pools         what a first stage finds in each, for `model fit-head` and `model calibrate`
pool_collections  these as judged collections
tables        the word and reporter tables of sidecar/text, counted over the collections
"""
