"""Lists that are made of texts: what they hold is text, and the job knows it while it is planned."""

import pytest

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
