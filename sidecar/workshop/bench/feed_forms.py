"""A product of the demo as platforms export it: options, variants, attribute lists, offers."""

from collections.abc import Callable, Mapping
from typing import Any

Record = dict[str, Any]
SIZES = ("S", "M", "L", "XL")


def shopify(product: Mapping[str, Any]) -> Record:
    """As the Admin API has it: four variants of twenty keys each."""
    number = _number(product)
    color = product["attributes"].get("color", "black")
    return {
        "id": number,
        "title": product["title"],
        "body_html": f"<p>{product['description']}</p>",
        "vendor": product["brand"],
        "product_type": product["category"],
        "created_at": "2024-03-02T11:15:47-05:00",
        "handle": product["title"].lower().replace(" ", "-"),
        "updated_at": "2024-05-02T11:15:47-05:00",
        "published_at": "2024-03-05T11:15:47-05:00",
        "status": "active",
        "tags": f"{color}, new",
        "variants": [
            {
                "id": number * 10 + place,
                "product_id": number,
                "title": f"{color} / {size}",
                "price": f"{product['price']:.2f}",
                "position": place + 1,
                "inventory_policy": "deny",
                "compare_at_price": f"{product['price'] * 1.2:.2f}",
                "option1": color,
                "option2": size,
                "option3": None,
                "created_at": "2024-03-02T11:15:47-05:00",
                "updated_at": "2024-05-02T11:15:47-05:00",
                "taxable": True,
                "barcode": f"4012200{number % 1_000_000:06d}",
                "fulfillment_service": "manual",
                "grams": 567,
                "inventory_management": "shopify",
                "requires_shipping": True,
                "sku": f"AB-{number % 10_000}-{size}",
                "weight": 0.567,
                "weight_unit": "kg",
                "inventory_item_id": number * 100 + place,
                "inventory_quantity": place * int(product["in_stock"]),
            }
            for place, size in enumerate(SIZES)
        ],
        "options": [
            {"id": 1, "product_id": number, "name": "Color", "position": 1, "values": [color]},
            {"id": 2, "product_id": number, "name": "Size", "position": 2, "values": [*SIZES]},
        ],
        "images": [
            {
                "id": number * 7 + place,
                "product_id": number,
                "position": place + 1,
                "alt": None,
                "width": 1200,
                "height": 1200,
                "src": f"https://cdn.example.com/files/{number}/{place}.jpg",
                "variant_ids": [],
            }
            for place in range(2)
        ],
    }


def magento(product: Mapping[str, Any]) -> Record:
    """As the REST API has it: one list of attributes with their codes."""
    custom = {
        "description": f"<p>{product['description']}</p>",
        "manufacturer": product["brand"],
        **product["attributes"],
        "special_price": f"{product['price'] * 0.9:.4f}",
        "url_key": product["title"].lower().replace(" ", "-"),
        "image": "/t/r/image.jpg",
        "small_image": "/t/r/image_small.jpg",
        "thumbnail": "/t/r/thumbnail.jpg",
        "options_container": "container2",
        "required_options": "0",
        "has_options": "1",
        "tax_class_id": "2",
        "category_ids": ["3", "14"],
        "meta_title": product["title"],
    }
    return {
        "id": _number(product),
        "sku": f"AB-{_number(product) % 10_000}",
        "name": product["title"],
        "attribute_set_id": 4,
        "price": product["price"],
        "status": 1,
        "visibility": 4,
        "type_id": "configurable",
        "created_at": "2024-03-02 11:15:47",
        "updated_at": "2024-05-02 11:15:47",
        "weight": 0.5,
        "extension_attributes": {
            "website_ids": [1],
            "category_links": [{"position": 0, "category_id": "3"}],
            "stock_item": {
                "item_id": 1,
                "product_id": _number(product),
                "stock_id": 1,
                "qty": 3,
                "is_in_stock": product["in_stock"],
                "is_qty_decimal": False,
                "use_config_min_qty": True,
                "min_qty": 0,
                "backorders": 0,
            },
        },
        "product_links": [],
        "options": [],
        "media_gallery_entries": [
            {"id": 1, "media_type": "image", "label": None, "position": 1, "disabled": False}
        ],
        "custom_attributes": [
            {"attribute_code": code, "value": value} for code, value in custom.items()
        ],
    }


def schema_org(product: Mapping[str, Any]) -> Record:
    """As JSON-LD of a page: offers, a rating, additional properties."""
    state = "InStock" if product["in_stock"] else "OutOfStock"
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product["title"],
        "description": product["description"],
        "brand": {"@type": "Brand", "name": product["brand"]},
        "category": product["category"],
        "sku": f"AB-{_number(product) % 10_000}",
        "image": ["https://example.com/a.jpg", "https://example.com/b.jpg"],
        "offers": [
            {
                "@type": "Offer",
                "url": "https://example.com/p",
                "price": f"{product['price'] + place:.2f}",
                "priceCurrency": product["currency"],
                "itemCondition": "https://schema.org/NewCondition",
                "availability": f"https://schema.org/{state}",
                "seller": {"@type": "Organization", "name": "A shop"},
            }
            for place in range(2)
        ],
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": product["rating"],
            "reviewCount": 89,
        },
        "additionalProperty": [
            {"@type": "PropertyValue", "name": name, "value": value}
            for name, value in product["attributes"].items()
        ],
    }


def _number(product: Mapping[str, Any]) -> int:
    """An identifier that is the product's own and the same in each run."""
    return 600_000_000 + sum(place * ord(sign) for place, sign in enumerate(product["title"], 1))


FORMS: Mapping[str, Callable[[Mapping[str, Any]], Record]] = {
    "shopify": shopify,
    "magento": magento,
    "schema-org": schema_org,
}
