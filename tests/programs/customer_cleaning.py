import pandas as pd

EMAIL = r"^[\w.+-]+@[\w-]+\.[\w.]+$"
COUNTRIES = {"de": "Germany", "fr": "France", "us": "United States", "gb": "United Kingdom"}

try:
    df = pd.read_csv("customers.csv", keep_default_na=True)
except FileNotFoundError:
    print("no customers today")
    raise SystemExit(1)

text_columns = ["name", "email", "country", "segment", "phone"]
for column in text_columns:
    df[column] = df[column].str.strip()

df["email"] = df["email"].str.lower().str.replace("@ ", "@", regex=False)
df["email_ok"] = df["email"].str.match(EMAIL, na=False)
df["domain"] = df["email"].str.split("@").str[1]
df["country"] = df["country"].str.lower().map(COUNTRIES)
df["phone"] = df["phone"].str.replace(r"\D", "", regex=True)
df[["first", "last"]] = df["name"].str.split(" ", n=1, expand=True)
df["name_len"] = df["name"].str.len()
df["signup_date"] = pd.to_datetime(df["signup_date"], errors="coerce")
df["signup_year"] = df["signup_date"].dt.year.astype("Int64")

dupes = df[df.duplicated("customer_id", keep=False)].sort_values(["customer_id", "name"])
df = df.drop_duplicates("customer_id", keep="last").reset_index(drop=True)
df["segment"] = df["segment"].fillna(df["segment"].mode()[0])

print(f"{len(df)} customers, {df['email_ok'].sum()} good addresses")
df.to_csv("customers_clean.csv", index=False)
dupes[["customer_id", "name"]].to_csv("dupes.csv", index=False)
