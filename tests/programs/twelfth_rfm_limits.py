"""Recency, frequency and money of customers, with what is out of line brought to a limit."""

import datetime as dt

import pandas as pd


def outlier_thresholds(dataframe, variable):
    quartile1 = dataframe[variable].quantile(0.01)
    quartile3 = dataframe[variable].quantile(0.99)
    interquantile_range = quartile3 - quartile1
    return quartile1 - 1.5 * interquantile_range, quartile3 + 1.5 * interquantile_range


def replace_with_thresholds(dataframe, variable):
    low_limit, up_limit = outlier_thresholds(dataframe, variable)
    dataframe.loc[(dataframe[variable] < low_limit), variable] = low_limit
    dataframe.loc[(dataframe[variable] > up_limit), variable] = up_limit


df = pd.read_csv("twelfth/retail.csv", parse_dates=["InvoiceDate"])
replace_with_thresholds(df, "Quantity")
replace_with_thresholds(df, "UnitPrice")
df["TotalPrice"] = df["Quantity"] * df["UnitPrice"]
df.dropna(inplace=True)
df = df[~df["InvoiceNo"].str.contains("C", na=False)]
today = dt.datetime(2011, 12, 11)
rfm = df.groupby("Customer").agg(
    {
        "InvoiceDate": lambda date: (today - date.max()).days,
        "InvoiceNo": lambda num: num.nunique(),
        "TotalPrice": lambda price: price.sum(),
    }
)
rfm.columns = ["recency", "frequency", "monetary"]
rfm = rfm[(rfm["monetary"] > 0)]
rfm["score"] = pd.qcut(rfm["frequency"].rank(method="first"), 5, labels=[1, 2, 3, 4, 5])
rfm["segment"] = rfm["score"].astype(str).replace({r"[12]": "rare", r"[345]": "often"}, regex=True)
rfm.index = rfm.index.astype(int)
rfm[["recency", "frequency", "monetary", "segment"]].round(6).to_csv("rfm.csv")
