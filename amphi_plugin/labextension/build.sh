#!/bin/sh
# Builds the extension into ../bundle, which is what the wheel ships. Needs Node and JupyterLab.
set -eu
cd "$(dirname "$0")"
npm install --no-audit --no-fund
npm run build:lib
rm -rf ../bundle
jupyter labextension build .
