"""something_cookie_dough, 12 minutes at 180 °C = something_cookies"""
import sys

import kitchen

dough = kitchen.made(sys.argv[1] + "_cookie_dough")
pieces, water_lost = 12, dough["grams"] // 10
kitchen.put({"item": sys.argv[1] + " cookies", "of": [dough], "pieces": pieces,
             "grams": dough["grams"] - water_lost})
