"""Documents to passages, and what a text says. Pure.

field_profile    how a profile has fields read
read             a document's fields under the profile's names
parse            fields from strings of JSON, YAML or lines
broken_json      pieces of JSON that no parser reads
wrappings        what stands around the fields
document_keys    which keys of a document hold which field
field_places     where a document with given keys has which field, and how it is read there
spelling         the same key in other spellings
field_spellings  a field's spellings, and what each says of its values
field_values     a field's value, as its profile asks for it
sale_periods     when a reduced price counts
objects          objects that say one thing: a name, a text, a value per language
key_values       lists of attributes as one object
key_sets         what an object's keys say, found out once per set of keys
locales          languages, and how a locale writes numbers and dates
plain_documents  documents without their HTML
html             the text of HTML
offsets          where a text without markup stands in its original
compose          fields -> the passage that the model reads
tag_pairs        spans of HTML that cut no element apart
boundaries       where sections, paragraphs and sentences begin
windows          a long text -> windows, and which of them are scored
long_documents   the windows' logits -> the document's

vocabularies     words of many languages: the files of `mappings`, checked
folding          texts in one spelling, in which words are compared
western          texts of Western Europe, changed sign by sign in one pass
terms            a query's terms, and how much of them a field has
folded_texts     a query's terms in all documents' texts at once
bm25f            documents scored by their terms, without a model
tidy             one spelling of a text, for signals
query            what a query demands: prices, colours, courts, ... (a package)
values, prices   a field's value as a number, as prices
price_texts      a price as shops write it
ratings          ratings of five stars
money            amounts of money and their currencies
bounds           the words that make a number a bound: under, bis, 以下
dates            a field's value as a point in time, a year
validity         whether a status says that a law or a decision no longer counts
case_names       the names of cases, and whether a query holds one
stock            whether a field says that a thing can be bought
stated           the values that an object states about itself
units            quantities in a text
unit_lookalikes  what looks like a unit and is none
unit_table       the units, how they convert, their spellings
assumed_units    numbers whose unit is not written: 60 x 80, width: 36
agreement        whether stated quantities agree with the requested ones
citations        legal citations in a text (a package)
numerals         one plain form of written numbers; Chinese and Roman numbers
"""
