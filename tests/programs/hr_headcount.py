import pandas as pd


def parse_money(s):
    return s.str.replace("$", "", regex=False).str.replace(",", "", regex=False).astype(float)


def main():
    emp = pd.read_csv("employees.csv", parse_dates=["hire_date", "left_on"])
    dept = pd.read_csv("departments.csv")

    emp["salary"] = parse_money(emp["salary"])
    emp["gender"] = emp["gender"].str.upper().replace({"": None}).fillna("U")
    emp["full_name"] = emp["first_name"].str.title() + " " + emp["last_name"].str.title()
    emp["active"] = emp["left_on"].isnull()

    merged = pd.merge(emp, dept, on="dept_id", how="left")
    merged["dept_name"] = merged["dept_name"].fillna("Unknown")

    # salary against department
    merged["dept_mean"] = merged.groupby("dept_id")["salary"].transform("mean")
    merged["vs_dept"] = (merged["salary"] / merged["dept_mean"] - 1).round(4)
    merged["rank_in_dept"] = merged.groupby("dept_id")["salary"].rank(
        method="dense", ascending=False
    )

    headcount = (
        merged[merged["active"]]
        .groupby("dept_name")
        .agg({"emp_id": "count", "salary": ["mean", "max"]})
    )
    headcount.columns = ["_".join(c) for c in headcount.columns]
    headcount = headcount.reset_index()

    merged[["emp_id", "full_name", "dept_name", "gender", "vs_dept", "rank_in_dept"]].to_csv(
        "employees_out.csv", index=False
    )
    headcount.to_csv("headcount.csv", index=False)


if __name__ == "__main__":
    main()
