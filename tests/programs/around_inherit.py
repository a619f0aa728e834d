from abc import ABC, abstractmethod

import pandas as pd


class Step(ABC):
    name = "step"

    @abstractmethod
    def apply(self, df: pd.DataFrame) -> pd.DataFrame: ...

    def __call__(self, df):
        out = self.apply(df)
        print(f"{self.name}: {len(df)} -> {len(out)}")
        return out


class DropMissing(Step):
    name = "drop missing"

    def __init__(self, *cols):
        self.cols = list(cols)

    def apply(self, df):
        return df.dropna(subset=self.cols)


class Scale(Step):
    name = "scale"

    def __init__(self, col, factor=1.0):
        super().__init__()
        self.col, self.factor = col, factor

    def apply(self, df):
        return df.assign(**{self.col: df[self.col] * self.factor})


class Pipeline:
    def __init__(self, steps):
        self.steps = steps

    @classmethod
    def default(cls):
        return cls([DropMissing("weight_kg", "height_cm"), Scale("height_cm", 0.01)])

    @property
    def names(self):
        return [s.name for s in self.steps]

    @staticmethod
    def bmi(df):
        return df[df["height_cm"] > 0].assign(bmi=lambda d: (d.weight_kg / d.height_cm**2).round(1))

    def run(self, df):
        for s in self.steps:
            df = s(df)
        return self.bmi(df)


p = Pipeline.default()
print(p.names)
p.run(pd.read_csv("patients.csv")).to_csv("bmi.csv", index=False)
