# Slugs and clean names from messy product and customer texts.
import pandas as pd

products = pd.read_csv("products.csv")
products["slug"] = (
    products["title"]
    .str.normalize("NFKD")
    .str.encode("ascii", errors="ignore")
    .str.decode("utf-8")
    .str.lower()
    .str.replace(r"[^a-z0-9]+", "-", regex=True)
    .str.strip("-")
)
products["category"] = products["category"].str.strip().str.title()
products["active"] = products["active"].replace({"Y": "yes", "N": "no"})
products["code"] = products["sku"].str.extract(r"SKU-(\d+)", expand=False).astype(int)
products["shout"] = products["title"].str.replace(
    r"\b[a-z]", lambda m: m.group().upper(), regex=True
)
products["consonants"] = products["title"].str.translate(str.maketrans("", "", "aeiouAEIOU"))
products.to_csv("products_clean.csv", index=False)

customers = pd.read_csv("customers.csv")
customers["name"] = customers["name"].str.strip().replace("", pd.NA).fillna("unknown")
customers["initials"] = customers["name"].str.findall(r"\b\w").str.join("").str.upper()
customers["domain"] = customers["email"].str.extract(r"@(.+)$", expand=False).str.lower()
customers["digits"] = customers["phone"].str.replace(r"\D", "", regex=True).str.zfill(12)
customers["country"] = (
    customers["country"]
    .str.upper()
    .replace({r"^GER.*": "DE", r"^UNITED STATES.*|^USA$": "US"}, regex=True)
)
valid = customers["email"].str.fullmatch(r"[\w.+-]+@[\w-]+\.[\w.]+", na=False)
customers[valid].query(
    "segment in ['gold', 'silver'] and name.str.len() > 3", engine="python"
).to_csv("valid_customers.csv", index=False)
codes = customers["segment"].astype("category")
customers["segment_code"] = codes.cat.codes
customers[["customer_id", "initials", "domain", "digits", "segment_code"]].to_csv(
    "codes.csv", index=False
)
