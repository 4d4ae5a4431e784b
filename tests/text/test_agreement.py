"""What a query requests against what a field states, in any notation and unit."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.agreement import QuantityRange, agreement
from sidecar.text.assumed_units import stated_quantities
from sidecar.text.query.quantity import requested_quantities
from sidecar.text.units import Quantity


def agreed(query: str, text: str) -> float:
    requested = requested_quantities(query)
    dimensions = frozenset(each.dimension for each in requested)
    return agreement(requested, stated_quantities(text, dimensions))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("1/4 inch drill bit", "Drill bit 6.35 mm"),
        ("1/4 inch drill bit", "Drill bit 1/4 inch"),
        ("1-1/2 in. pipe", "Pipe 1-1/2 in."),
        ("1 1/2 inch pipe", "Pipe 1½ inch"),
        ('1½" pipe', "pipe 1.5 inch"),
        ("8½ inch", '8 1/2"'),
        ("5'6\" fishing rod", "Rod 5'6\""),
        ("5 ft 6 in rod", "Rod 66 inches"),
        ("5’6” rod", "168 cm rod"),
        ("sleeping bag -10°C", "Sleeping bag −10 °C"),
        ("sleeping bag 14°F", "Sleeping bag -10 °C"),
        ("9000 btu ac", "AC 9,000 BTU/h"),
        ("800 lumen bulb", "Bulb 806 lm"),
        ("m8 x 40 bolt", "Bolt M8 x 40 mm"),
        ("queen mattress 60 x 80", 'Mattress 60" x 80"'),
        ("mattress 60x80", "mattress 152 x 203 cm"),
        ("mattress 90x200", "mattress 90 x 200 cm"),
        ("rug 8x10", "rug 8' x 10'"),
        ("1000 thread count sheets", "Sheets 1000TC"),
        ("10 ft cord", "cord 3 m"),
        ("3 ft cable", "cable 90 cm"),
        ("24 inch monitor", "60 cm monitor"),
        ("36 inch vanity", "overallwidth-sidetoside:36|topmaterial:marble"),
        ("36 inch vanity", "width_cm: 91, weight: 12"),
        ("90 cm tisch", "Breite (cm): 90"),
        ("spring water 1.5 l", "6 x 1,5 L"),
        ("12 fl oz", "355 ml"),
        ("16 oz", "1 lb"),
        ("1 gallon", "3.8 l"),
        ("55 zoll tv", "139 cm"),
        ("55 zoll fernseher", 'TV 55"'),
        ("12v", "12/24V charger"),
        ("24v", "12/24V charger"),
        ("16gb", "16/32GB"),
        ("usb 3 m", "USB-Kabel 3 Meter"),
        ("500毫升 水壶", "水壶 500ml"),
        ("55寸电视", "55英寸"),
        ("2リットル", "2L"),
        ("2 kg or less", "1.5 kg"),
        ("under 2 kg", "Gewicht: 1.5 kg"),
        ("moins de 2 kg", "1,5 kg"),
        ("32 inch tv", "screen size: 32"),
        ("16 go ram", "16 GB"),
        ("0.7 cu ft microwave", "0.7 cubic feet"),
        ("40 denier tights", "40 den"),
        ("60W bulb", "60 watts"),
        ("2 x 16gb", "16 GB"),
        ("750 ml", "0,75 l"),
        ("1 tb ssd", "1000 GB"),
        ("20-30 cm", "25 cm"),
        ("12 inch", "12''"),
        ("6ft hdmi", "1.8 m"),
        ("12 x 12 inch tile", "12 x 12 in"),
        ("tisch 120x80", "Tisch 120 x 80 x 75 cm"),
        ("shelf 30 in", "shelf 30 inches"),
        ("20 lb dumbbell", "9 kg"),
        ("tv 140 cm", "55 inch"),
        ("½ inch", "12.7 mm"),
        ("13mm", "1/2 inch"),
        ('3/8" socket', "3/8 in. socket"),
        ("2 1/2 in screws", "2-1/2 in."),
        ("5 ft 6 in rod", "5'6\""),
        ("6' x 9' rug", "6 x 9 ft"),
        ("6x9 rug", "6 ft x 9 ft"),
        ("5x7 frame", "5 x 7 inch frame"),
        ("60 w bulb", "60W bulb"),
        ("12 v battery", "12V"),
        ("1 qt pot", "1 quart"),
        ("500g coffee", "0.5 kg"),
        ("60x80 cm tischdecke", "60 x 80 cm"),
        ("300 tc sheets", "300 thread count"),
        ("2x4 lumber", "2 in. x 4 in."),
        ("100ml perfume", "3.4 fl oz"),
        ("15.6 inch laptop", "39.6 cm"),
        ("27 inch monitor", "68.6 cm"),
        ("32 inch tv", "80 cm"),
        ("32 inch tv", "81 cm"),
        ("43 inch tv", "108 cm"),
        ("50 inch tv", "126 cm"),
        ("65 inch tv", "164 cm"),
        ("65 inch tv", "163 cm"),
        ("75 inch tv", "189 cm"),
        ("13 inch laptop", "13.3 inch"),
        ("10 lb", "4.5 kg"),
        ("50 lb bag", "22.7 kg"),
        ("1 kg", "2.2 lb"),
        ("2 kg", "4.4 lbs"),
        ("1 l bottle", "1000 ml"),
        ("750ml wine", "75 cl"),
        ("500 ml bottle", "16.9 fl oz"),
        ("64 gb", "64GB"),
        ("1.5 m cable", "5 ft"),
        ("2 m cable", "6.6 ft"),
        ("25 ft hose", "7.5 m"),
        ("50 ft hose", "15 m"),
        ("100 ft hose", "30 m"),
        ("12 inch pan", "30 cm"),
        ("10 inch pan", "25 cm"),
        ("8 inch pan", "20 cm"),
        ("28 cm pan", "11 inch"),
        ("-20 degrees C freezer", "-20°C"),
        ("30°F sleeping bag", "-1 °C"),
        ("12000 BTU", "12,000 btu"),
        ("m6 x 20", "M6x20mm"),
        ("1.75mm pla", "1.75 mm"),
        ("20.000 mah", "20000mAh"),
        ("10 x 10 ft canopy", "10' x 10'"),
        ("10x10 canopy", "10 ft x 10 ft"),
        ("36 x 80 door", "36 in. x 80 in."),
        ("size 8x10", "8x10"),
        ("2 hp motor", "Motor 2 HP"),
        ("3.5 hp treadmill", "Treadmill 3.5hp"),
        ("2 ton hoist", "Hoist 2 tons"),
        ("3-ton floor jack", "3 ton jack"),
        ("1 cup ramekin", "ramekin, 1 cup"),
        ("1000 iu vitamin d", "Vitamin D3 1000 IU"),
        ("three inch brush", 'Brush 3"'),
        ("Five-gallon bucket", "bucket 5 gal"),
        ("250g kaffee", "KAFFEE 250G"),
        ("9 x 12 ft carpet", "Carpet 9' x 12'"),
        ("4' x 6' mat", "mat 4 x 6 ft"),
        ("17 inch laptop", "17.3 inch"),
        ("boys' 6' pole", "pole 6 ft"),
        ("sleeping bag -20 degree", "comfort -20 °C"),
        ("sleeping bag minus 20 degrees", "comfort −20 °F"),
        ("sleeping bag -20 degrees", "-4 °F"),
        ("Schlafsack -20 °C", "bis −20 Grad"),
        ("sac de couchage -10 degrés", "confort -10°C"),
        ("saco de dormir -15 grados", "confort -15ºC"),
        ("sacco a pelo -10 gradi", "comfort -10 gradi Celsius"),
        ("slaapzak -5 graden", "comfort -5 °C"),
        ("saco de dormir -5 graus", "conforto −5 graus"),
        ("睡袋 零下20度", "舒适温度-20℃"),
        ("寝袋 -15度", "快適温度マイナス15度"),
        ("地毯 160x230", "尺寸160x230厘米"),
    ],
)
def test_the_same_measure_in_another_notation_agrees(query: str, text: str) -> None:
    assert agreed(query, text) == 1


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("1/4 inch drill bit", "Drill bit 3/4 inch"),
        ("1-1/2 in. pipe", "Pipe 1/2 in."),
        ("1 1/2 inch pipe", "Pipe 2 1/2 inch"),
        ("5'6\" fishing rod", "Rod 7'"),
        ("sleeping bag -10°C", "Sleeping bag +5 °C"),
        ("9000 btu ac", "AC 12000 BTU"),
        ("800 lumen bulb", "Bulb 470 lm"),
        ("m8 x 40 bolt", "Bolt M8 x 60 mm"),
        ("m8x40", "Bolt M6 x 30"),
        ("queen mattress 60 x 80", 'Mattress 54" x 75"'),
        ("mattress 140x200", "mattress 160 x 200 cm"),
        ("rug 8 by 10", "rug 5 x 8 ft"),
        ("1000 thread count sheets", "Sheets 400 thread count"),
        ("10 ft cord", "cord 5 m"),
        ("9 ft cord", "cord 3 m"),
        ("11 ft cord", "cord 3 m"),
        ("3 ft cable", "cable 2 m"),
        ("25 inch monitor", "60 cm monitor"),
        ("23 inch monitor", "60 cm monitor"),
        ("36 inch vanity", "overallwidth-sidetoside:48|topmaterial:marble"),
        ("90 cm tisch", "breite: 120, höhe: 75"),
        ("spring water 1.5 l", "6 x 50 cl"),
        ("12 fl oz", "330 ml"),
        ("1 lb coffee", "500 g"),
        ("8gb", "16/32GB"),
        ("300 gsm towel", "600 gsm"),
        ("2700 kelvin", "4000 kelvin"),
        ("between 20 and 30 cm", "35 cm"),
        ("6 ft hdmi", "2 m"),
        ("1 l kettle", "1,7 l"),
        ("1/2 inch pipe", "3/4 inch"),
        ('3/8" socket', '1/2" socket'),
        ("6x9 rug", "8' x 10'"),
        ("5x7 frame", "8x10 frame"),
        ("60 w bulb", "100W"),
        ("12 v battery", "24 V"),
        ("8 oz mug", "12 oz"),
        ("500 g flour", "1 kg"),
        ("60x80 cm", "80 x 120 cm"),
        ("5 lb dumbbell", "2.5 kg"),
        ("25 lb", "11 kg"),
        ("512gb ssd", "500 GB"),
        ("1tb", "1024 GB"),
        ("2m cable", "6 ft"),
        ("25 ft hose", "50 ft"),
        ("8 inch pan", "24 cm"),
        ("1600 lumens projector", "3000 lm"),
        ("144hz monitor", "60 Hz"),
        ("3000 psi washer", "2000 PSI"),
        ("m6x20", "M6 x 30 mm"),
        ("3 mm pla", "1.75 mm"),
        ("10 mp camera", "24 MP"),
        ("10x10 canopy", "10x20"),
        ("36x80 door", "30 in. x 80 in."),
        ("6 foot pole", "pole 6'2\""),
        ("6'2\" pole", "6 ft"),
        ("18 inch laptop", "17.3 inch"),
        ("35 inch tv", "34 inch tv"),
        ("1.2 l pan", "1.25 l"),
        ("6 mm drill", "6.1 mm"),
        ("3.6 v battery", "3.7 V"),
        ("9 x 12 ft carpet", "Carpet 8' x 12'"),
        ("2 hp motor", "Motor 3 HP"),
        ("2 ton hoist", "1 ton"),
        ("400 iu vitamin e", "1000 IU"),
        ("three inch brush", "2 inch brush"),
        ("sleeping bag -20 degree", "comfort -5 °C"),
        ("sleeping bag -20 degree", "comfort 20 °C"),
        ("Schlafsack -20 °C", "bis −5 Grad"),
        ("睡袋 零下20度", "-5度"),
    ],
)
def test_a_neighbouring_measure_does_not(query: str, text: str) -> None:
    assert agreed(query, text) == -1


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("tire 205/55 r16", "Tire 195/65 R15"),
        ("4x4 truck", "toy 10 x 12 cm"),
        ("5g phone", "5 g"),
        ("3 in 1", "3 in"),
        ("iphone 15", "15 cm"),
        ("15 hp laptops", "5 HP engine"),
        ("2 HP ink cartridges", "2 hp pump"),
        ("IPHONE 128G", "128 g"),
        ("SSD 500G", "500 g"),
        ("5G ROUTER", "5 g"),
        ("2022 cup final shirt", "2 cups"),
        ("360 degree camera", "works at -10 °C"),
        ("sleeping bag -20 degree", "360 degree zipper"),
        ("two tone boots", "2 tons"),
    ],
)
def test_what_measures_nothing_says_nothing(query: str, text: str) -> None:
    assert agreed(query, text) == 0


def test_agreement_is_the_mean_over_the_requested() -> None:
    def of(dimension: str, value: float) -> Quantity:
        return Quantity(dimension, value, 0, 0)

    requested = [QuantityRange("data", 16e9, 16e9), QuantityRange("length", 1.397, 1.397)]
    assert agreement(requested, [of("data", 16e9), of("length", 1.40)]) == 1  # 140 cm is 55 inch
    assert agreement(requested, [of("data", 8e9), of("length", 1.397)]) == 0
    assert agreement(requested, [of("data", 8e9)]) == -0.5
    assert agreement(requested, []) == agreement([], [of("data", 16e9)]) == 0


def test_a_range_is_agreed_with_by_a_value_within_it() -> None:
    light = QuantityRange("mass", 0.0, 2.0)
    long = QuantityRange("length", 0.2, math.inf)
    for value, verdict in ((1.5, 1), (2.0, 1), (2.01, 1), (2.1, -1)):  # within TOLERANCE
        assert agreement([light], [Quantity("mass", value, 0, 0)]) == verdict
    for value, verdict in ((0.2, 1), (9.0, 1), (0.1, -1)):
        assert agreement([long], [Quantity("length", value, 0, 0)]) == verdict


def test_what_belongs_together_counts_once() -> None:
    assert agreed("mattress 140x200", "160 x 200 cm") == -1
    assert agreed("140 x 200 cm", "140 x 200 cm") == 1
    assert agreed("16gb ram 512gb ssd", "16 GB, 256 GB") == 0


def test_a_number_without_a_unit_meets_no_bound() -> None:
    assert agreed("under 36 inch", "width: 48") == 0
    assert agreed("36 inch", "width: 36") == 1


@given(
    st.integers(min_value=1, max_value=400),
    st.sampled_from(
        [
            *("{} inch", "{} in.", '{}"', "{}-inch", "{} Zoll", "{} pouces", "{} pulgadas"),
            *("{}英寸", "{}インチ", "{} polegadas", "{}″", "{}.0 inches"),
        ]
    ),
    st.sampled_from(["{} inch", '{}"', "{} Zoll", "{:.1f} inches", "height: {}"]),
)
def test_another_notation_of_a_length_is_the_same_length(
    value: int, asked: str, stated: str
) -> None:
    assert agreed(f"shelf {asked.format(value)}", stated.format(value)) == 1
    assert agreed(f"shelf {asked.format(value)}", f"{round(value * 2.54, 1)} cm") == 1
    assert agreed(f"shelf {asked.format(value)}", f"{value * 3 + 7} inch") == -1


@given(st.integers(2, 30), st.sampled_from(["ft", "in"]))
def test_the_rounding_of_one_length_is_no_others(value: int, unit: str) -> None:
    """What is written in whole metres or centimetres equals at most one whole foot or inch."""
    metric = round(value * 0.3048) if unit == "ft" else round(value * 2.54)
    text = f"{metric} {'m' if unit == 'ft' else 'cm'}"
    equal = [one for one in range(1, 80) if agreed(f"{one} {unit}", text) == 1]
    assert len(equal) <= 1


@given(st.text(alphabet="bdehijklnoqrsuyz ", max_size=60))
def test_prose_states_no_quantity(prose: str) -> None:
    assert not requested_quantities(prose)
    assert not stated_quantities(f"{prose} 7 {prose.replace(' ', 'q')}q", frozenset({"mass"}))
