"""Conversions: text of numbers, whole numbers with gaps, booleans with gaps, dates as text."""

import numpy as np
import pandas as pd

emp = pd.read_csv("employees.csv")
emp["rating_text"] = emp["rating"].astype(str)
emp["rating_int"] = emp["rating"].astype("Int64")
emp["dept_text"] = "D" + emp["dept_id"].astype("Int64").astype(str)
emp["id_text"] = emp["emp_id"].astype(str).str.zfill(5)
emp["has_manager"] = emp["manager_id"].notna().astype(int)
emp["salary_num"] = pd.to_numeric(emp["salary"].str.replace(r"[$,]", "", regex=True))
emp["salary_k"] = (emp["salary_num"] // 1000).fillna(-1).astype(int)
emp["half"] = emp["emp_id"] / 2
emp["parity"] = emp["emp_id"] % 2 == 0
emp["ratio"] = emp["rating"] / (emp["emp_id"] % 3)
emp["clean_ratio"] = emp["ratio"].replace([np.inf, -np.inf], np.nan)
emp["negative_mod"] = (emp["rating"] - 4) % 3
emp["rounded"] = (emp["emp_id"] / 8).round(1)
emp["hired"] = pd.to_datetime(emp["hire_date"]).dt.strftime("%d/%m/%Y")
emp["left"] = pd.to_datetime(emp["left_on"]).dt.date
emp["left_year"] = pd.to_datetime(emp["left_on"]).dt.year
emp["flag"] = emp["rating"].map({1.0: True, 5.0: False})
emp["level"] = emp["rating"].fillna(0).astype(int).map({0: "none", 5: "top"})
emp["text_null"] = emp["left_on"].astype(str)
emp["gender"] = emp["gender"].fillna("").replace({"": "unknown", "f": "F"})
emp.drop(columns=["salary", "hire_date", "left_on"]).to_csv("typed.csv", index=False)

numbers = emp.select_dtypes(include="number")
print(numbers.shape)
numbers.sum().round(2).to_csv("sums.csv")
