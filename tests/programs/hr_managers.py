"""Self join: who manages whom, and how large the teams are."""

import pandas as pd

emp = pd.read_csv("employees.csv")
emp["name"] = emp["first_name"] + " " + emp["last_name"]

managers = emp[["emp_id", "name", "dept_id"]].rename(
    columns={"emp_id": "manager_id", "name": "manager_name", "dept_id": "manager_dept"}
)
team = emp.merge(managers, on="manager_id", how="left")
team["same_dept"] = team["dept_id"] == team["manager_dept"]
team["is_boss"] = team["manager_id"].isna()

sizes = (
    team[~team["is_boss"]]
    .groupby(["manager_id", "manager_name"])
    .size()
    .reset_index(name="reports")
)
sizes["manager_id"] = sizes["manager_id"].astype(int)
sizes = sizes.sort_values(["reports", "manager_id"], ascending=[False, True])

team["initials"] = team["first_name"].str[0].str.upper() + team["last_name"].str[0].str.upper()
team["username"] = team["first_name"].str.lower().str[:3] + team["emp_id"].astype(str).str.zfill(4)

team[["emp_id", "name", "manager_name", "same_dept", "initials", "username"]].to_csv(
    "team.csv", index=False
)
sizes.to_csv("team_sizes.csv", index=False)
