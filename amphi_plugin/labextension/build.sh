#!/bin/sh
# Builds the extension into ../bundle, which is what the wheel ships. Needs Node and JupyterLab.
set -eu
cd "$(dirname "$0")"
npm install --no-audit --no-fund
npm run build:lib
rm -rf ../bundle
jupyter labextension build .
# What the bundle was made of; tests/test_amphi_bundle.py holds the sources against it.
export LC_ALL=C
cat package.json src/* style/* | sha256sum | cut -d' ' -f1 > ../bundle/sources.sha256
