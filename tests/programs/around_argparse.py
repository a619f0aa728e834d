#!/usr/bin/env python
import argparse
import sys

import pandas as pd


def parse_args(argv=None):
    parser = argparse.ArgumentParser(description="Summarise bank transactions")
    parser.add_argument("--input", default="bank.csv")
    parser.add_argument("--output", default="bank_summary.csv")
    parser.add_argument("--min-amount", type=float, default=0.0)
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args(argv)


def summarise(df: pd.DataFrame, minimum: float) -> pd.DataFrame:
    df = df[df["amount"].abs() >= minimum]
    return (
        df.groupby("account")
        .agg(total=("amount", "sum"), n=("tx", "count"), biggest=("amount", "max"))
        .reset_index()
        .sort_values("account")
    )


def main(argv=None) -> int:
    args = parse_args(argv)
    df = pd.read_csv(args.input)
    if df.empty:
        print("nothing to do", file=sys.stderr)
        return 1
    result = summarise(df, args.min_amount)
    if args.verbose:
        print(result)
    result.to_csv(args.output, index=False)
    return 0


if __name__ == "__main__":
    main([])
