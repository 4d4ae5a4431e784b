"""Codes of jurisdictions that are the whole of a field: CA, N.Y., US-CA, GB-SCT, DE.

Of two letters some are a state's and a country's: CA is California and Canada, IN is Indiana and
India, DE is Delaware and Germany. They are read as both.
"""

import re

_STATES = {
    **{"AL": "alabama", "AK": "alaska", "AZ": "arizona", "AR": "arkansas", "CA": "california"},
    **{"CO": "colorado", "CT": "connecticut", "DE": "delaware", "DC": "district of columbia"},
    **{"FL": "florida", "GA": "georgia", "HI": "hawaii", "ID": "idaho", "IL": "illinois"},
    **{"IN": "indiana", "IA": "iowa", "KS": "kansas", "KY": "kentucky", "LA": "louisiana"},
    **{"ME": "maine", "MD": "maryland", "MA": "massachusetts", "MI": "michigan"},
    **{"MN": "minnesota", "MS": "mississippi", "MO": "missouri", "MT": "montana"},
    **{"NE": "nebraska", "NV": "nevada", "NH": "new hampshire", "NJ": "new jersey"},
    **{"NM": "new mexico", "NY": "new york", "NC": "north carolina", "ND": "north dakota"},
    **{"OH": "ohio", "OK": "oklahoma", "OR": "oregon", "PA": "pennsylvania", "RI": "rhode island"},
    **{"SC": "south carolina", "SD": "south dakota", "TN": "tennessee", "TX": "texas"},
    **{"UT": "utah", "VT": "vermont", "VA": "virginia", "WA": "washington"},
    **{"WV": "west virginia", "WI": "wisconsin", "WY": "wyoming"},
}
"""The postal codes of the United States."""
_COUNTRIES = {
    **{"US": "us", "GB": "uk", "UK": "uk", "EU": "eu", "DE": "germany", "AT": "austria"},
    **{"CH": "switzerland", "FR": "france", "IT": "italy", "ES": "spain", "PT": "portugal"},
    **{"NL": "netherlands", "BE": "belgium", "IE": "ireland", "PL": "poland", "SE": "sweden"},
    **{"DK": "denmark", "CN": "china", "HK": "hong kong", "JP": "japan", "SG": "singapore"},
    **{"MY": "malaysia", "IN": "india", "CA": "canada", "AU": "australia", "NZ": "new zealand"},
    **{"ZA": "south africa", "BR": "brazil", "MX": "mexico"},
}
"""ISO 3166-1, and EU and UK, of the countries that the vocabulary has."""
_PARTS = {
    **{"GB-ENG": "england", "GB-SCT": "scotland", "GB-WLS": "wales", "GB-NIR": "northern ireland"},
    **{"CA-ON": "ontario", "CA-QC": "quebec", "CA-BC": "british columbia", "CA-AB": "alberta"},
    **{"AU-NSW": "new south wales", "AU-VIC": "victoria", "AU-QLD": "queensland"},
}
"""ISO 3166-2."""
_CODE = re.compile(r"([A-Z])\.?\s?([A-Z])\.?|([A-Z]{2})-([A-Z]{2,3})")


def in_full(text: str) -> str:
    """The names of a text that is nothing but a code; every other text as it is."""
    if len(text) > 6 or not (match := _CODE.fullmatch(text)):
        return text
    if match[3]:
        if match[3] == "US":
            return _STATES.get(match[4], "us")
        return _PARTS.get(text) or _COUNTRIES.get(match[3], text)
    code = match[1] + match[2]
    names = [table[code] for table in (_STATES, _COUNTRIES) if code in table]
    return "; ".join(names) or text
