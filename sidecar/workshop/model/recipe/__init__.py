"""The shipped model's own training data: Groups from the collections of the data folder.

collections   what is there, its licences, what is held out
legal         policies and contracts
products      catalogues: attributes, offers
phrases       short product searches that a teacher judges
mixture       how many Groups of each
"""
