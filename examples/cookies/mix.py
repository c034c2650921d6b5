"""eggs + flour = cookie_dough"""
import kitchen

eggs, flour = kitchen.delivered("eggs"), kitchen.delivered("flour")
kitchen.put({"item": "cookie dough", "of": [eggs, flour], "grams": 3 * 60 + 420})
