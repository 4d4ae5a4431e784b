"""One shoe as shops' platforms write it, by the profile that is made for the platform.

Each form has the same facts: title, brand, category, colour, material, sizes, price (reduced from
129), stock, SKU and GTIN.
"""

from typing import Any

MERCHANT = {
    "g:id": "PG-TRAIL-42",
    "g:mpn": "PG-TRAIL-42",
    "g:title": "Trail shoe Ridge",
    "g:description": "Grips on wet rock.",
    "g:brand": "Corva",
    "g:product_type": "Shoes > Trail shoes",
    "g:color": "Teal",
    "g:material": "Leather",
    "g:size": "42",
    "g:price": "129.00 USD",
    "g:sale_price": "89.00 USD",
    "g:availability": "in_stock",
    "g:gtin": "4012200328002",
}
SHOPIFY = {
    "id": 632910392,
    "title": "Trail shoe Ridge",
    "body_html": "Grips on wet rock.",
    "vendor": "Corva",
    "product_type": "Shoes > Trail shoes",
    "options": [
        {
            "id": 594680422,
            "product_id": 632910392,
            "name": "Color",
            "position": 1,
            "values": ["Teal"],
        },
        {"id": 594680423, "product_id": 632910392, "name": "Size", "position": 2, "values": ["42"]},
        {
            "id": 594680424,
            "product_id": 632910392,
            "name": "Material",
            "position": 3,
            "values": ["Leather"],
        },
    ],
    "variants": [
        {
            "id": 808950810,
            "product_id": 632910392,
            "title": "Teal / 42 / Leather",
            "price": "89.00",
            "compare_at_price": "129.00",
            "sku": "PG-TRAIL-42",
            "barcode": "4012200328002",
            "option1": "Teal",
            "inventory_quantity": 3,
            "inventory_policy": "deny",
        }
    ],
}
WOOCOMMERCE = {
    "id": 799,
    "name": "Trail shoe Ridge",
    "description": "Grips on wet rock.",
    "brands": [{"id": 9, "name": "Corva", "slug": "corva"}],
    "categories": [
        {"id": 9, "name": "Shoes", "slug": "shoes"},
        {"id": 14, "name": "Trail shoes", "slug": "trail-shoes"},
    ],
    "attributes": [
        {"id": 6, "name": "Color", "position": 0, "visible": True, "options": ["Teal"]},
        {"id": 7, "name": "Size", "position": 1, "visible": True, "options": ["42"]},
        {"id": 8, "name": "Material", "position": 2, "visible": True, "options": ["Leather"]},
    ],
    "price": "89.00",
    "regular_price": "129.00",
    "sale_price": "89.00",
    "stock_status": "instock",
    "stock_quantity": None,
    "sku": "PG-TRAIL-42",
    "global_unique_id": "4012200328002",
}
MAGENTO = {
    "id": 2046,
    "sku": "PG-TRAIL-42",
    "name": "Trail shoe Ridge",
    "price": 129,
    "status": 1,
    "extension_attributes": {"stock_item": {"item_id": 1, "qty": 3, "is_in_stock": True}},
    "categories": [{"id": 9, "name": "Shoes"}, {"id": 14, "name": "Trail shoes"}],
    "custom_attributes": [
        {"attribute_code": "description", "value": "Grips on wet rock."},
        {"attribute_code": "brand", "value": "Corva"},
        {"attribute_code": "color", "value": "Teal"},
        {"attribute_code": "size", "value": "42"},
        {"attribute_code": "material", "value": "Leather"},
        {"attribute_code": "special_price", "value": "89.00"},
    ],
    "gtin": "4012200328002",
}
COMMERCETOOLS = {
    "id": "e7ba4c75-b1bb-483d-94d8-2c4a10f78472",
    "masterData": {
        "current": {
            "name": {"en-US": "Trail shoe Ridge"},
            "description": {"en-US": "Grips on wet rock."},
            "categories": [{"id": "a1b2", "name": "Shoes"}, {"id": "c3d4", "name": "Trail shoes"}],
            "masterVariant": {
                "id": 1,
                "sku": "PG-TRAIL-42",
                "prices": [
                    {
                        "value": {"currencyCode": "USD", "centAmount": 12900, "fractionDigits": 2},
                        "discounted": {"value": {"currencyCode": "USD", "centAmount": 8900}},
                    }
                ],
                "attributes": [
                    {"name": "brand", "value": "Corva"},
                    {"name": "color", "value": {"key": "teal", "label": {"en-US": "Teal"}}},
                    {"name": "size", "value": "42"},
                    {"name": "material", "value": {"key": "leather", "label": "Leather"}},
                    {"name": "ean", "value": "4012200328002"},
                ],
                "availability": {"isOnStock": True, "availableQuantity": 3, "restockableInDays": 0},
            },
        }
    },
}
BIGCOMMERCE = {
    "id": 174,
    "name": "Trail shoe Ridge",
    "description": "Grips on wet rock.",
    "sku": "PG-TRAIL-42",
    "upc": "4012200328002",
    "price": 129,
    "sale_price": 89,
    "calculated_price": 89,
    "inventory_level": 3,
    "brand": {"id": 36, "name": "Corva"},
    "categories": [{"id": 23, "name": "Shoes"}, {"id": 24, "name": "Trail shoes"}],
    "custom_fields": [
        {"id": 6, "name": "Color", "value": "Teal"},
        {"id": 7, "name": "Size", "value": "42"},
        {"id": 8, "name": "Material", "value": "Leather"},
    ],
}
SCHEMA_ORG = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebPage", "name": "Trail shoes"},
        {
            "@type": "Product",
            "name": "Trail shoe Ridge",
            "description": "Grips on wet rock.",
            "brand": {"@type": "Brand", "name": "Corva"},
            "category": "Shoes > Trail shoes",
            "color": "Teal",
            "material": "Leather",
            "size": {"@type": "SizeSpecification", "name": "42"},
            "sku": "PG-TRAIL-42",
            "gtin13": "4012200328002",
            "offers": {
                "@type": "Offer",
                "price": "89.00",
                "priceCurrency": "USD",
                "availability": "https://schema.org/InStock",
            },
        },
    ],
}
AKENEO = {
    "identifier": "PG-TRAIL-42",
    "categories": ["Shoes", "Trail shoes"],
    "values": {
        "name": [{"locale": "en_US", "scope": None, "data": "Trail shoe Ridge"}],
        "description": [{"locale": "en_US", "scope": None, "data": "Grips on wet rock."}],
        "brand": [{"locale": None, "scope": None, "data": "Corva"}],
        "color": [{"locale": None, "scope": None, "data": "Teal"}],
        "material": [{"locale": None, "scope": None, "data": "Leather"}],
        "size": [{"locale": None, "scope": None, "data": "42"}],
        "price": [
            {"locale": None, "scope": None, "data": [{"amount": "89.00", "currency": "USD"}]}
        ],
        "ean": [{"locale": None, "scope": None, "data": "4012200328002"}],
        "in_stock": [{"locale": None, "scope": None, "data": True}],
    },
}

FORMS: dict[str, dict[str, Any]] = {
    "google-merchant": MERCHANT,
    "shopify": SHOPIFY,
    "woocommerce": WOOCOMMERCE,
    "magento": MAGENTO,
    "schema-org": SCHEMA_ORG,
    "commercetools": COMMERCETOOLS,
    "bigcommerce": BIGCOMMERCE,
    "akeneo": AKENEO,
}
OWN_PROFILES = ("google-merchant", "shopify", "woocommerce", "magento", "schema-org")
