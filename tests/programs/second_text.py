"""Text as it is: case and accents, blanks, patterns, parts, positions, padding."""

import pandas as pd

people = pd.read_csv("customers.csv")
text = people["name"]
people["title"] = text.str.title()
people["swapped"] = text.str.swapcase()
people["upper"] = text.str.upper()
people["length"] = text.str.len()
people["vowels"] = text.str.count(r"[aeiou]")
people["first3"] = text.str[:3]
people["last"] = text.str.split().str[-1]
people["words"] = text.str.split().str.len()
people["has_apostrophe"] = text.str.contains("'", regex=False)
people["starts"] = text.str.lower().str.startswith(("a", "b"))
people["find_space"] = text.str.find(" ")
people["padded"] = text.str.pad(12, side="both", fillchar="*")
people["reversed"] = text.str[::-1]
people["area"] = people["phone"].str.extract(r"\((\d{3})\)", expand=False)
people["prefix"] = people["phone"].str.partition(" ")[0]
people["user"] = people["email"].str.split("@", expand=True)[0]
people["is_alpha"] = people["segment"].str.isalpha()
people["joined"] = people["country"].str.strip().str.cat(people["segment"], sep="/", na_rep="-")
people["masked"] = people["email"].str.replace(r"^(.).*@", r"\1***@", regex=True)
people["slug"] = text.str.lower().str.replace(r"[^a-z]+", "-", regex=True).str.strip("-")
people["greater"] = people["segment"] > "gold"
people["same"] = people["segment"] == people["segment"].shift()
people["label"] = people["segment"].fillna("?") + ":" + people["customer_id"].astype(str)

people.to_csv("text.csv", index=False)
longest = people.loc[people["length"].idxmax(), "name"]
print("longest", longest)
