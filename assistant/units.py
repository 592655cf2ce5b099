"""Units of measure and scales, by all their names."""

import regex

from assistant.plain import listed

SCALES = {
    "hundred": 2, "thousand": 3, "k": 3, "million": 6, "millions": 6, "mn": 6, "mio": 6, "millionen": 6, "billion": 9,
    "billions": 9, "bn": 9, "milliard": 9, "milliards": 9, "milliarde": 9, "milliarden": 9, "mrd": 9, "miliardi": 9,
    "trillion": 12, "tn": 12, "tsd": 3, "tausend": 3, "mille": 3, "mil": 3, "mila": 3, "millones": 6, "milioni": 6,
    "milhões": 6, "тыс": 3, "тысяч": 3, "тысячи": 3, "млн": 6, "миллиона": 6, "миллионов": 6, "млрд": 9,
    "миллиардов": 9,
}  # fmt: skip
NAMES = {
    "%": "% percent per_cent pct prozent pourcent por_ciento per_cento por_cento процентов процента",
    "pp": "percentage_point percentage_points", "‰": "‰ per_mille",
    "dollar": "$ US$ dollar dollars usd долларов", "euro": "€ euro euros eur евро", "pound": "£ gbp sterling",
    "yen": "¥ yen jpy", "rouble": "₽ rouble roubles ruble rubles rub рублей", "rupee": "₹ rupee rupees",
    "franc": "franc francs chf", "crown": "crown crowns krone kroner krona kronor", "cent": "cent cents",
    "kg": "kg kilogram kilograms kilogramme kilogrammes kilo kilos кг", "g": "g gram grams gramme grammes", "mg": "mg",
    "tonne": "t tonne tonnes tonnen т тонн", "ton": "ton tons", "ounce": "oz ounce ounces",
    "km": "km kilometre kilometres kilometer kilometers км", "cm": "cm centimetre centimetres centimeter centimeters",
    "mm": "mm millimetre millimetres millimeter millimeters", "metre": "metre metres meter meters",
    "mile": "mi mile miles", "foot": "ft foot feet", "inch": "inch inches", "yard": "yd yard yards",
    "litre": "l litre litres liter liters", "ml": "ml millilitre millilitres", "gallon": "gallon gallons",
    "km/h": "km/h kph kmh", "mph": "mph", "knot": "knot knots", "hectare": "ha hectare hectares", "acre": "acre acres",
    "km²": "km² sq_km square_kilometres square_kilometers", "m²": "m² sq_m square_metres square_meters",
    "square mile": "square_miles sq_mi", "m³": "m³ cubic_metres cubic_meters",
    "w": "w watt watts", "kw": "kW kilowatt kilowatts", "mw": "MW megawatt megawatts", "gw": "GW gigawatt gigawatts",
    "kwh": "kWh", "mwh": "MWh", "gwh": "GWh", "hz": "Hz hertz", "volt": "volt volts",
    "kbit": "kbit kbps kilobit kilobits", "mbit": "Mbit Mbps megabit megabits", "gbit": "Gbit Gbps gigabit gigabits",
    "tbit": "Tbit Tbps terabit terabits",
    "kb": "KB kB kilobytes", "mb": "MB megabytes", "gb": "GB gigabytes", "tb": "TB terabytes",
    "second": "second seconds sec secs", "minute": "minute minutes min mins minuten", "hour": "hour hours hr hrs h",
    "day": "day days tage tagen jours días giorni dias дней", "week": "week weeks", "month": "month months",
    "year": "year years jahre jahren ans años anni anos лет", "decade": "decade decades",
    "century": "century centuries", "fortnight": "fortnight fortnights",
    "degree": "° degree degrees grad", "degree c": "°C degrees_Celsius degrees_C Celsius",
    "degree f": "°F degrees_Fahrenheit degrees_F Fahrenheit", "bc": "BC BCE b.c.", "ad": "AD CE a.d.",
    "times": "times fold-fold",
}  # fmt: skip
UNIT_OF = {name.replace("_", " "): unit for unit, names in NAMES.items() for name in names.split()}
# Letters that stand for more than one thing: 2m is two million or two metres.
DOUBLE = {"m": (("", 6), ("metre", 0)), "b": (("", 9),), "pounds": (("pound", 0), ("lb", 0)), "lb": (("lb", 0),),
          "lbs": (("lb", 0),), "pound": (("pound", 0), ("lb", 0))}  # fmt: skip
# A unit as so many of another: two days are 48 hours.
SPANS = {"hour": ("minute", 60), "day": ("minute", 1_440), "week": ("minute", 10_080), "fortnight": ("minute", 20_160),
         "year": ("month", 12), "decade": ("month", 120), "century": ("month", 1_200)}  # fmt: skip
SIGNS = r"US\$|[$€£¥₽₹]"
SCALE = regex.compile(rf"[\s-]?({'|'.join(sorted(SCALES, key=len, reverse=True))})\b\.?", regex.IGNORECASE)
UNIT = regex.compile(
    "[\\s\u00a0-]?("
    + "|".join(sorted((regex.escape(name) for name in (*UNIT_OF, *DOUBLE)), key=len, reverse=True)).replace(
        "\\ ", r"\s"
    )
    + r")(?![\p{L}\d²³])"
)

STRICT = frozenset(listed("% pp ‰ dollar euro pound yen rouble rupee th s clock times"))  # never taken for no unit


def unit_of(name: str) -> str:
    name = " ".join(name.split())
    return UNIT_OF.get(name, UNIT_OF.get(name.lower(), ""))


def same_unit(mine: str, theirs: str, *, percent_said: bool) -> bool:
    """Whether a number with unit `mine` may stand for one with `theirs`; "" is a number without a known unit."""
    if mine == theirs:
        return True
    if mine and theirs:
        return {mine, theirs} in ({"degree", "degree c"}, {"degree", "degree f"})
    if mine:
        return mine not in STRICT
    return theirs not in STRICT or (theirs == "%" and percent_said) or theirs in ("dollar", "euro", "pound")
