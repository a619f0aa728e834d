"""Lists that are made of texts: what they hold is text, and the job knows it while it is planned."""

import random
import unicodedata

import pytest
from pyspark.sql import functions as F

from glue_runtime.list_text import list_text
from tests.harness import MODE_NAMES, MODES
from tests.test_rules import HEAD, wrong_among
from tests.nasty import write_inputs
from transpiler import Options, transpile

SNIPPETS = {
    "items are joined": "x = df[['i', 's']].assign(w=df['s'].str.split('p')).explode('w')\nx['w'] = x['w'].str.strip().str.upper()\nout = x[x['w'] != ''].merge(other, left_on='w', right_on='name', how='left')",
    "items are keys": "x = df.assign(w=df['s'].str.findall('[aeiou]')).explode('w')\nout = x.groupby('w', dropna=False)['i'].agg(['count', 'sum']).reset_index()",
    "functions read items": "x = df.assign(w=df['s'].str.split()).explode('w')\nx['n'] = x['w'].apply(lambda t: 0 if pd.isna(t) else len(t))\nout = x[['i', 'w', 'n']]",
    "functions read rows": "x = df[['i', 's']].assign(w=df['s'].str.split('p')).explode('w')\nout = x.apply(lambda r: f\"{r['i']}-{r['w']}\", axis=1)",
    "of nullable texts": "x = df.convert_dtypes()\nx = x.assign(w=x['s'].str.split('p')).explode('w')\nout = x[['i', 'w']].assign(z=x['w'].str.len())",
    "text of lists": "out = df['s'].str.split('p').astype(str)",
    "text of lists that are compared": "x = df.assign(w=df['s'].fillna('').str.findall('[a-zé]').astype(str))\nout = x[x['w'] != '[]'].drop_duplicates('w')[['i', 'w']]",
    "beside other lists": "a = df[['k', 's']].assign(w=df['s'].str.findall('a'))\nb = df[['k', 's']].assign(w=df['s'].str.split('p'))\nout = pd.concat([a, b.head(2)]).explode('w', ignore_index=True)['w'].str.len()",
}


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_items_mean_the_same(known, spark, tmp_path):
    assert wrong_among(SNIPPETS, tmp_path, known) == []


def test_items_are_known_to_be_text(tmp_path):
    write_inputs(tmp_path)
    source = HEAD.replace("from tests.capture import capture\n", "") + "df = base\n"
    source += SNIPPETS["items are joined"] + "\nout.to_csv('out.csv', index=False)\n"
    entries = transpile(source, Options(input_root=tmp_path)).report.entries
    assert {e.verdict for e in entries if "['w']" in e.source} == {"native"}


#: signs that mean something already: each version of Unicode knows more of the others
SIGNS = [
    sign
    for sign in map(chr, (*range(0x250), *range(0x2000, 0x2070), 0x3000, 0xFEFF, 0xE000, 0x1F600, 0xE0001))
    if unicodedata.category(sign) != "Cn"
]  # fmt: skip


def test_lists_are_printed_as_python_prints_them(spark):
    draw = random.Random(5)
    texts = [
        ["".join(draw.choices(SIGNS, k=draw.randrange(5))) for _ in range(3)] for _ in range(400)
    ]
    texts += [["a'b", 'a"b', "a'\"b", "\\", "\\n", "''", ""], []]
    frame = spark.createDataFrame([(t,) for t in texts], "v array<string>")
    for row in frame.select("v", list_text(F.col("v"), "string").alias("shown")).collect():
        assert row.shown == repr(list(row.v))
